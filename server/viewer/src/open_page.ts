import { Banner } from './banner.ts';
import { noLink } from './ends.ts';
import { followFullScreen, toggleFullScreen } from './full_screen.ts';
import { cleanAddress, extraFrom, socketAddress, subprotocols, tokenFrom } from './link.ts';
import { Page } from './page.ts';
import type { ConsoleEvents, Screen } from './screen.ts';
import { TouchKeyboard } from './touch_keyboard.ts';
import { WayOut } from './way_out.ts';

// Makes what shows the console at `place`.
export type MakeScreen = (place: HTMLElement, socket: WebSocket, events: ConsoleEvents) => Screen;

// Takes the link from the page's address and opens its console.
export function openPage(make: MakeScreen): void {
  const address = new URL(location.href);
  history.replaceState(null, '', cleanAddress(address));
  const page = new Page();
  const token = tokenFrom(address.search);
  if (token === null) {
    page.showEnd(noLink);
    return;
  }
  const offered = subprotocols(token, extraFrom(address.search));
  start(page, new WebSocket(socketAddress(address), offered), make);
}

function start(page: Page, socket: WebSocket, make: MakeScreen): void {
  const banner = new Banner(page);
  const screen: Screen = make(page.screen, socket, {
    onOpen: () => page.showWaitingForHost(),
    onConnect: () => {
      page.showConnected();
      screen.focus();
    },
    onName: (name) => page.showDesktopName(name),
    onClipboard: (text) => {
      page.clipboardText.value = text;
    },
    onNotice: (notice) => {
      page.showPolicy(notice);
      banner.announce(notice.announcement);
    },
    onEnd: (ending) => {
      banner.close();
      page.showEnd(ending);
    },
  });
  wireButtons(page, screen);
  page.buttons.bannerClose.addEventListener('click', () => {
    banner.close();
    screen.focus();
  });
  wireWayOut(page, screen);
}

function wireButtons(page: Page, screen: Screen): void {
  const { buttons } = page;
  const keyboard = new TouchKeyboard(page.touchField, {
    press: (keysym) => screen.press(keysym),
    shown: (shown) => screen.keepFocusElsewhere(shown),
  });
  buttons.keyboard.addEventListener('click', () => keyboard.toggle());
  // Else the button takes the focus first, and a second tap could not hide the keyboard.
  buttons.keyboard.addEventListener('mousedown', (event) => event.preventDefault());
  buttons.ctrlAltDel.addEventListener('click', () => {
    screen.sendCtrlAltDel();
    screen.focus();
  });
  followFullScreen(buttons.fullScreen);
  buttons.fullScreen.addEventListener('click', () => {
    // A browser may say no; then nothing changes, and there is nothing to tell.
    toggleFullScreen().catch(() => undefined);
    screen.focus();
  });
  buttons.clipboard.addEventListener('click', () => page.toggleClipboard());
  const closeClipboard = () => {
    page.toggleClipboard(false);
    screen.focus();
  };
  buttons.clipboardClose.addEventListener('click', closeClipboard);
  buttons.clipboardSend.addEventListener('click', () => {
    screen.paste(page.clipboardText.value);
    closeClipboard();
  });
  page.clipboardText.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      closeClipboard();
    }
  });
}

function wireWayOut(page: Page, screen: Screen): void {
  const wayOut = new WayOut();
  // Captured: noVNC lets no key pass.
  document.addEventListener('keydown', (event) => wayOut.down(event), { capture: true });
  document.addEventListener('keyup', () => wayOut.up() && page.focusTools(), { capture: true });
  page.tools.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      screen.focus();
    }
  });
}
