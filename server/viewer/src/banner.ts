import type { Announcement } from './notice.ts';

// The parts of the page that the banner writes to; a test has others.
export interface BannerParts {
  show(text: string, warning: boolean): void;
  hide(): void;
}

// The longest time that a browser's timer can wait.
const longestWait = 0x7fffffff;

// One announcement at a time above the screen, until its time is over, the person closes it, or a
// newer one replaces it.
export class Banner {
  private lastId = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: BannerParts) {}

  // A notice repeats the last announcement; what was seen already stays closed.
  announce(announcement: Announcement | null): void {
    if (announcement === null || announcement.id <= this.lastId) {
      return;
    }
    this.lastId = announcement.id;
    clearTimeout(this.timer);
    this.parts.show(words(announcement), announcement.warning);
    if (announcement.showForSeconds !== null) {
      const wait = Math.min(announcement.showForSeconds * 1000, longestWait);
      this.timer = setTimeout(() => this.close(), wait);
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.parts.hide();
  }
}

// The text, with the moment of which it speaks in the person's own time.
export function words({ text, deadline }: Announcement): string {
  if (deadline === null) {
    return text;
  }
  const time = deadline.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return `${text} (${time})`;
}
