// What the console server says beside the screen: announcements, and what this viewer may do.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { picture } from './support/browser.mjs';
import { connectedPage, viewerStage } from './support/viewer_stage.mjs';

const stage = viewerStage();

function say(notice) {
  stage.fake.sockets.forEach((socket) => socket.send(JSON.stringify(notice)));
}

function announce(id, text, more = {}) {
  say({ view_only: false, clipboard: 'both', announcement: { id, text, level: 'info', ...more } });
}

async function bannerSays(page, text) {
  await page.waitForFunction(
    (wanted) =>
      !document.getElementById('banner').hidden &&
      document.getElementById('banner-text').textContent === wanted,
    text,
  );
}

test('an announcement is shown as text, replaced, and closed by the person', async () => {
  const page = await connectedPage(stage);
  assert.ok(await page.isHidden('#banner'));

  announce(1, '<img src=x onerror=alert(1)> & <b>bold</b>', { level: 'warning' });
  await bannerSays(page, '<img src=x onerror=alert(1)> & <b>bold</b>');
  assert.equal(await page.locator('#banner-text *').count(), 0);
  assert.equal(await page.getAttribute('#banner', 'data-level'), 'warning');
  await picture(page, 'banner');
  announce(2, 'The next one.');
  await bannerSays(page, 'The next one.');

  await page.click('#banner-close');
  assert.ok(await page.isHidden('#banner'));
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'CANVAS');
  announce(2, 'The next one.');
  announce(3, 'A last one.', { show_for_s: 1 });
  await bannerSays(page, 'A last one.');
  await page.waitForSelector('#banner', { state: 'hidden' });
  assert.deepEqual(page.problems, []);
});

test('a page that may only look says so, and closes what it cannot do', async () => {
  const page = await connectedPage(stage);

  say({ view_only: true, clipboard: 'both' });
  await page.waitForFunction(() => document.getElementById('view-only').textContent !== '');
  assert.ok(await page.isDisabled('#ctrl-alt-del'));
  assert.ok(await page.isEnabled('#clipboard'), 'what the machine copies may still be read');
  assert.ok(await page.isDisabled('#clipboard-send'));
  say({ view_only: false, clipboard: 'off' });
  await page.waitForFunction(() => document.getElementById('view-only').textContent === '');
  assert.ok(await page.isEnabled('#ctrl-alt-del'));
  assert.ok(await page.isDisabled('#clipboard'));
  say({ view_only: false, clipboard: 'to_console' });
  await page.waitForFunction(() => !document.getElementById('clipboard').disabled);
  assert.ok(await page.isEnabled('#clipboard-send'));
});

test('what is no notice changes nothing', async () => {
  const page = await connectedPage(stage);

  stage.fake.sockets.forEach((socket) => {
    ['', 'hello', '[]', '{"announcement":7}'].forEach((text) => socket.send(text));
  });
  announce(1, 'Still here.');

  await bannerSays(page, 'Still here.');
  assert.equal(await page.getAttribute('body', 'data-state'), 'connected');
});
