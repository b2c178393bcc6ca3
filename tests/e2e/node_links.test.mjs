// Links of another kind than the demo's, against a node of their own: CloudStack's.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import {
  openBrowser,
  openConsole,
  openPage,
  picture,
  refusalShown,
  violationsIn,
} from './support/browser.mjs';
import { CloudStack } from './support/cloudstack.mjs';
import { TestNode } from './support/node.mjs';
import { startXvnc } from './support/vnc_servers.mjs';

const world = {};

before(async () => {
  world.browser = await openBrowser();
  world.xvnc = await startXvnc();
  world.cloud = new CloudStack();
  world.node = await TestNode.start();
  await world.node.putCloudStack(world.cloud);
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
