import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';

import { Channel } from './channel.ts';
import { describeEnd } from './ends.ts';
import { readNotice } from './notice.ts';
import type { ConsoleEvents, Screen } from './screen.ts';
import { Telnet } from './telnet.ts';

const theme = {
  background: '#0b1119',
  foreground: '#eaf2fb',
  cursor: '#5cc8f5',
  selectionBackground: '#5cc8f555',
};

// A console that speaks no RFB, from its WebSocket to its end: xterm.js shows its bytes in `place`.
export class TerminalConsole implements Screen {
  private readonly terminal = new Terminal({
    cursorBlink: true,
    fontFamily: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: 15,
    scrollback: 5000,
    theme,
  });
  private readonly channel: Channel;
  private readonly encoder = new TextEncoder();
  private connected = false;

  constructor(
    place: HTMLElement,
    socket: WebSocket,
    private readonly events: ConsoleEvents,
  ) {
    const fit = new FitAddon();
    this.terminal.loadAddon(fit);
    this.terminal.open(place);
    new ResizeObserver(() => fit.fit()).observe(place);

    this.channel = new Channel(socket);
    this.listen(socket, new Telnet((bytes) => this.channel.send(bytes)));
    this.terminal.onData((text) => this.channel.send(this.encoder.encode(text)));
    this.terminal.onBinary((text) =>
      this.channel.send(Uint8Array.from(text, (character) => character.charCodeAt(0))),
    );
    this.terminal.onSelectionChange(() => {
      if (this.terminal.hasSelection()) {
        this.events.onClipboard(this.terminal.getSelection());
      }
    });
  }

  focus(): void {
    this.terminal.focus();
  }
  // A terminal's own field is what an on-screen keyboard types into.
  keepFocusElsewhere(): void {}
  // A terminal has neither: these are keys of a machine with a screen.
  sendCtrlAltDel(): void {}
  press(): void {}
  paste(text: string): void {
    this.terminal.paste(text);
  }

  private listen(socket: WebSocket, telnet: Telnet): void {
    socket.addEventListener('open', () => this.events.onOpen());
    this.channel.onmessage = (event) => {
      this.connect();
      this.terminal.write(telnet.text(new Uint8Array(event.data as ArrayBuffer)));
    };
    this.channel.ontext = (message) => {
      const notice = readNotice(message);
      if (notice === null) {
        return;
      }
      this.terminal.options.disableStdin = notice.viewOnly;
      this.events.onNotice(notice);
      if (notice.opened) {
        this.connect();
      }
    };
    this.channel.onend = (end) => {
      this.terminal.options.disableStdin = true;
      this.events.onEnd(describeEnd(end));
    };
  }

  // A console may have nothing to say until it is spoken to, so the console server tells, too.
  private connect(): void {
    if (!this.connected) {
      this.connected = true;
      this.events.onConnect();
    }
  }
}
