// What a console that negotiates telnet is answered, and what of its bytes is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Telnet } from '../../../server/viewer/src/telnet.ts';

function heard(...pieces) {
  const answers = [];
  const telnet = new Telnet((bytes) => answers.push(...bytes));
  const shown = pieces.flatMap((piece) => [...telnet.text(Uint8Array.from(piece))]);
  return { shown: String.fromCharCode(...shown), answers };
}

const bytes = (text) => [...text].map((character) => character.charCodeAt(0));

test('text without commands passes as the very same bytes', () => {
  const telnet = new Telnet(() => assert.fail('nothing to answer'));
  const text = Uint8Array.from(bytes('login: \x1b[1m'));

  assert.equal(telnet.text(text), text);
});

test('each wish is answered once: yes to echo and suppress-go-ahead, no to the rest', () => {
  const wishes = [255, 251, 1, 255, 251, 3, 255, 253, 3, 255, 253, 1, 255, 253, 31, 255, 251, 5];
  const { shown, answers } = heard([...wishes, ...bytes('a')], wishes);

  assert.equal(shown, 'a');
  assert.deepEqual(
    answers,
    [255, 253, 1, 255, 253, 3, 255, 251, 3, 255, 252, 1, 255, 252, 31, 255, 254, 5],
  );
});

test('refusals are not answered', () => {
  assert.deepEqual(heard([255, 252, 1, 255, 254, 3]).answers, []);
});

test('commands and subnegotiations stay away from the screen, however they are cut', () => {
  const whole = [...bytes('a'), 255, 250, 24, 1, 255, 255, 240, 255, 240, ...bytes('b'), 255, 241];
  whole.push(...bytes('c'), 255, 255, ...bytes('d'));

  assert.equal(heard(whole).shown, 'abcÿd');
  assert.equal(heard(...whole.map((byte) => [byte])).shown, 'abcÿd');
});
