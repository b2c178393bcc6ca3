import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  keysOfEdit,
  keysymOfCharacter,
  keysymOfKey,
  needsShift,
} from '../../../server/viewer/src/keys.ts';

const backspace = 0xff08;
const keys = (text) => [...text].map(keysymOfCharacter);

test('characters have their X11 keysyms', () => {
  assert.equal(keysymOfCharacter('a'), 0x61);
  assert.equal(keysymOfCharacter('ä'), 0xe4);
  assert.equal(keysymOfCharacter('€'), 0x010020ac);
  assert.equal(keysymOfCharacter('😀'), 0x0101f600);
  assert.equal(keysymOfCharacter('\n'), 0xff0d);
  assert.equal(keysymOfCharacter('\t'), 0xff09);
});

test('named keys have theirs, and others none', () => {
  assert.equal(keysymOfKey('Escape'), 0xff1b);
  assert.equal(keysymOfKey('a'), null);
  assert.equal(keysymOfKey('constructor'), null);
});

test('what was added is typed', () => {
  assert.deepEqual(keysOfEdit('  ', '  ls\n'), keys('ls\n'));
});

test('what was taken away is erased', () => {
  assert.deepEqual(keysOfEdit('  ls', '  l'), [backspace]);
  assert.deepEqual(keysOfEdit('😀', ''), [backspace]);
});

test('a word that was corrected is erased from the first change on and typed again', () => {
  assert.deepEqual(keysOfEdit('  teh', '  the '), [backspace, backspace, ...keys('he ')]);
});

test('an edit that changed nothing presses nothing', () => {
  assert.deepEqual(keysOfEdit('  ls', '  ls'), []);
});

test('Shift is held for what a US keyboard has above', () => {
  for (const character of 'AZ~!@#$%^&*()_+{}|:"<>?') {
    assert.ok(needsShift(keysymOfCharacter(character)), character);
  }
  for (const character of "az09`-=[]\\;',./ \n\tÄß€") {
    assert.ok(!needsShift(keysymOfCharacter(character)), character);
  }
});
