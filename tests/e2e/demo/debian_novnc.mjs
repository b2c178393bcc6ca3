// Debian's own noVNC page, unpatched.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, picture, showsColours, types } from '../support/browser.mjs';
import { serveDebianNovnc } from '../support/debian_novnc.mjs';
import { fileSays } from '../support/wait.mjs';

export function debianNovncTests(world) {
  test("Debian's noVNC works as it is, with the token in its path", async (t) => {
    const novnc = await serveDebianNovnc(world.demo);
    t.after(() => novnc.stop());
    const token = await world.demo.token({ console: await world.demo.machine() });
    const page = await openPage(world.browser);

    await page.goto(
      `${novnc.origin}/vnc.html?autoconnect=true&path=${encodeURIComponent(`websockify?token=${token}`)}`,
    );
    await page.waitForSelector('html.noVNC_connected');
    await showsColours(page, 2);
    await types(page, 'echo "From Debian\'s page" > /dev/ttyS0\n');

    await fileSays(world.demo.serialLog, /From Debian's page/);
    assert.deepEqual(page.problems, []);
    await picture(page, 'debian-novnc');
  });
}
