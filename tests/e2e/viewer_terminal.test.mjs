// A console without a screen: the page with a terminal, against a real machine's serial port.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import {
  desktop,
  endShown,
  openBrowser,
  openPage,
  picture,
  reaches,
  violationsIn,
} from './support/browser.mjs';
import { bridgeTo, FakePorthole } from './support/fake_porthole.mjs';
import { startSerialConsole } from './support/serial_console.mjs';
import { waitFor } from './support/wait.mjs';

const fake = new FakePorthole(process.env.PORTHOLE_VIEWER);
let browser;
let link;

before(async () => {
  link = `${(await fake.start()).replace('console', 'terminal.html')}?token=abc`;
  browser = await openBrowser();
});
beforeEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  fake.reset();
});
after(async () => {
  await browser?.close();
  fake.stop();
});

async function terminalPage(welcome) {
  fake.welcome = welcome;
  const page = await openPage(browser, desktop);
  await page.goto(link);
  return page;
}

const shown = (page) => page.innerText('.xterm-rows');
const shows = (page, text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('.xterm-rows')?.innerText.includes(wanted),
    text,
  );

test("a machine's serial console is read and typed into", async () => {
  const machine = await startSerialConsole();
  try {
    const page = await terminalPage(bridgeTo({ host: '127.0.0.1', port: machine.port }));
    await reaches(page, 'connected');
    await shows(page, 'ESC');
    await page.keyboard.press('Escape');
    await shows(page, 'Select boot device');
    await picture(page, 'terminal');

    assert.equal(await page.isVisible('#ctrl-alt-del'), false);
    assert.deepEqual(await violationsIn(page), []);
    assert.deepEqual(page.problems, []);
    await machine.stop();
    assert.equal((await endShown(page)).headline, 'The console was closed');
  } finally {
    await machine.stop();
  }
});

test('colours of every kind are shown within the security policy', async () => {
  const page = await terminalPage((socket) =>
    socket.send(Buffer.from('\x1b[31mred\x1b[0m \x1b[38;2;10;200;30mexact\x1b[0m')),
  );
  await shows(page, 'exact');
  const colourOf = (text) =>
    page.evaluate(
      (wanted) =>
        getComputedStyle(
          [...document.querySelectorAll('.xterm-rows span')].find((one) =>
            one.textContent.includes(wanted),
          ),
        ).color,
      text,
    );

  assert.equal(await colourOf('exact'), 'rgb(10, 200, 30)');
  assert.notEqual(await colourOf('red'), await colourOf('exact'));
  assert.deepEqual(await violationsIn(page), []);
});

test('a console that says nothing is open once the console server says so', async () => {
  const page = await terminalPage((socket) =>
    socket.send('{"view_only":false,"clipboard":"both","opened":true}'),
  );
  await reaches(page, 'connected');
  await page.keyboard.type('a');
  await waitFor('the key', () => fake.received().toString() === 'a');
});

test('view only takes the keys, and is said', async () => {
  const page = await terminalPage((socket) => {
    socket.send('{"view_only":true,"clipboard":"both","opened":true}');
    socket.on('message', (bytes) => socket.send(bytes));
  });
  await reaches(page, 'connected');
  assert.equal(await page.innerText('#view-only'), 'View only');
  await page.keyboard.type('a');
  fake.sockets.forEach((socket) => {
    socket.send('{"view_only":false,"clipboard":"both","opened":true}');
  });
  await page.waitForFunction(() => document.querySelector('#view-only').textContent === '');
  await page.keyboard.type('b');
  await shows(page, 'b');
  assert.equal(fake.received().toString(), 'b');
});

test('the terminal is as large as the window lets it be', async () => {
  const page = await terminalPage((socket) => socket.send(Buffer.from('$ ')));
  await shows(page, '$');
  const rows = () => page.locator('.xterm-rows > div').count();
  const before = await rows();

  await page.setViewportSize({ width: 1280, height: 400 });

  await waitFor('fewer rows', async () => (await rows()) < before - 10);
});

test('a terminal server that speaks telnet is answered and keeps its commands', async () => {
  const page = await terminalPage((socket) =>
    // WILL echo, WILL suppress-go-ahead, DO window-size, DO window-size again.
    socket.send(
      Buffer.from([255, 251, 1, 255, 251, 3, 255, 253, 31, 255, 253, 31, ...Buffer.from('login: ')]),
    ),
  );
  await shows(page, 'login:');
  assert.ok(!(await shown(page)).includes('ÿ'));
  assert.deepEqual([...fake.received()], [255, 253, 1, 255, 253, 3, 255, 252, 31]);
});

test('an announcement and the end are told as on the page with a screen', async () => {
  const page = await terminalPage((socket) => {
    socket.send('{"opened":true,"announcement":{"id":1,"text":"Closing soon.","level":"warning"}}');
    setTimeout(() => socket.close(4408, 'The console was closed because nobody used it.'), 500);
  });
  await page.waitForSelector('#banner:not([hidden])');
  const end = await endShown(page);
  assert.match(end.sentence, /nobody used it/);
  assert.match(end.reason, /idle_timeout/);
});
