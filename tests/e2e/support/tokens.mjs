// Tokens as any cloud could mint them (design, section 4.1), by nothing but Node's own cryptography,
// so that a test can also mint what portholectl would refuse to.
import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';

const encode = (bytes) => Buffer.from(bytes).toString('base64url');

// A compact JWE, alg "dir", enc "A256GCM", of a payload.
export function seal(payload, keyId, key) {
  const header = encode(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: keyId }));
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
  return [header, '', encode(iv), encode(text), encode(cipher.getAuthTag())].join('.');
}

// The payload of a token that is good for a minute. `console` needs a target; the times are in
// seconds from now.
export function payload({ console, policy = {}, subject = 'e2e', from = 0, until = 60, ...more }) {
  const now = Math.floor(Date.now() / 1000);
  return {
    aud: 'porthole',
    sub: subject,
    jti: randomUUID(),
    iat: now + from,
    exp: now + until,
    console: { id: randomUUID(), ...console },
    policy,
    ...more,
  };
}
