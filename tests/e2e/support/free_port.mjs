import { once } from 'node:events';
import net from 'node:net';

// A TCP port of 127.0.0.1 that was free a moment ago, for programs that cannot choose one.
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
