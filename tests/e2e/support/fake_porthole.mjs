// A stand-in for Porthole that serves the built viewer under exactly Porthole's headers and does
// to its WebSocket whatever a test says: for the ends that no real peer can be made to give.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';

import { WebSocketServer } from 'ws';

// Design, section 9.
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.html': 'text/html',
};

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export class FakePorthole {
  // What the next WebSocket meets: (socket, request) => void; null: no upgrade at all.
  welcome = null;
  policy = pagePolicy;
  requests = 0; // WebSockets asked for
  sockets = new Set();
  messages = []; // what the viewer sent
  #server = http.createServer((request, response) => void this.#answer(request, response));
  #upgrader = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('porthole.v1') ? 'porthole.v1' : false),
  });

  constructor(viewerDirectory) {
    this.viewer = viewerDirectory;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  // Resolves to the address of a console under the path prefix, without a token.
  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}/cloud/console`;
  }

  stop() {
    this.sockets.forEach((socket) => socket.terminate());
    this.#server.close();
    this.#server.closeAllConnections();
  }

  // Forgets what was and what a test had set.
  reset() {
    this.sockets.forEach((socket) => socket.terminate());
    this.sockets.clear();
    this.messages = [];
    this.requests = 0;
    this.welcome = null;
    this.policy = pagePolicy;
  }

  received() {
    return Buffer.concat(this.messages);
  }

  #upgrade(request, socket, head) {
    ++this.requests;
    if (this.welcome === null || request.url !== '/cloud/websockify') {
      socket.destroy();
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (upgraded) => {
      this.sockets.add(upgraded);
      upgraded.on('message', (bytes) => this.messages.push(bytes));
      this.welcome(upgraded, request);
    });
  }

  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://fake');
    const file = pathname.replace(/^\/cloud\//, '').replace(/^console$/, 'console.html');
    try {
      let body = await readFile(path.join(this.viewer, path.normalize(`/${file}`)));
      if (file.endsWith('.html')) {
        body = String(body).replace(/\{\{(\w+)\}\}/g, (_, name) =>
          escaped(searchParams.get(name) ?? 'web-1'),
        );
      }
      response.setHeader('Content-Type', types[path.extname(file)] ?? 'text/plain');
      response.setHeader('Content-Security-Policy', this.policy);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.end(body);
    } catch (error) {
      response.writeHead(error.code === 'ENOENT' ? 404 : 500).end();
    }
  }
}

// A welcome that joins the viewer to a VNC server without a password.
export function bridgeTo(address) {
  return (socket) => {
    const host = net.connect(address);
    host.on('data', (bytes) => socket.send(bytes));
    host.on('close', () => socket.close(1000));
    host.on('error', () => socket.close(4502, "The virtual machine's host cannot be reached."));
    socket.on('message', (bytes) => host.write(bytes));
    socket.on('close', () => host.destroy());
  };
}
