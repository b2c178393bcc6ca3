// A link: once, in time, unchanged.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import {
  endShown,
  openConsole,
  openPage,
  picture,
  refusalShown,
  showsColours,
  violationsIn,
} from '../support/browser.mjs';
import { pagePolicy } from '../support/fake_porthole.mjs';

export function linkTests(world) {
  // Before all others, for it uses the link that the demo printed.
  test("the printed link opens the machine's screen once, and keeps no token", async () => {
    const page = await openConsole(world, world.demo.link);
    await showsColours(page, 8);
    await picture(page, 'demo');

    assert.equal(await page.innerText('#console-name'), 'web-1');
    assert.deepEqual(await violationsIn(page), []);
    assert.deepEqual(page.problems, []);
    assert.equal(await page.evaluate(() => location.href), `${world.demo.origin}/console`);
    const token = new URL(world.demo.link).searchParams.get('token');
    assert.ok(!(await readFile(world.demo.log, 'utf8')).includes(token), 'the log has the token');

    const again = await openPage(world.browser);
    assert.equal((await again.goto(world.demo.link)).status(), 410);
    const used = await refusalShown(again);
    assert.equal(used.headline, 'Link already used');
    assert.match(used.sentence, /already used/);
    await picture(again, 'demo-link-used');

    assert.equal((await page.reload()).status(), 400);
    assert.match((await refusalShown(page)).sentence, /Open the console .*from your cloud portal/);
  });

  test('of two windows with the same link, one gets the console and the other is told why not', async () => {
    const link = await world.demo.machineLink();
    const late = await openPage(world.browser);
    let letScriptsRun;
    const mayRun = new Promise((resolve) => {
      letScriptsRun = resolve;
    });
    await late.route('**/assets/*.js', async (route) => {
      await mayRun;
      await route.continue();
    });
    await late.goto(link, { waitUntil: 'commit' });
    await late.waitForSelector('#console-name');

    const early = await openConsole(world, link);
    letScriptsRun();

    const end = await endShown(late);
    assert.equal(end.reason, 'token_used · 4406');
    assert.equal(end.headline, 'Link already used');
    assert.equal(await early.getAttribute('body', 'data-state'), 'connected');
  });

  test('the pages come under the headers that the viewer was tried under', async () => {
    const page = await openPage(world.browser);

    for (const link of [
      await world.demo.machineLink(),
      await world.demo.machineLink({ from: -300, until: -120 }),
    ]) {
      const headers = (await page.goto(link)).headers();

      assert.equal(headers['content-security-policy'], pagePolicy);
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(headers['strict-transport-security'], /max-age=/);
    }
  });

  test('an expired link has a page that says so', async () => {
    const page = await openPage(world.browser);

    const answer = await page.goto(await world.demo.machineLink({ from: -300, until: -120 }));

    assert.equal(answer.status(), 410);
    const { headline, sentence } = await refusalShown(page);
    assert.equal(headline, 'Link expired');
    assert.match(sentence, /has expired/);
    assert.deepEqual(await violationsIn(page), []);
    await picture(page, 'demo-link-expired');
  });

  test('a link that was tampered with has a page that says so', async () => {
    const link = await world.demo.machineLink();
    const page = await openPage(world.browser);

    const answer = await page.goto(`${link.slice(0, -4)}AAAA`);

    assert.equal(answer.status(), 403);
    assert.equal((await refusalShown(page)).headline, 'Link not valid');
  });
}
