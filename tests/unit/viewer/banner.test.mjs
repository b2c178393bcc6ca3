import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Banner, words } from '../../../server/viewer/src/banner.ts';

function stage() {
  const shown = [];
  const banner = new Banner({
    show: (text, warning) => shown.push(warning ? `! ${text}` : text),
    hide: () => shown.push(null),
  });
  return { banner, shown };
}

function announcement(id, more = {}) {
  return { id, text: `text ${id}`, warning: false, showForSeconds: null, deadline: null, ...more };
}

test('an announcement is shown once, and a newer one takes its place', () => {
  const { banner, shown } = stage();
  banner.announce(null);
  banner.announce(announcement(1));
  banner.announce(announcement(1));
  banner.close();
  banner.announce(announcement(1));
  banner.announce(announcement(2, { warning: true }));
  assert.deepEqual(shown, ['text 1', null, '! text 2']);
});

test('it goes when its time is over, which is its own', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { banner, shown } = stage();
    banner.announce(announcement(1, { showForSeconds: 10 }));
    mock.timers.tick(9_999);
    banner.announce(announcement(2, { showForSeconds: 10 }));
    mock.timers.tick(9_999);
    assert.deepEqual(shown, ['text 1', 'text 2']);
    mock.timers.tick(1);
    assert.deepEqual(shown, ['text 1', 'text 2', null]);
  } finally {
    mock.timers.reset();
  }
});

test('a time longer than a timer can wait does not end at once', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { banner, shown } = stage();
    banner.announce(announcement(1, { showForSeconds: 1e10 }));
    mock.timers.tick(86_400_000);
    assert.deepEqual(shown, ['text 1']);
  } finally {
    mock.timers.reset();
  }
});

test('the moment of which it speaks stands behind the text', () => {
  const at = new Date(2026, 10, 22, 17, 5);
  assert.match(words(announcement(1, { deadline: at })), /^text 1 \(.*05.*\)$/);
  assert.equal(words(announcement(1)), 'text 1');
});
