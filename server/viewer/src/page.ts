import type { Ending } from './ends.ts';

// The page's parts and what they show. Everything that comes from elsewhere is set as text.
export class Page {
  readonly screen = element('screen', HTMLElement);
  readonly tools = element('tools', HTMLElement);
  readonly touchField = element('touch-field', HTMLTextAreaElement);
  readonly clipboardText = element('clipboard-text', HTMLTextAreaElement);
  readonly buttons = {
    keyboard: element('keyboard', HTMLButtonElement),
    clipboard: element('clipboard', HTMLButtonElement),
    ctrlAltDel: element('ctrl-alt-del', HTMLButtonElement),
    fullScreen: element('full-screen', HTMLButtonElement),
    clipboardSend: element('clipboard-send', HTMLButtonElement),
    clipboardClose: element('clipboard-close', HTMLButtonElement),
  };
  private readonly clipboardPanel = element('clipboard-panel', HTMLElement);
  private readonly consoleName = nameInPage();

  constructor() {
    this.buttons.fullScreen.hidden = !document.fullscreenEnabled;
    text('console-name', this.consoleName);
    this.show('connecting', 'Connecting…');
  }

  showWaitingForHost(): void {
    text('progress', 'Waiting for the virtual machine’s screen');
  }

  showConnected(): void {
    this.show('connected', 'Connected');
    this.setEnabled(true);
  }

  // The host's own name for its desktop; the console's name stays what the portal calls it.
  showDesktopName(name: string): void {
    text('desktop-name', name === this.consoleName ? '' : name);
  }

  showEnd(ending: Ending): void {
    text('end-headline', ending.headline);
    text('end-sentence', ending.sentence);
    text('end-advice', ending.advice);
    text('end-reason', ending.code > 0 ? `${ending.reason} · ${ending.code}` : ending.reason);
    text('desktop-name', '');
    element('end', HTMLElement).dataset['tone'] = ending.tone;
    this.setEnabled(false);
    this.toggleClipboard(false);
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
    }
    this.show('ended', 'Ended');
    element('end-headline', HTMLElement).focus();
  }

  toggleClipboard(open = this.clipboardPanel.hidden): void {
    this.clipboardPanel.hidden = !open;
    this.buttons.clipboard.setAttribute('aria-expanded', String(open));
    if (open) {
      this.clipboardText.focus();
      this.clipboardText.select();
    }
  }

  focusTools(): void {
    this.tools.querySelector<HTMLButtonElement>('button:enabled:not(.touch-only)')?.focus();
  }

  private show(state: 'connecting' | 'connected' | 'ended', words: string): void {
    document.body.dataset['state'] = state;
    text('state', words);
    document.title = state === 'connected' ? this.consoleName : `${this.consoleName} – ${words}`;
  }

  private setEnabled(enabled: boolean): void {
    for (const button of [this.buttons.keyboard, this.buttons.clipboard, this.buttons.ctrlAltDel]) {
      button.disabled = !enabled;
    }
  }
}

function nameInPage(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="porthole-console-name"]');
  return meta?.content.trim() || 'Console';
}

function text(id: string, words: string): void {
  element(id, HTMLElement).textContent = words;
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`the page has no #${id}`);
  }
  return found;
}
