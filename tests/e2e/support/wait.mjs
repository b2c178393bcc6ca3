// Waiting for what no event tells.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

// Resolves to the first true value of `condition()`; rejects, naming `what`, after `seconds`.
export async function waitFor(what, condition, seconds = 30) {
  const deadline = Date.now() + 1000 * seconds;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${seconds} s in vain for ${what}`);
    }
    await pause(20);
  }
}

// Waits until the file's text matches, and resolves to the match.
export function fileSays(path, pattern, seconds = 30) {
  return waitFor(
    `${pattern} in ${path}`,
    async () => (await readFile(path, 'utf8')).match(pattern),
    seconds,
  );
}
