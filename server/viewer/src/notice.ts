// What the console server says beside RFB: docs/viewer-messages.md.

export interface Announcement {
  id: number; // grows with each announcement of the session
  text: string;
  warning: boolean;
  showForSeconds: number | null; // null: until the person closes it
  deadline: Date | null; // the moment of which the text speaks
}

export interface Notice {
  viewOnly: boolean;
  clipboard: Clipboard;
  opened: boolean; // bytes pass; said of consoles without RFB only
  announcement: Announcement | null;
}

const clipboards = ['both', 'to_console', 'from_console', 'off'] as const;
export type Clipboard = (typeof clipboards)[number];

// Reads one text message. Null for what is no notice: the page then goes on as it was. Members that
// are not known are ignored, as a newer server may send them.
export function readNotice(message: string): Notice | null {
  const fields = objectIn(message);
  if (fields === null) {
    return null;
  }
  const clipboard = clipboards.find((name) => name === fields['clipboard']);
  return {
    viewOnly: fields['view_only'] === true,
    clipboard: clipboard ?? 'both',
    opened: fields['opened'] === true,
    announcement: readAnnouncement(fields['announcement']),
  };
}

function readAnnouncement(value: unknown): Announcement | null {
  if (!isObject(value)) {
    return null;
  }
  const { id, text, level, show_for_s: showFor, deadline } = value;
  if (typeof id !== 'number' || typeof text !== 'string' || text === '') {
    return null;
  }
  return {
    id,
    text,
    warning: level === 'warning',
    showForSeconds: isTime(showFor) ? showFor : null,
    deadline: isTime(deadline) ? new Date(deadline * 1000) : null,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < 1e11;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(message: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
