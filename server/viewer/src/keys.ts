// X11 keysyms for what an on-screen keyboard produces.

export const shiftKeysym = 0xffe1;

const namedKeys = new Map([
  ['Backspace', 0xff08],
  ['Tab', 0xff09],
  ['Enter', 0xff0d],
  ['Escape', 0xff1b],
  ['ArrowLeft', 0xff51],
  ['ArrowUp', 0xff52],
  ['ArrowRight', 0xff53],
  ['ArrowDown', 0xff54],
  ['Delete', 0xffff],
]);

// The keysym of a named key ("Enter", as KeyboardEvent.key has it), or null.
export function keysymOfKey(key: string): number | null {
  return namedKeys.get(key) ?? null;
}

// The keysym of one character: Latin-1 is itself, the rest of Unicode has a range of its own
// (X Window System Protocol, appendix A).
export function keysymOfCharacter(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point === 0x0a || point === 0x0d) {
    return 0xff0d;
  }
  if (point === 0x09) {
    return 0xff09;
  }
  return (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff)
    ? point
    : 0x01000000 + point;
}

// The keys that turn `before` into `after`: on-screen keyboards edit a field (and correct whole
// words in it) instead of pressing keys.
export function keysOfEdit(before: string, after: string): number[] {
  const old = [...before];
  const now = [...after];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) {
    ++same;
  }
  const erased = old.slice(same).map(() => 0xff08);
  return [...erased, ...now.slice(same).map(keysymOfCharacter)];
}

const shifted = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZ~!@#$%^&*()_+{}|:"<>?');

// Whether Shift is held for a character on the keyboard that hosts assume (US). An on-screen
// keyboard sends none, and a host that turns keysyms into key positions, as QEMU does, then types
// the wrong one of a key's two characters.
export function needsShift(keysym: number): boolean {
  return keysym <= 0x7e && shifted.has(String.fromCharCode(keysym));
}
