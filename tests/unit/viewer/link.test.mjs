import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  cleanAddress,
  extraFrom,
  socketAddress,
  subprotocols,
  tokenFrom,
} from '../../../server/viewer/src/link.ts';

const jwe = 'eyJhbGciOiJkaXIifQ..AAECAwQFBgcICQoL.c2VjcmV0-_.dGFn';

test('the token is taken from the query, wherever it stands', () => {
  assert.equal(tokenFrom(`?token=${jwe}`), jwe);
  assert.equal(tokenFrom(`?lang=en&token=${jwe}&x=1`), jwe);
  assert.equal(tokenFrom(`?token=${jwe.replaceAll('.', '%2E')}`), jwe);
});

test('a query without a token that can travel has none', () => {
  for (const query of [
    '',
    '?',
    '?token',
    '?token=',
    '?tokens=a',
    '?xtoken=a',
    '?token=a%20b',
    '?token=a,b',
    '?token=%',
    '?token=%C3%A4',
    '?token=a%0d%0ab',
    '#token=a',
  ]) {
    assert.equal(tokenFrom(query), null, query);
  }
});

test('a token of CloudStack comes as it is in its link and leaves as base64url', () => {
  const link = '?autoconnect=true&show_dot=true&port=8443&token=ab+/cd==&extra=a+b%20c&guest=windows';
  assert.equal(tokenFrom(link), 'ab-_cd');
  assert.equal(tokenFrom('?token=ab%2B%2Fcd%3D%3D'), 'ab-_cd');
  assert.equal(extraFrom(link), 'a+b c');
  assert.equal(extraFrom('?token=a'), '');
});

test('nothing of the link stays in the address bar', () => {
  const page = new URL(`https://console.example/a/console?token=${jwe}&next=1#token=${jwe}`);

  assert.equal(cleanAddress(page), 'https://console.example/a/console');
  assert.equal(
    cleanAddress(new URL('https://console.example//console?token=a')),
    'https://console.example//console',
  );
});

test('the socket is beside the page and as private as it', () => {
  const socketOf = (page) => socketAddress(new URL(page));

  assert.equal(
    socketOf(`https://console.example/console?token=${jwe}#x`),
    'wss://console.example/websockify',
  );
  assert.equal(socketOf('http://127.0.0.1:8080/console'), 'ws://127.0.0.1:8080/websockify');
  assert.equal(
    socketOf('https://cloud.example:8443/a/b/console'),
    'wss://cloud.example:8443/a/b/websockify',
  );
  assert.equal(socketOf('https://[2001:db8::1]/console'), 'wss://[2001:db8::1]/websockify');
});

test('the token is offered last, so that it is never the one chosen', () => {
  assert.deepEqual(subprotocols(jwe, ''), ['porthole.v1', 'binary', `porthole.token.${jwe}`]);
  assert.deepEqual(subprotocols('t', 'ä?>'), [
    'porthole.v1',
    'binary',
    'porthole.token.t',
    'porthole.extra.w6Q_Pg',
  ]);
});
