// The part of noVNC 1.7.0's API (docs/API.md of the package) that the page uses.
declare module '@novnc/novnc' {
  // What noVNC asks of a channel: the shape of a WebSocket.
  export interface RawChannel {
    binaryType: string;
    readonly protocol: string;
    readonly readyState: number;
    onopen: ((event: Event) => void) | null;
    onmessage: ((event: MessageEvent) => void) | null;
    onclose: ((event: CloseEvent) => void) | null;
    onerror: ((event: Event) => void) | null;
    send(data: ArrayBufferView<ArrayBuffer>): void;
    close(): void;
  }

  interface Events {
    connect: Event;
    disconnect: CustomEvent<{ clean: boolean }>;
    desktopname: CustomEvent<{ name: string }>;
    clipboard: CustomEvent<{ text: string }>;
    credentialsrequired: Event;
  }

  export default class RFB {
    constructor(target: HTMLElement, channel: RawChannel, options?: { shared?: boolean });
    scaleViewport: boolean;
    focusOnClick: boolean;
    showDotCursor: boolean;
    background: string;
    addEventListener<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): void;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    sendCtrlAltDel(): void;
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    clipboardPasteFrom(text: string): void;
  }
}
