import type { RawChannel } from '@novnc/novnc';

// How a socket ended, as the browser tells it.
export interface SocketEnd {
  code: number;
  text: string; // the server's sentence; empty where it sent none
  opened: boolean; // false: the upgrade itself failed, and the browser says only 1006
}

// A WebSocket in the shape that noVNC takes, with two differences: text frames, which are
// Porthole's own words and not RFB, stay away from noVNC, and the end is told to `onend` before
// noVNC hears of it, since noVNC passes neither code nor reason on.
export class Channel implements RawChannel {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onend: ((end: SocketEnd) => void) | null = null;
  ontext: ((message: string) => void) | null = null;
  private opened = false;

  constructor(private readonly socket: WebSocket) {
    socket.binaryType = 'arraybuffer';
    socket.onopen = (event) => {
      this.opened = true;
      this.onopen?.(event);
    };
    socket.onmessage = (event) => {
      if (event.data instanceof ArrayBuffer) {
        this.onmessage?.(event);
      } else if (typeof event.data === 'string') {
        this.ontext?.(event.data);
      }
    };
    socket.onerror = (event) => this.onerror?.(event);
    socket.onclose = (event) => {
      this.onend?.({ code: event.code, text: event.reason, opened: this.opened });
      this.onclose?.(event);
    };
  }

  get binaryType(): string {
    return this.socket.binaryType;
  }
  set binaryType(type: string) {
    this.socket.binaryType = type as BinaryType;
  }
  get protocol(): string {
    return this.socket.protocol;
  }
  get readyState(): number {
    return this.socket.readyState;
  }
  send(data: ArrayBufferView<ArrayBuffer>): void {
    this.socket.send(data);
  }
  close(): void {
    this.socket.close();
  }
}
