// The end of the demo itself; nothing runs after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { endShown, openConsole } from '../support/browser.mjs';

export function shutdownTests(world) {
  test('Ctrl-C ends the demo, and the page says that the console server goes away', async () => {
    const page = await openConsole(world, await world.demo.machineLink());

    const code = await world.demo.interrupt();

    assert.equal(code, 0);
    assert.equal((await endShown(page)).headline, 'Console server closing');
  });
}
