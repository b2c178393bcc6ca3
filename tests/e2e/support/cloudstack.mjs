// CloudStack's links as its management server makes them, by nothing but Node's own cryptography.
import { createCipheriv, createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';

export class CloudStack {
  key = randomBytes(16);
  iv = randomBytes(16);
  hashKey = randomBytes(16).toString('base64url');

  // The link's path and query to the console at `port` of this machine, unencoded base64 and all.
  link({ port, password = '', name = 'web-1', extra }) {
    const param = {
      clientHostAddress: '127.0.0.1',
      clientHostPort: port,
      clientHostPassword: password,
      clientTag: randomUUID(),
      clientDisplayName: name,
      sessionRequiresNewViewer: false,
      sourceIP: '127.0.0.1',
      sessionUuid: randomUUID(),
      ...(extra === undefined ? {} : { extraSecurityToken: extra }),
    };
    const token = this.#seal({ ...param, ticket: this.#ticket(param) });
    const more = extra === undefined ? '' : `&extra=${extra}`;
    return `/resource/noVNC/vnc.html?autoconnect=true&show_dot=true&port=8443&token=${token}${more}`;
  }

  #ticket(param) {
    const facts =
      `host=${param.clientHostAddress}&port=${param.clientHostPort}` +
      `&sid=${param.clientHostPassword}&tag=${param.clientTag}&session=${param.sessionUuid}`;
    const minute = Math.floor(Date.now() / 60_000);
    return createHmac('sha512', this.hashKey).update(`${facts}${minute}`).digest('base64');
  }

  #seal(param) {
    const nonce = randomBytes(12);
    const key = createHash('sha256').update(this.key).digest();
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(this.iv);
    const text = Buffer.concat([cipher.update(JSON.stringify(param)), cipher.final()]);
    return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
  }
}
