import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WayOut } from '../../../server/viewer/src/way_out.ts';

// Presses the keys one after the other, as a browser reports them; true when letting go led out.
function press(keys, { altGraph = false } = {}) {
  const wayOut = new WayOut();
  const held = new Set();
  for (const key of keys) {
    held.add(key);
    wayOut.down({
      key,
      ctrlKey: held.has('Control'),
      altKey: held.has('Alt'),
      shiftKey: held.has('Shift'),
      getModifierState: (name) => name === 'AltGraph' && altGraph,
    });
  }
  return keys.map(() => wayOut.up()).includes(true);
}

test('the three modifiers alone lead out, in any order', () => {
  assert.ok(press(['Control', 'Alt', 'Shift']));
  assert.ok(press(['Shift', 'Control', 'Alt']));
});

test('fewer of them, or more than them, stay with the console', () => {
  assert.ok(!press(['Control', 'Alt']));
  assert.ok(!press(['Control', 'Alt', 'Delete']));
  assert.ok(!press(['Control', 'Alt', 'Shift', 'ArrowUp']));
  assert.ok(!press(['a']));
});

test('AltGr with Shift types a letter', () => {
  assert.ok(!press(['Control', 'Alt', 'Shift'], { altGraph: true }));
});
