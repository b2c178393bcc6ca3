import { keysOfEdit, keysymOfKey } from './keys.ts';

// Something to erase: an on-screen keyboard sends no Backspace into an empty field.
const filler = ' '.repeat(32);

export interface TouchKeyboardEvents {
  press(keysym: number): void;
  shown(shown: boolean): void;
}

// An invisible field whose edits become key presses: how a console is typed into on a device
// without keys.
export class TouchKeyboard {
  private known = filler;

  constructor(
    private readonly field: HTMLTextAreaElement,
    private readonly events: TouchKeyboardEvents,
  ) {
    field.addEventListener('input', () => this.sendEdit());
    field.addEventListener('keydown', (event) => this.sendNamedKey(event));
    field.addEventListener('focus', () => {
      this.refill();
      events.shown(true);
    });
    field.addEventListener('blur', () => events.shown(false));
  }

  // Must run inside a tap: only then does a browser show its keyboard.
  toggle(): void {
    if (document.activeElement === this.field) {
      this.field.blur();
    } else {
      this.field.focus({ preventScroll: true });
    }
  }

  private sendEdit(): void {
    const text = this.field.value;
    for (const keysym of keysOfEdit(this.known, text)) {
      this.events.press(keysym);
    }
    this.known = text;
    // Not within a word: the keyboard keeps its own idea of it and would be cut off.
    if (text.length === 0 || text.endsWith('\n') || text.length > 4 * filler.length) {
      this.refill();
    }
  }

  // Keys that a field keeps to itself. Backspace and Enter edit it and arrive as edits.
  private sendNamedKey(event: KeyboardEvent): void {
    const keysym = keysymOfKey(event.key);
    if (
      keysym === null ||
      event.isComposing ||
      event.key === 'Backspace' ||
      event.key === 'Enter'
    ) {
      return;
    }
    event.preventDefault();
    this.events.press(keysym);
  }

  private refill(): void {
    this.known = filler;
    this.field.value = filler;
    this.field.setSelectionRange(filler.length, filler.length);
  }
}
