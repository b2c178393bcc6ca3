// Hosts that misbehave, each in one way.
import { once } from 'node:events';
import net from 'node:net';

// A host on a free loopback port that does `greet(socket)` to everyone. Ends with stop().
export async function startHost(greet) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    // A viewer that goes away in the middle is no news here.
    socket.on('error', () => socket.destroy());
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `tcp://127.0.0.1:${server.address().port}`,
    sockets,
    stop() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

// A VNC server without a password and with a screen of 16 x 16 that never changes. Calls
// `onReady(socket)` when its viewer has said ClientInit.
export function vncScreen(onReady = () => undefined) {
  return (socket) => {
    const steps = [
      { need: 12, answer: [1, 1] }, // version -> security types: None
      { need: 1, answer: [0, 0, 0, 0] }, // choice -> SecurityResult
      { need: 1, answer: serverInit() }, // ClientInit
    ];
    let waiting = 0;
    socket.write('RFB 003.008\n');
    socket.on('data', (bytes) => {
      waiting += bytes.length;
      while (steps.length > 0 && waiting >= steps[0].need) {
        const { need, answer } = steps.shift();
        waiting -= need;
        socket.write(Buffer.from(answer));
        if (steps.length === 0) {
          onReady(socket);
        }
      }
    });
  };
}

function serverInit() {
  const format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
  return [0, 16, 0, 16, ...format, 0, 0, 0, 4, ...Buffer.from('fake')];
}
