// What the tests of the viewer alone share: the built page under Porthole's headers, a browser, and
// a real VNC server that shows a photograph.
import { after, before, beforeEach } from 'node:test';

import { openBrowser, openPage, reaches, showsColours } from './browser.mjs';
import { bridgeTo, FakePorthole } from './fake_porthole.mjs';
import { startXvnc } from './vnc_servers.mjs';

export const token = 'eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA';

// Registers the stage with the file's tests; filled before the first of them, tidied after each.
export function viewerStage() {
  const stage = { fake: new FakePorthole(process.env.PORTHOLE_VIEWER) };
  before(async () => {
    stage.address = await stage.fake.start();
    stage.link = `${stage.address}?token=${token}`;
    stage.browser = await openBrowser();
    stage.xvnc = await startXvnc();
  });
  beforeEach(async () => {
    await Promise.all(stage.browser.contexts().map((context) => context.close()));
    stage.fake.reset();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.xvnc?.stop();
    stage.fake.stop();
  });
  return stage;
}

// A page whose link leads to the VNC server, once it shows the picture.
export async function connectedPage(stage, window) {
  stage.fake.welcome = bridgeTo({ host: '127.0.0.1', port: stage.xvnc.port });
  const page = await openPage(stage.browser, window);
  await page.goto(stage.link);
  await reaches(page, 'connected');
  await showsColours(page, 1000);
  return page;
}
