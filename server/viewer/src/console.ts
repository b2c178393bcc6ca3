import RFB from '@novnc/novnc';

import { Channel, type SocketEnd } from './channel.ts';
import { describeEnd, type Ending, screenNotUnderstood } from './ends.ts';
import { needsShift, shiftKeysym } from './keys.ts';
import { type Notice, readNotice } from './notice.ts';

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

// One console, from its WebSocket to its end: noVNC draws it into `screen`.
export class Console {
  private readonly rfb: RFB;
  private ended = false;

  constructor(
    screen: HTMLElement,
    socket: WebSocket,
    private readonly events: ConsoleEvents,
  ) {
    const channel = new Channel(socket);
    channel.onend = (end: SocketEnd) => this.end(describeEnd(end));
    channel.ontext = (message) => {
      const notice = readNotice(message);
      if (notice !== null) {
        this.events.onNotice(notice);
      }
    };
    socket.addEventListener('open', () => this.events.onOpen());

    this.rfb = new RFB(screen, channel);
    this.rfb.scaleViewport = true;
    this.rfb.showDotCursor = true;
    this.rfb.background = 'transparent';
    this.listen();
  }

  focus(): void {
    this.rfb.focus({ preventScroll: true });
  }
  // While an on-screen keyboard is up, a tap on the screen must not take its field's focus.
  keepFocusElsewhere(elsewhere: boolean): void {
    this.rfb.focusOnClick = !elsewhere;
  }
  sendCtrlAltDel(): void {
    this.rfb.sendCtrlAltDel();
  }
  // Presses and releases a key as an on-screen keyboard means it.
  press(keysym: number): void {
    const shift = needsShift(keysym);
    if (shift) {
      this.rfb.sendKey(shiftKeysym, 'ShiftLeft', true);
    }
    this.rfb.sendKey(keysym, null);
    if (shift) {
      this.rfb.sendKey(shiftKeysym, 'ShiftLeft', false);
    }
  }
  paste(text: string): void {
    this.rfb.clipboardPasteFrom(text);
  }

  private listen(): void {
    this.rfb.addEventListener('connect', () => this.events.onConnect());
    this.rfb.addEventListener('desktopname', (event) => this.events.onName(event.detail.name));
    this.rfb.addEventListener('clipboard', (event) => this.events.onClipboard(event.detail.text));
    // The console server asks viewers for nothing but the token; whoever wants a password now is
    // not the console server.
    this.rfb.addEventListener('credentialsrequired', () => this.rfb.disconnect());
    // A socket's own end was told before; this is noVNC giving up by itself.
    this.rfb.addEventListener('disconnect', () => this.end(screenNotUnderstood));
  }

  private end(ending: Ending): void {
    if (!this.ended) {
      this.ended = true;
      this.events.onEnd(ending);
    }
  }
}
