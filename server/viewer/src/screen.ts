import type { Ending } from './ends.ts';
import type { Notice } from './notice.ts';

// What a console tells the page. `onEnd` comes once, last, and is final: a link works once, so
// there is nothing to reconnect with.
export interface ConsoleEvents {
  onOpen(): void; // the console server answered; the host's screen is on its way
  onConnect(): void;
  onName(name: string): void; // the host's own name for its desktop
  onClipboard(text: string): void;
  onNotice(notice: Notice): void; // the console server's own words
  onEnd(ending: Ending): void;
}

// What the page's tools do to a console, whatever shows it.
export interface Screen {
  focus(): void;
  // While an on-screen keyboard is up, a tap on the screen must not take its field's focus.
  keepFocusElsewhere(elsewhere: boolean): void;
  sendCtrlAltDel(): void;
  // Presses and releases a key as an on-screen keyboard means it.
  press(keysym: number): void;
  paste(text: string): void;
}
