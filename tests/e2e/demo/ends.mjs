// Every end that can be provoked, in the words that a person reads.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import WebSocket from 'ws';

import { endShown, openConsole, openPage, picture, refusalShown } from '../support/browser.mjs';
import { startHost, vncScreen } from '../support/hosts.mjs';

// Hosts that fail in one way each: [what it does to who connects, how the console ends].
const failingHosts = [
  [
    (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'host_protocol_error · 4513',
    'Host not understood',
  ],
  [vncScreen((socket) => socket.end()), 'host_closed · 1000', 'The console was closed'],
  [vncScreen((socket) => socket.resetAndDestroy()), 'host_lost · 4514', 'Virtual machine lost'],
  [() => undefined, 'host_timeout · 4504', 'Host does not answer'],
];

// What a session's policy ends by itself: [policy, how the console ends].
const timers = [
  [{ idle_timeout_s: 1 }, 'idle_timeout · 4408', 'Closed while idle'],
  [{ max_duration_s: 1 }, 'max_duration · 4410', 'Time is up'],
];

export function endTests(world) {
  hostEnds(world);
  policyEnds(world);
  limitEnds(world);
  revocation(world);
}

// Opens a console of the token's settings and resolves to how it ended.
async function endOf(world, settings) {
  const page = await openPage(world.browser);
  await page.goto(await world.demo.tokenLink(settings));
  return endShown(page);
}

function hostEnds(world) {
  for (const [greet, reason, headline] of failingHosts) {
    test(`a host's failure: ${reason}`, async (t) => {
      const host = await startHost(greet);
      t.after(() => host.stop());

      const end = await endOf(world, { console: { target: host.target } });

      assert.equal(end.reason, reason);
      assert.equal(end.headline, headline);
      assert.notEqual(end.sentence, '');
    });
  }

  test('a host that is not there: host_unreachable', async () => {
    const host = await startHost(() => undefined);
    host.stop();

    const end = await endOf(world, { console: { target: host.target } });

    assert.equal(end.reason, 'host_unreachable · 4502');
    assert.equal(end.headline, 'Host not reachable');
  });

  test('a password that the host refuses: host_auth_failed', async () => {
    const machine = await world.demo.machine();

    const end = await endOf(world, { console: { ...machine, password: 'wrong' } });

    assert.equal(end.reason, 'host_auth_failed · 4511');
    assert.ok(!end.sentence.includes(machine.password));
  });
}

function policyEnds(world) {
  for (const [policy, reason, headline] of timers) {
    test(`a time that is over: ${reason}`, async (t) => {
      const host = await startHost(vncScreen());
      t.after(() => host.stop());

      const end = await endOf(world, { console: { target: host.target }, policy });

      assert.equal(end.reason, reason);
      assert.equal(end.headline, headline);
    });
  }

  test('a console that somebody has to himself: busy', async () => {
    const settings = {
      console: { ...(await world.demo.machine()), id: randomUUID() },
      policy: { sharing: 'exclusive' },
    };
    await openConsole(world, await world.demo.tokenLink(settings));

    const end = await endOf(world, settings);

    assert.equal(end.reason, 'busy · 4423');
    assert.equal(end.headline, 'Console in use');
  });

  test('a console that the same person opens again: replaced, and it stays so', async () => {
    const settings = {
      console: { ...(await world.demo.machine()), id: randomUUID() },
      policy: { sharing: 'takeover' },
    };
    const first = await openConsole(world, await world.demo.tokenLink(settings));

    const second = await openConsole(world, await world.demo.tokenLink(settings));

    const end = await endShown(first);
    assert.equal(end.reason, 'replaced · 4409');
    assert.equal(end.headline, 'Opened somewhere else');
    assert.equal(await second.getAttribute('body', 'data-state'), 'connected');
    await picture(first, 'demo-replaced');
  });

  for (const [what, settings] of [
    ['another address', { policy: { client_ip: ['203.0.113.7'] } }],
    ['a target that no console may have', { console: { target: 'tcp://169.254.169.254:80' } }],
  ]) {
    test(`a token for ${what}: forbidden`, async () => {
      const page = await openPage(world.browser);

      await page.goto(await world.demo.machineLink(settings));

      assert.match(await anyHeadline(page), /^Not allowed$/);
    });
  }

  test('a token for later: token_not_yet_valid', async () => {
    const page = await openPage(world.browser);

    await page.goto(
      await world.demo.machineLink({ nbf: Math.floor(Date.now() / 1000) + 300, until: 400 }),
    );

    assert.equal((await refusalShown(page)).headline, 'Link not valid yet');
  });
}

function limitEnds(world) {
  test('one console more than a machine may have: too_many', async (t) => {
    const host = await startHost(vncScreen());
    t.after(() => host.stop());
    const console = { target: host.target, id: randomUUID() };
    const sockets = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const offers = [
          'porthole.v1',
          'binary',
          `porthole.token.${await world.demo.token({ console })}`,
        ];
        const socket = new WebSocket(
          `${world.demo.origin.replace('http', 'ws')}/websockify`,
          offers,
          { rejectUnauthorized: false },
        );
        await once(socket, 'message');
        return socket;
      }),
    );
    t.after(() => sockets.forEach((socket) => socket.terminate()));
    const page = await openPage(world.browser);

    await page.goto(await world.demo.tokenLink({ console }));

    assert.equal(await anyHeadline(page), 'Too many consoles');
  });
}

function revocation(world) {
  test("an administrator's words end the console at once", async () => {
    const page = await openConsole(
      world,
      await world.demo.machineLink({ subject: 'to-be-revoked' }),
    );

    await world.demo.control(
      'sessions',
      'revoke',
      '--subject',
      'to-be-revoked',
      '--reason',
      'Maintenance of <kvm-7>.',
    );

    const end = await endShown(page);
    assert.equal(end.headline, 'Ended by an administrator');
    assert.equal(end.sentence, 'Maintenance of <kvm-7>.');
    assert.equal(end.reason, 'revoked · 4403');
    await picture(page, 'demo-revoked');
  });
}

// The headline of whatever tells the end: the server's page or the viewer.
async function anyHeadline(page) {
  await page.waitForSelector('body.error, body[data-state="ended"]');
  return page.locator('body.error h1, #end-headline').innerText();
}
