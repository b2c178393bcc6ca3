// What a policy keeps from a person, with the noVNC that people use.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { openConsole, types } from '../support/browser.mjs';
import { fileSays } from '../support/wait.mjs';

export function policyTests(world) {
  test('a view-only page shows the machine, and typing in it changes nothing', async () => {
    const link = await world.demo.machineLink({ policy: { view_only: true } });
    const watcher = await openConsole(world, link);
    await watcher.waitForFunction(() => document.getElementById('view-only').textContent !== '');
    await watcher.keyboard.type('echo LEAKED > /dev/ttyS0\n');
    await watcher.mouse.click(600, 400);

    const typist = await openConsole(world, await world.demo.machineLink());
    await types(typist, 'echo $((6*7)) TYPED > /dev/ttyS0\n');

    await fileSays(world.demo.serialLog, /42 TYPED/);
    assert.doesNotMatch(await readFile(world.demo.serialLog, 'utf8'), /LEAKED/);
    assert.deepEqual(watcher.problems, []);
  });

  test('with its clipboard off a console works on: its host is followed', async () => {
    const link = await world.demo.machineLink({ policy: { clipboard: 'off' } });
    const page = await openConsole(world, link);
    await page.waitForFunction(() => document.getElementById('clipboard').disabled);

    await types(page, 'echo $((6*7)) FOLLOWED > /dev/ttyS0\n');

    await fileSays(world.demo.serialLog, /42 FOLLOWED/);
    assert.equal(await page.getAttribute('body', 'data-state'), 'connected');
    assert.deepEqual(page.problems, []);
  });
}
