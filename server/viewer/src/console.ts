import RFB from '@novnc/novnc';

import { Channel, type SocketEnd } from './channel.ts';
import { describeEnd, type Ending, screenNotUnderstood } from './ends.ts';
import { needsShift, shiftKeysym } from './keys.ts';
import { readNotice } from './notice.ts';
import type { ConsoleEvents, Screen } from './screen.ts';

// One console, from its WebSocket to its end: noVNC draws it into `screen`.
export class Console implements Screen {
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
  keepFocusElsewhere(elsewhere: boolean): void {
    this.rfb.focusOnClick = !elsewhere;
  }
  sendCtrlAltDel(): void {
    this.rfb.sendCtrlAltDel();
  }
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
