// The whole way: the demo's command, a real browser, a real virtual machine. The demo takes a while
// to start, so one serves all groups of tests.
import { after, afterEach, before } from 'node:test';

import { consoleTests } from './demo/console.mjs';
import { debianNovncTests } from './demo/debian_novnc.mjs';
import { endTests } from './demo/ends.mjs';
import { linkTests } from './demo/links.mjs';
import { policyTests } from './demo/policy.mjs';
import { shutdownTests } from './demo/shutdown.mjs';
import { openBrowser } from './support/browser.mjs';
import { startDemo } from './support/demo.mjs';

const minutes = 60_000;
// What every group works with; filled before the first test runs.
const world = { demo: null, browser: null };

before(
  async () => {
    world.demo = await startDemo();
    world.browser = await openBrowser();
  },
  { timeout: 25 * minutes },
);

afterEach(async () => {
  await Promise.all(world.browser.contexts().map((context) => context.close()));
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

linkTests(world);
consoleTests(world);
policyTests(world);
endTests(world);
debianNovncTests(world);
shutdownTests(world);
