// Debian's Chromium, headless, and pages that notice what a person would never report.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { chromium } from 'playwright-core';

const flags = [
  '--no-sandbox', // the tests may run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const desktop = { viewport: { width: 1280, height: 800 } };
export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

// A browser with a profile of its own. Its owner closes it.
export function openBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

// A page in a window of its own that keeps the violations of its security policy: read them with
// violationsIn. Certificates are not checked, since the demo signs its own.
export async function openPage(browser, window = desktop) {
  const context = await browser.newContext({ ...window, ignoreHTTPSErrors: true });
  await context.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  return page;
}

export function violationsIn(page) {
  return page.evaluate(() => globalThis.violations);
}

// Waits for the page's state: connecting, connected or ended.
export async function reaches(page, state) {
  await page.waitForSelector(`body[data-state="${state}"]`);
}

// Opens a link in a window of its own and waits for the host's screen.
export async function openConsole({ browser }, link, window) {
  const page = await openPage(browser, window);
  await page.goto(link);
  await reaches(page, 'connected');
  await showsColours(page, 2);
  return page;
}

// What the server's own page says that comes in a console's place.
export async function refusalShown(page) {
  await page.waitForSelector('body.error');
  return { headline: await page.innerText('h1'), sentence: await page.innerText('.sentence') };
}

// What an ended console says, as a person sees it.
export async function endShown(page) {
  await reaches(page, 'ended');
  const words = (id) => page.innerText(`#end-${id}`);
  return {
    headline: await words('headline'),
    sentence: await words('sentence'),
    advice: await words('advice'),
    reason: await words('reason'),
  };
}

// Types into a text console like a person with a US keyboard: with Shift where a character needs it,
// since a host gets the positions of the keys, and no faster than the screen shows it, since a
// machine's keyboard remembers only a few keys that nobody has read yet.
export async function types(page, text) {
  for (const character of text) {
    const shift = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(character) ? 'Shift+' : '';
    const key = character === '\n' ? 'Enter' : `${shift}${character}`;
    await whileScreenChanges(page, () => page.keyboard.press(key));
  }
}

// Does something and waits until the console's screen looks different.
export async function whileScreenChanges(page, action) {
  await page.evaluate(() => {
    globalThis.screenDigest = () => {
      const canvas = document.querySelector('#screen canvas, #noVNC_container canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(data.buffer).reduce(
        (digest, pixel) => (Math.imul(digest, 31) + pixel) | 0,
        7,
      );
    };
    globalThis.oldScreen = globalThis.screenDigest();
  });
  await action();
  await page.waitForFunction(() => globalThis.screenDigest() !== globalThis.oldScreen);
}

// Waits until the screen has at least so many colours.
export async function showsColours(page, least) {
  await page.waitForFunction((count) => {
    const canvas = document.querySelector('#screen canvas, #noVNC_container canvas');
    if (canvas === null || canvas.width === 0 || canvas.height === 0) {
      return false;
    }
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size >= count;
  }, least);
}

// Saves what the page shows, for people, as NAME.png.
export async function picture(page, name) {
  const directory = process.env.PORTHOLE_E2E_PICTURES;
  if (directory === undefined) {
    throw new Error('PORTHOLE_E2E_PICTURES names no directory');
  }
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: path.join(directory, `${name}.png`) });
}
