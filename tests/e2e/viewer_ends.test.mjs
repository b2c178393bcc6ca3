// How a console begins and ends in the viewer, against a stand-in that does to its WebSocket what a
// real Porthole would have to be made to do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { endShown, openPage, picture } from './support/browser.mjs';
import { connectedPage, token, viewerStage } from './support/viewer_stage.mjs';
import { waitFor } from './support/wait.mjs';

const stage = viewerStage();

// The server's ends that a page can be told: [code, sentence].
function toldEnds() {
  const file = `${process.env.PORTHOLE_SOURCE_DIR}/server/base/end_reason.cc`;
  const entry = /\{"\w+",\s*(\d+),\s*"((?:[^"\\]|\\.)*)"\}/g;
  const ends = [...readFileSync(file, 'utf8').matchAll(entry)].map(([, code, text]) => [
    Number(code),
    text,
  ]);
  return ends.filter(([code]) => code !== 0);
}

test('the token leaves the address bar and travels as a subprotocol', async () => {
  let offered;
  stage.fake.welcome = (_, request) => {
    offered = request.headers['sec-websocket-protocol'];
  };
  const page = await openPage(stage.browser);

  await page.goto(stage.link);
  await waitFor('the WebSocket', () => offered);

  assert.equal(await page.evaluate(() => location.href), stage.address);
  assert.equal(offered.replaceAll(' ', ''), `porthole.v1,binary,porthole.token.${token}`);
  assert.equal(
    await page.evaluate(() => history.length),
    2,
    'about:blank and the console, no link',
  );
  await page.waitForFunction(() =>
    document.getElementById('progress').innerText.includes('screen'),
  );
  await picture(page, 'connecting');
});

test('an address without a token connects to nothing and says where to go', async () => {
  const page = await openPage(stage.browser);

  await page.goto(stage.address);

  assert.match((await endShown(page)).sentence, /Open the console again from your cloud portal/);
  assert.equal(stage.fake.requests, 0);
});

test('every end that the server tells is shown in words, once and for good', async () => {
  const page = await openPage(stage.browser);
  const headlines = new Set();

  for (const [code, sentence] of toldEnds()) {
    stage.fake.reset();
    stage.fake.welcome = (socket) => socket.close(code, sentence);
    await page.goto(stage.link);
    const end = await endShown(page);

    assert.equal(end.sentence, sentence);
    assert.ok(end.headline.length > 0);
    assert.ok(`${end.sentence}${end.advice}`.length > 0);
    assert.match(end.reason, new RegExp(`^[a-z_]+ · ${code}$`));
    assert.equal(stage.fake.requests, 1, 'no second attempt');
    headlines.add(end.headline);
  }

  // viewer_closed and host_closed share code 1000.
  assert.equal(headlines.size, toldEnds().length - 1);
  assert.deepEqual(page.problems, []);
});

test('a sentence is text, whatever it holds', async () => {
  stage.fake.welcome = (socket) => socket.close(4403, '<img src=x onerror=alert(1)>&amp;');
  const page = await openPage(stage.browser);

  await page.goto(stage.link);

  assert.equal((await endShown(page)).sentence, '<img src=x onerror=alert(1)>&amp;');
  assert.equal(await page.locator('#end img').count(), 0);
});

test('a socket that never opened has a sentence of its own', async () => {
  stage.fake.welcome = null;
  const page = await openPage(stage.browser);

  await page.goto(stage.link);

  const end = await endShown(page);
  assert.equal(end.headline, 'No connection');
  assert.match(end.sentence, /could not open a connection to the console server/);
  await picture(page, 'ended-never-opened');
});

test('a connection that breaks while the screen is shown is a lost one', async () => {
  const page = await connectedPage(stage);

  stage.fake.sockets.forEach((socket) => socket.terminate());

  const end = await endShown(page);
  assert.equal(end.headline, 'Connection lost');
  assert.equal(await page.locator('#screen canvas').count(), 0, 'the screen is not left behind');
});

test('a peer that does not speak RFB ends with words, too', async () => {
  stage.fake.welcome = (socket) => socket.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const page = await openPage(stage.browser);

  await page.goto(stage.link);

  assert.equal((await endShown(page)).headline, 'Screen not understood');
});

test('the error page tells every reason without a script', async () => {
  const context = await stage.browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const open = (reason, sentence) =>
    page.goto(
      `${stage.address.replace('console', 'error.html')}?reason=${reason}&sentence=${encodeURIComponent(sentence)}`,
    );

  await open('token_expired', 'This console link has <b>expired</b>.');
  assert.equal(await page.innerText('h1'), 'Link expired');
  assert.equal(await page.innerText('.sentence'), 'This console link has <b>expired</b>.');
  await picture(page, 'error-token-expired');

  await open('something_new', 'Words.');
  assert.equal(await page.innerText('h1'), 'The console cannot be opened');
  await context.close();
});
