// Links of other kinds than the demo's, against a node of their own: CloudStack's, and a serial
// console's.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import {
  endShown,
  openBrowser,
  openConsole,
  openPage,
  picture,
  reaches,
  refusalShown,
  violationsIn,
} from './support/browser.mjs';
import { CloudStack } from './support/cloudstack.mjs';
import { TestNode } from './support/node.mjs';
import { startSerialConsole } from './support/serial_console.mjs';
import { payload, seal } from './support/tokens.mjs';
import { startXvnc } from './support/vnc_servers.mjs';

const world = {};

before(async () => {
  world.browser = await openBrowser();
  world.xvnc = await startXvnc();
  world.cloud = new CloudStack();
  world.node = await TestNode.start({ targets: { schemes: ['tcp', 'raw+tcp'] } });
  await world.node.putCloudStack(world.cloud);
  world.key = Buffer.alloc(32, 7);
  const file = await world.node.write('jwe.key', world.key.toString('base64url'));
  await world.node.control('keys', 'put', 'cloud-1', '--material-file', file);
});
afterEach(async () => {
  await Promise.all(world.browser.contexts().map((context) => context.close()));
});
after(async () => {
  await world.browser?.close();
  await world.node?.stop();
  await world.xvnc?.stop();
});

test("CloudStack's own link opens the machine's screen, once", async () => {
  const link = world.node.origin + world.cloud.link({ port: world.xvnc.port, extra: 'a+b/c=' });
  const page = await openConsole(world, link);
  await picture(page, 'cloudstack');

  assert.equal(await page.evaluate(() => location.href), `${world.node.origin}/resource/noVNC/vnc.html`);
  assert.equal(await page.innerText('#console-name'), 'web-1');
  assert.deepEqual(await violationsIn(page), []);
  assert.deepEqual(page.problems, []);

  const again = await openPage(world.browser);
  assert.equal((await again.goto(link)).status(), 410);
  assert.equal((await refusalShown(again)).headline, 'Link already used');
});

test("CloudStack's link without its extra token is refused", async () => {
  const page = await openPage(world.browser);
  const link = world.cloud.link({ port: world.xvnc.port, extra: 'x' }).replace('extra=x', 'extra=y');
  assert.equal((await page.goto(world.node.origin + link)).status(), 403);
});

test("a serial console's link opens a terminal that is read and typed into", async () => {
  const machine = await startSerialConsole();
  try {
    const console = { name: 'serial-1', target: `raw+tcp://127.0.0.1:${machine.port}` };
    const token = seal(payload({ console }), 'cloud-1', world.key);
    const page = await openPage(world.browser);
    await page.goto(`${world.node.origin}/console?token=${token}`);
    await reaches(page, 'connected');
    const shows = (text) =>
      page.waitForFunction(
        (wanted) => document.querySelector('.xterm-rows')?.innerText.includes(wanted),
        text,
      );
    await shows('ESC');
    await page.keyboard.press('Escape');
    await shows('Select boot device');
    await picture(page, 'serial-console');

    assert.match((await world.node.control('sessions', 'list', '--output', 'json')).stdout, /"raw"/);
    assert.deepEqual(await violationsIn(page), []);
    await machine.stop();
    assert.equal((await endShown(page)).headline, 'The console was closed');
  } finally {
    await machine.stop();
  }
});
