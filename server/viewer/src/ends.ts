import type { SocketEnd } from './channel.ts';
import { again, type Entry, ends, tellAdministrator, type Tone } from './end_table.ts';

// What the page shows.
export interface Ending {
  reason: string;
  code: number;
  tone: Tone;
  headline: string;
  sentence: string; // may be empty
  advice: string; // may be empty
}

// 1000 is the host's: the page itself never closes a console that it still shows.
const reasonByCode = new Map(
  Object.entries(ends).map(([reason, entry]) => [entry.code, reason] as const),
);
reasonByCode.set(1003, 'protocol_error');

// A browser reports 1006 when the connection broke without a close frame, 1005 for a close frame
// without a code.
const noCloseFrame = new Set([1005, 1006]);

// The words for a socket that ended. `end.text` is the server's and is shown as text only.
export function describeEnd(end: SocketEnd): Ending {
  if (!end.opened) {
    return neverOpened;
  }
  if (noCloseFrame.has(end.code)) {
    return { ...endingOf('viewer_lost', connectionLost), code: end.code };
  }
  const reason = reasonByCode.get(end.code);
  return reason === undefined ? unknownEnd(end) : { ...endingOf(reason, end.text), code: end.code };
}

// The words for the end `reason`, with the sentence that belongs to it. Advice that the sentence
// gives already is not said twice.
export function endingOf(reason: string, sentence: string): Ending {
  const { code, tone, headline, advice } = ends[reason] ?? unknownEntry;
  const news = sentence.includes(again) ? advice.replace(again, '').trim() : advice;
  return { reason, code, tone, headline, sentence, advice: news };
}

const unknownEntry: Entry = { code: 0, tone: 'caution', headline: 'Console ended', advice: again };

function unknownEnd(end: SocketEnd): Ending {
  return { ...endingOf('unknown', end.text), code: end.code };
}

const connectionLost = 'The connection to the console server was lost.';

// The browser tells a page nothing of a failed upgrade, so this has to cover all its causes.
const neverOpened: Ending = {
  reason: 'never_opened',
  code: 1006,
  tone: 'problem',
  headline: 'No connection',
  sentence: 'Your browser could not open a connection to the console server.',
  advice:
    'Check your network: a proxy or a firewall that blocks WebSockets does this, too. ' + again,
};

// noVNC gave up on what it was sent.
export const screenNotUnderstood: Ending = {
  reason: 'screen_not_understood',
  code: 0,
  tone: 'problem',
  headline: 'Screen not understood',
  sentence: 'The console sent something that this viewer does not understand.',
  advice: `${again} ${tellAdministrator}`,
};

// The page was opened, or opened again, without a link.
export const noLink: Ending = endingOf(
  'token_missing',
  `This address has no console link in it any more. ${again}`,
);
