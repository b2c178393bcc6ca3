import type { BannerParts } from './banner.ts';
import type { Ending } from './ends.ts';
import type { Notice } from './notice.ts';

// The page's parts and what they show. Everything that comes from elsewhere is set as text.
export class Page implements BannerParts {
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
    bannerClose: element('banner-close', HTMLButtonElement),
  };
  private readonly clipboardPanel = element('clipboard-panel', HTMLElement);
  private readonly consoleName = nameInPage();
  private connected = false;
  private policy: Pick<Notice, 'viewOnly' | 'clipboard'> = { viewOnly: false, clipboard: 'both' };

  constructor() {
    this.buttons.fullScreen.hidden = !document.fullscreenEnabled;
    text('console-name', this.consoleName);
    this.enter('connecting', 'Connecting…');
  }

  showWaitingForHost(): void {
    text('progress', 'Waiting for the virtual machine’s screen');
  }

  showConnected(): void {
    this.connected = true;
    this.enter('connected', 'Connected');
    this.enableTools();
  }

  // What the console server takes from this viewer. It enforces that itself; the page only tells.
  showPolicy(policy: Pick<Notice, 'viewOnly' | 'clipboard'>): void {
    this.policy = policy;
    text('view-only', policy.viewOnly ? 'View only' : '');
    this.enableTools();
  }

  // BannerParts:
  show(words: string, warning: boolean): void {
    text('banner-text', words);
    const banner = element('banner', HTMLElement);
    banner.dataset['level'] = warning ? 'warning' : 'info';
    banner.hidden = false;
  }
  hide(): void {
    element('banner', HTMLElement).hidden = true;
    text('banner-text', '');
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
    this.connected = false;
    this.enableTools();
    this.toggleClipboard(false);
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
    }
    this.enter('ended', 'Ended');
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

  private enter(state: 'connecting' | 'connected' | 'ended', words: string): void {
    document.body.dataset['state'] = state;
    text('state', words);
    document.title = state === 'connected' ? this.consoleName : `${this.consoleName} – ${words}`;
  }

  private enableTools(): void {
    const { viewOnly, clipboard } = this.policy;
    const types = this.connected && !viewOnly;
    const pastes = types && clipboard !== 'from_console' && clipboard !== 'off';
    const copies = this.connected && clipboard !== 'to_console' && clipboard !== 'off';
    this.buttons.keyboard.disabled = !types;
    this.buttons.ctrlAltDel.disabled = !types;
    this.buttons.clipboardSend.disabled = !pastes;
    this.buttons.clipboard.disabled = !pastes && !copies;
    if (this.buttons.clipboard.disabled) {
      this.toggleClipboard(false);
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
