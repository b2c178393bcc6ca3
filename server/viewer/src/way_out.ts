// The part of a KeyboardEvent that matters here.
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  getModifierState(modifier: string): boolean;
}

const modifiers = new Set(['Control', 'Alt', 'Shift']);

// The screen takes every key, Tab too, so there must be a way out of it without a mouse (WCAG 2.1,
// 2.1.2): Ctrl+Alt+Shift, pressed and let go with no other key in between. Together with another
// key the three are the console's.
export class WayOut {
  private complete = false;

  // A key went down.
  down(stroke: Stroke): void {
    this.complete =
      modifiers.has(stroke.key) &&
      stroke.ctrlKey &&
      stroke.altKey &&
      stroke.shiftKey &&
      // Windows reports AltGr as Ctrl+Alt.
      !stroke.getModifierState('AltGraph');
  }

  // A key went up; true when it ended the chord.
  up(): boolean {
    const ended = this.complete;
    this.complete = false;
    return ended;
  }
}
