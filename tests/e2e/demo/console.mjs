// A console: what it shows, and what is done in it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import {
  openConsole,
  phone,
  picture,
  showsColours,
  types,
  violationsIn,
  whileScreenChanges,
} from '../support/browser.mjs';
import { glyphsOnScreen, misfits } from '../support/text_screen.mjs';
import { startXvnc } from '../support/vnc_servers.mjs';
import { fileSays, waitFor } from '../support/wait.mjs';

export function consoleTests(world) {
  test('what is typed in the page reaches the machine, and its text is what the page shows', async () => {
    const page = await openConsole(world, await world.demo.machineLink());

    await types(
      page,
      '(echo BEGIN; cat /dev/vcs1; echo; echo $((6*7)) END) > /dev/ttyS0; read x\n',
    );
    const [, text] = await fileSays(world.demo.serialLog, /BEGIN\r?\n([^]{2000})\r?\n42 END/);

    assert.match(text, /echo \$\(\(6\*7\)\) END/);
    // The cursor, which the text does not tell, is one cell.
    await waitFor(
      'the text on the page',
      async () => misfits(await glyphsOnScreen(page), text).length <= 1,
    );
    await types(page, '\n');
  });

  test('a phone shows the console, and types with its on-screen keyboard', async () => {
    const page = await openConsole(world, await world.demo.machineLink(), phone);

    await page.tap('#keyboard');
    for (const character of 'echo "From a Phone!" > /dev/ttyS0') {
      await whileScreenChanges(page, () => page.keyboard.insertText(character));
    }
    await page.keyboard.press('Enter');

    await fileSays(world.demo.serialLog, /From a Phone!/);
    await picture(page, 'demo-phone');
  });

  test("a photograph arrives as JPEG rectangles without a violation of the page's policy", async (t) => {
    const xvnc = await startXvnc();
    t.after(() => xvnc.stop());
    const console = { target: `tcp://127.0.0.1:${xvnc.port}`, name: 'photo' };
    const page = await openConsole(world, await world.demo.tokenLink({ console }));

    await showsColours(page, 1000);

    assert.deepEqual(await violationsIn(page), []);
    assert.deepEqual(page.problems, []);
  });

  test('Ctrl+Alt+Del starts the machine again', async () => {
    const page = await openConsole(world, await world.demo.machineLink());
    const starts = async () =>
      (await readFile(world.demo.serialLog, 'utf8')).split('the shell is up').length;
    const before = await starts();

    await page.click('#ctrl-alt-del');

    await waitFor('the machine to start again', async () => (await starts()) > before, 120);
  });
}
