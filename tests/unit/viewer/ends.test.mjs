import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { again, ends } from '../../../server/viewer/src/end_table.ts';
import { describeEnd, endingOf, noLink } from '../../../server/viewer/src/ends.ts';

// The server's own table: {"name", code, "sentence"} an entry.
function serverEnds() {
  const source = readFileSync(
    `${process.env.PORTHOLE_SOURCE_DIR}/server/base/end_reason.cc`,
    'utf8',
  );
  const entry = /\{"(\w+)",\s*(\d+),\s*"((?:[^"\\]|\\.)*)"\}/g;
  return [...source.matchAll(entry)].map(([, reason, code, sentence]) => ({
    reason,
    code: Number(code),
    sentence,
  }));
}

test('the page knows exactly the ends that the server knows', () => {
  const server = serverEnds();

  assert.ok(server.length >= 25);
  assert.deepEqual(
    Object.entries(ends).map(([reason, { code }]) => [reason, code]),
    server.map(({ reason, code }) => [reason, code]),
  );
});

test("every close code leads to its reason, with the server's sentence", () => {
  for (const { reason, code, sentence } of serverEnds().filter(({ code }) => code > 1000)) {
    const ending = describeEnd({ code, text: sentence, opened: true });

    assert.equal(ending.reason, reason);
    assert.equal(ending.sentence, sentence);
    assert.equal(ending.code, code);
    assert.ok(ending.headline.length > 0);
  }
});

test("a normal close is the host's, and 1003 a broken protocol like 1002", () => {
  assert.equal(describeEnd({ code: 1000, text: '', opened: true }).reason, 'host_closed');
  assert.equal(describeEnd({ code: 1003, text: '', opened: true }).reason, 'protocol_error');
});

test('a connection that broke is not one that never was', () => {
  const broken = describeEnd({ code: 1006, text: '', opened: true });
  const never = describeEnd({ code: 1006, text: '', opened: false });

  assert.equal(broken.reason, 'viewer_lost');
  assert.match(broken.sentence, /was lost/);
  assert.equal(never.reason, 'never_opened');
  assert.match(never.sentence, /could not open a connection/);
});

test('a code from nowhere still ends with words, and with the sentence that came', () => {
  const ending = describeEnd({ code: 4999, text: 'Lunch.', opened: true });

  assert.equal(ending.sentence, 'Lunch.');
  assert.equal(ending.code, 4999);
  assert.equal(ending.advice, again);
});

test('every end says what to do next, once', () => {
  for (const { reason, sentence } of serverEnds()) {
    const ending = endingOf(reason, sentence);
    const words = `${ending.sentence} ${ending.advice}`;

    assert.ok(words.split(again).length <= 2, words);
    assert.ok(ending.advice.length > 0 || sentence.includes('from your cloud portal'), words);
  }
  assert.equal(noLink.advice, '');
});
