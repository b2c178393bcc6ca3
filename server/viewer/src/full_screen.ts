// The Keyboard Lock API, which TypeScript does not know: with it Escape and Alt+Tab go to the
// console and not to the browser. Only some browsers have it.
interface KeyboardLock {
  lock?(keys?: string[]): Promise<void>;
}

export async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement !== null) {
    await document.exitFullscreen();
    return;
  }
  await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
  const keyboard = (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;
  await keyboard?.lock?.(['Escape', 'Tab', 'AltLeft', 'AltRight', 'MetaLeft', 'MetaRight']);
}

// Keeps the button's words in step: full screen also ends by the browser's own means.
export function followFullScreen(button: HTMLButtonElement): void {
  document.addEventListener('fullscreenchange', () => {
    const words = document.fullscreenElement === null ? 'Full screen' : 'Leave full screen';
    button.title = words;
    button.setAttribute('aria-label', words);
    button.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
}
