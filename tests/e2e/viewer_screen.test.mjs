// A console that is open: its screen, its buttons, its keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { desktop, openPage, phone, picture, violationsIn } from './support/browser.mjs';
import { bridgeTo, pagePolicy } from './support/fake_porthole.mjs';
import { connectedPage, viewerStage } from './support/viewer_stage.mjs';
import { waitFor } from './support/wait.mjs';

const stage = viewerStage();

test("JPEG rectangles are shown without a violation of the page's policy", async () => {
  const page = await connectedPage(stage);

  assert.deepEqual(await violationsIn(page), []);
  assert.deepEqual(page.problems, []);
  await picture(page, 'photograph');
});

test('which they would not be without data: images, so that the test above sees some', async () => {
  stage.fake.policy = pagePolicy.replace(' data:', '');
  stage.fake.welcome = bridgeTo({ host: '127.0.0.1', port: stage.xvnc.port });
  const page = await openPage(stage.browser);

  await page.goto(stage.link);
  await page.waitForFunction(() => globalThis.violations.includes('img-src: data'));
});

test('text frames are kept away from noVNC', async () => {
  const page = await connectedPage(stage);

  stage.fake.sockets.forEach((socket) => socket.send('{"banner":"hello"}'));
  await page.keyboard.press('x');
  await waitFor('the key', () => stage.fake.received().includes(keyBytes(0x78)));

  assert.equal(await page.getAttribute('body', 'data-state'), 'connected');
});

test('Ctrl+Alt+Del presses the three keys, in order', async () => {
  const page = await connectedPage(stage);
  stage.fake.messages = [];

  await page.click('#ctrl-alt-del');
  await waitFor('Delete', () => stage.fake.received().includes(keyBytes(0xffff)));

  const pressed = [0xffe3, 0xffe9, 0xffff].map((key) =>
    stage.fake.received().indexOf(keyBytes(key)),
  );
  assert.ok(pressed[0] >= 0 && pressed[0] < pressed[1] && pressed[1] < pressed[2], String(pressed));
  assert.ok(
    await page.evaluate(() => document.activeElement.tagName === 'CANVAS'),
    'typing goes on',
  );
});

test('the toolbar works by keyboard and says what its buttons do', async () => {
  const page = await connectedPage(stage);

  for (const name of ['Clipboard', 'Ctrl+Alt+Del', 'Full screen']) {
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 1, name);
  }
  await page.focus('#clipboard');
  await page.keyboard.press('Enter');
  await page.keyboard.type('from the browser');
  await picture(page, 'clipboard');
  await page.keyboard.press('Escape');

  assert.ok(await page.isHidden('#clipboard-panel'));
  assert.ok(await page.evaluate(() => document.activeElement.tagName === 'CANVAS'));
});

test('Ctrl+Alt+Shift alone leaves the screen for the toolbar, and Escape comes back', async () => {
  const page = await connectedPage(stage);
  const focused = () =>
    page.evaluate(() => document.activeElement.id || document.activeElement.tagName);

  await page.keyboard.press('Control+Alt+Shift+x');
  assert.equal(await focused(), 'CANVAS');
  await page.keyboard.press('Control+Alt+Shift');
  assert.equal(await focused(), 'clipboard');
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'CANVAS');
});

test("the clipboard's text is sent to the console", async () => {
  const page = await connectedPage(stage);
  const message = clipboardMessages();

  await page.click('#clipboard');
  await page.fill('#clipboard-text', 'from the browser');
  await page.click('#clipboard-send');

  await waitFor('a ClientCutText message', () => clipboardMessages() > message);
  assert.ok(await page.isHidden('#clipboard-panel'));
});

test('full screen fills the display, and its button says how to leave', async () => {
  const page = await connectedPage(stage);

  await page.click('#full-screen');
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.getByRole('button', { name: 'Leave full screen' }).waitFor({ state: 'attached' });

  const screen = await page.locator('#screen').boundingBox();
  assert.deepEqual([screen.x, screen.y], [0, 0]);
});

test('a phone types through its on-screen keyboard', async () => {
  const page = await connectedPage(stage, phone);

  await page.tap('#keyboard');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'touch-field');
  await page.keyboard.insertText('é');
  await page.keyboard.press('Enter');

  await waitFor('Return', () => stage.fake.received().includes(keyBytes(0xff0d)));
  assert.ok(stage.fake.received().includes(keyBytes(0xe9)));
  await picture(page, 'phone-connected');
});

test('nothing sticks out of a desktop window or of a phone', async () => {
  for (const window of [desktop, phone]) {
    const page = await connectedPage(stage, window);
    const { width, height } = window.viewport;

    for (const part of ['.bar', '.tools', '#screen canvas']) {
      const box = await page.locator(part).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width + 1, `${part} across ${width}`);
      assert.ok(box.y >= 0 && box.y + box.height <= height + 1, `${part} down ${height}`);
    }
  }
});

test("the name is the portal's, the host's own stands beside it", async () => {
  const page = await connectedPage(stage);

  assert.equal(await page.innerText('#console-name'), 'web-1');
  assert.equal(await page.title(), 'web-1');
  assert.notEqual(await page.innerText('#desktop-name'), '');
});

// An RFB key event carries its keysym in four bytes, whatever its kind.
function keyBytes(keysym) {
  return Buffer.from([0, 0, keysym >> 8, keysym & 0xff]);
}

// How many ClientCutText messages came: noVNC sends each in a WebSocket message of its own.
function clipboardMessages() {
  return stage.fake.messages.filter((message) => message[0] === 6).length;
}
