import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readNotice } from '../../../server/viewer/src/notice.ts';

test('a whole notice is read', () => {
  const notice = readNotice(
    '{"view_only":true,"clipboard":"to_console","news":1,"announcement":{"id":3,' +
      '"text":"Soon.","level":"warning","show_for_s":30,"deadline":1790000300,"sound":"bell"}}',
  );
  assert.deepEqual(notice, {
    viewOnly: true,
    clipboard: 'to_console',
    opened: false,
    announcement: {
      id: 3,
      text: 'Soon.',
      warning: true,
      showForSeconds: 30,
      deadline: new Date(1790000300000),
    },
  });
});

test('what is absent has its meaning', () => {
  assert.deepEqual(readNotice('{}'), {
    viewOnly: false,
    clipboard: 'both',
    opened: false,
    announcement: null,
  });
  assert.equal(readNotice('{"opened":true}').opened, true);
  assert.equal(readNotice('{"opened":1}').opened, false);
  assert.deepEqual(readNotice('{"announcement":{"id":1,"text":"x"}}').announcement, {
    id: 1,
    text: 'x',
    warning: false,
    showForSeconds: null,
    deadline: null,
  });
});

test('what is no notice is none', () => {
  for (const message of ['', 'hello', '[]', 'null', '3', '{"a":']) {
    assert.equal(readNotice(message), null, message);
  }
});

test('broken announcements are not shown', () => {
  for (const announcement of ['null', '[]', '"x"', '{"id":"1","text":"x"}', '{"id":1,"text":""}', '{"id":1}']) {
    assert.equal(readNotice(`{"announcement":${announcement}}`).announcement, null, announcement);
  }
  const odd = readNotice('{"announcement":{"id":1,"text":"x","show_for_s":-1,"deadline":1e300}}');
  assert.equal(odd.announcement.showForSeconds, null);
  assert.equal(odd.announcement.deadline, null);
});
