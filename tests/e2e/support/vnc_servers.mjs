// Real VNC servers for the browser to look at.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

import { freePort } from './free_port.mjs';

// An X server with VNC and no password on a free loopback port, showing a picture like a
// photograph: noVNC gets it as JPEG rectangles, which it draws through data: addresses. Ends with
// stop().
export async function startXvnc() {
  const port = await freePort();
  const child = spawn(
    'Xtigervnc',
    [
      '-displayfd',
      '3',
      '-geometry',
      '800x600',
      '-depth',
      '24',
      '-rfbport',
      String(port),
      '-interface',
      '127.0.0.1',
      '-SecurityTypes',
      'None',
      '-UseBlacklist=0',
      '-ac',
      '-nolisten',
      'tcp',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const [display] = await once(child.stdio[3], 'data');
  const picture = await drawPhotograph(`/tmp/.X11-unix/X${String(display).trim()}`, 800, 600);
  return {
    port,
    async stop() {
      picture.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}

// Paints the root window with smooth colours and some grain, by the X protocol itself (X11R7.7,
// "Encoding"): no other program needed. The connection has to stay: an X server forgets its screen
// with its last client.
async function drawPhotograph(path, width, height) {
  const socket = net.connect(path);
  await once(socket, 'connect');
  socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  const setup = await readSetup(socket);
  const drawable = rootWindow(setup);
  const context = setup.readUInt32LE(12);

  socket.write(words([55 | (4 << 16), context, drawable, 0]));
  const rows = 50;
  for (let top = 0; top < height; top += rows) {
    const pixels = photograph(width, rows, top);
    const length = 6 + pixels.length / 4;
    const header = words([
      72 | (2 << 8) | (length << 16),
      drawable,
      context,
      width | (rows << 16),
      top << 16,
      24 << 8,
    ]);
    socket.write(Buffer.concat([header, pixels]));
  }
  return socket;
}

function words(values) {
  return Buffer.from(Uint32Array.from(values, (value) => value >>> 0).buffer);
}

async function readSetup(socket) {
  let setup = Buffer.alloc(0);
  while (setup.length < 8 || setup.length < 8 + 4 * setup.readUInt16LE(6)) {
    const [part] = await once(socket, 'data');
    setup = Buffer.concat([setup, part]);
  }
  if (setup[0] !== 1) {
    throw new Error('the X server refused the connection');
  }
  return setup;
}

// The first screen's root: after the fixed part, the vendor's name and the pixmap formats.
function rootWindow(setup) {
  const vendor = setup.readUInt16LE(24);
  return setup.readUInt32LE(40 + 4 * Math.ceil(vendor / 4) + 8 * setup[29]);
}

function photograph(width, height, top) {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      const grain = ((x * 7919 + (y + top) * 104729) >> 3) % 13;
      const wave = 40 * Math.sin(x / 40) * Math.cos((y + top) / 30);
      const at = 4 * (y * width + x);
      pixels[at] = 90 + wave + grain + x / 10;
      pixels[at + 1] = 110 - wave / 2 + grain + (y + top) / 10;
      pixels[at + 2] = 60 + wave + grain + (x + y + top) / 14;
    }
  }
  return pixels;
}
