// The parts of xterm.js 6.0.0's and its fit addon's APIs (typings/ of the packages) that the page
// uses.
declare module '@xterm/xterm' {
  export interface ITerminalAddon {
    activate(terminal: Terminal): void;
    dispose(): void;
  }

  export interface ITheme {
    background?: string;
    foreground?: string;
    cursor?: string;
    selectionBackground?: string;
  }

  export interface ITerminalOptions {
    cursorBlink?: boolean;
    disableStdin?: boolean;
    fontFamily?: string;
    fontSize?: number;
    scrollback?: number;
    theme?: ITheme;
  }

  export class Terminal {
    constructor(options?: ITerminalOptions);
    readonly options: ITerminalOptions;
    loadAddon(addon: ITerminalAddon): void;
    open(parent: HTMLElement): void;
    focus(): void;
    paste(text: string): void;
    write(data: Uint8Array): void;
    hasSelection(): boolean;
    getSelection(): string;
    onData(listener: (text: string) => void): void;
    onBinary(listener: (text: string) => void): void;
    onSelectionChange(listener: () => void): void;
  }
}

declare module '@xterm/addon-fit' {
  import type { ITerminalAddon, Terminal } from '@xterm/xterm';

  export class FitAddon implements ITerminalAddon {
    activate(terminal: Terminal): void;
    dispose(): void;
    fit(): void;
  }
}
