// Every way in which a console ends, in words. The names and codes are those of the server's
// EndReason (design, section 7); a unit test holds the two tables together.

// How bad it is: an ordinary end, something the person can change, something that is broken.
export type Tone = 'calm' | 'caution' | 'problem';

export interface Entry {
  code: number; // the WebSocket close code; 0: never sent
  tone: Tone;
  headline: string;
  advice: string; // what to do next
}

export const again = 'Open the console again from your cloud portal.';
export const tellAdministrator = 'If it happens again, tell your administrator.';

export const ends: Readonly<Record<string, Entry>> = {
  viewer_closed: { code: 1000, tone: 'calm', headline: 'Console closed', advice: again },
  viewer_lost: {
    code: 0,
    tone: 'problem',
    headline: 'Connection lost',
    advice: `Check your network. ${again}`,
  },
  viewer_timeout: {
    code: 4440,
    tone: 'caution',
    headline: 'Connecting took too long',
    advice: `Check your network. ${again}`,
  },
  host_closed: {
    code: 1000,
    tone: 'calm',
    headline: 'The console was closed',
    advice: `The virtual machine may have been shut down or moved. ${again}`,
  },
  host_lost: {
    code: 4514,
    tone: 'problem',
    headline: 'Virtual machine lost',
    advice: `Wait a moment. ${again}`,
  },
  draining: {
    code: 1001,
    tone: 'calm',
    headline: 'Console server closing',
    advice: `Your virtual machine keeps running. ${again}`,
  },
  protocol_error: {
    code: 1002,
    tone: 'problem',
    headline: 'Connection disturbed',
    advice: `A proxy or a browser extension may have changed what was sent. ${again}`,
  },
  internal_error: {
    code: 1011,
    tone: 'problem',
    headline: 'Something went wrong',
    advice: `${again} ${tellAdministrator}`,
  },
  token_missing: { code: 4400, tone: 'caution', headline: 'No console link', advice: again },
  token_invalid: {
    code: 4401,
    tone: 'caution',
    headline: 'Link not valid',
    advice: `The link may have been cut when it was copied. ${again}`,
  },
  token_expired: {
    code: 4405,
    tone: 'caution',
    headline: 'Link expired',
    advice: `A console link works for a short time only. ${again}`,
  },
  token_used: {
    code: 4406,
    tone: 'caution',
    headline: 'Link already used',
    advice: `A console link works once. ${again}`,
  },
  token_not_yet_valid: {
    code: 4411,
    tone: 'caution',
    headline: 'Link not valid yet',
    advice: 'If it stays so, tell your administrator: the clocks of the cloud may differ.',
  },
  revoked: {
    code: 4403,
    tone: 'caution',
    headline: 'Ended by an administrator',
    advice: 'Ask your administrator if you still need this console.',
  },
  forbidden: {
    code: 4407,
    tone: 'caution',
    headline: 'Not allowed',
    advice: 'Ask your administrator from where you may open this console.',
  },
  idle_timeout: { code: 4408, tone: 'calm', headline: 'Closed while idle', advice: again },
  replaced: {
    code: 4409,
    tone: 'calm',
    headline: 'Opened somewhere else',
    advice: 'Go on in the other window. If that was not you, tell your administrator.',
  },
  max_duration: { code: 4410, tone: 'calm', headline: 'Time is up', advice: again },
  busy: {
    code: 4423,
    tone: 'caution',
    headline: 'Console in use',
    advice: `Wait until the other person has finished. ${again}`,
  },
  too_many: {
    code: 4429,
    tone: 'caution',
    headline: 'Too many consoles',
    advice: `Close a console that you no longer need. ${again}`,
  },
  host_unreachable: {
    code: 4502,
    tone: 'problem',
    headline: 'Host not reachable',
    advice: `Check that the virtual machine is running. ${again}`,
  },
  host_timeout: {
    code: 4504,
    tone: 'problem',
    headline: 'Host does not answer',
    advice: `Check that the virtual machine is running. ${again}`,
  },
  host_auth_failed: {
    code: 4511,
    tone: 'problem',
    headline: 'Host refused the login',
    advice: `${again} ${tellAdministrator}`,
  },
  host_tls_failed: {
    code: 4512,
    tone: 'problem',
    headline: 'No secure connection to the host',
    advice: 'Tell your administrator.',
  },
  host_protocol_error: {
    code: 4513,
    tone: 'problem',
    headline: 'Host not understood',
    advice: `${again} ${tellAdministrator}`,
  },
};
