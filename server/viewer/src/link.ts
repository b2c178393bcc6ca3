// The link that opened the page: what to take from it, and where it leads.

// A token travels as part of a subprotocol name, so it must be an HTTP token (RFC 9110, section
// 5.6.2); a compact JWE always is one, and so is base64url.
const httpToken = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

// The value of `token` in a page's raw query ("?token=…"), or null where there is none that can
// travel. CloudStack's tokens come as unencoded base64 and leave as base64url.
export function tokenFrom(query: string): string | null {
  const token = valueOf(query, 'token').replaceAll('+', '-').replaceAll('/', '_');
  const unpadded = token.replace(/=+$/, '');
  return httpToken.test(unpadded) ? unpadded : null;
}

// What CloudStack's links may bring along beside the token; empty where there is none.
export function extraFrom(query: string): string {
  return valueOf(query, 'extra');
}

// Read by hand: URLSearchParams makes a space of a plus sign.
function valueOf(query: string, name: string): string {
  const prefix = `${name}=`;
  const pair = query
    .replace(/^\?/, '')
    .split('&')
    .find((part) => part.startsWith(prefix));
  return pair === undefined ? '' : decoded(pair.slice(prefix.length));
}

// The address to show once the token was taken: the page alone, so that neither the history nor
// a shoulder keeps the link.
export function cleanAddress(page: URL): string {
  return page.origin + page.pathname;
}

// The WebSocket beside the page: "https://host/prefix/console" -> "wss://host/prefix/websockify".
export function socketAddress(page: URL): string {
  const socket = new URL('websockify', page);
  socket.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket.href;
}

// The subprotocols to offer, in the order of preference. The server picks one of the first two
// and never repeats the others, which carry the token past access logs.
export function subprotocols(token: string, extra: string): string[] {
  const carried = extra === '' ? [] : [`porthole.extra.${base64Url(extra)}`];
  return ['porthole.v1', 'binary', `porthole.token.${token}`, ...carried];
}

function base64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
