// A real machine's serial console, to type into.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { freePort } from './free_port.mjs';

// QEMU whose firmware speaks on its serial port, on a free loopback port. It starts when somebody
// connects, and then waits half a minute for Escape, which opens its boot menu. Ends with stop().
export async function startSerialConsole() {
  const port = await freePort();
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-nodefaults', '-accel', 'tcg', '-m', '32', '-display', 'none'],
      ...['-machine', 'pc,graphics=off', '-boot', 'menu=on,splash-time=30000'],
      ...['-serial', `tcp:127.0.0.1:${port},server=on,wait=on,telnet=off`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // "waiting for connection on: …"
  await once(child.stderr, 'data');
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, 'exit');
      }
    },
  };
}
