// Debian's own noVNC page (package novnc), unpatched, as a cloud would serve it: a web server that
// has the page and hands /websockify on to Porthole, keeping Host, as an ingress does. It speaks TLS
// as Porthole does, which under TLS lets no page in that came without.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';

const root = '/usr/share/novnc';
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

// For a running demo, with the demo's certificate. Ends with stop().
export async function serveDebianNovnc(demo) {
  const server = https.createServer(
    {
      cert: await readFile(path.join(demo.state, 'certificate.pem')),
      key: await readFile(path.join(demo.state, 'private-key.pem')),
    },
    async (request, response) => {
      const file = path.join(root, path.normalize(new URL(request.url, 'https://novnc').pathname));
      try {
        response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream');
        response.end(await readFile(file));
      } catch {
        response.writeHead(404).end();
      }
    },
  );
  server.on('upgrade', (request, socket, head) =>
    handOn(request, socket, head, new URL(demo.origin)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${server.address().port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function handOn(request, socket, head, porthole) {
  const upstream = tls.connect({
    host: porthole.hostname,
    port: porthole.port,
    rejectUnauthorized: false,
  });
  const headers = request.rawHeaders
    .map((word, at) => (at % 2 === 0 ? `${word}: ` : `${word}\r\n`))
    .join('');
  upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
  upstream.write(head);
  upstream.pipe(socket).pipe(upstream);
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
}
