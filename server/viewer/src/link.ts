// The link that opened the page: what to take from it, and where it leads.

// A token travels as part of a subprotocol name, so it must be an HTTP token (RFC 9110, section
// 5.6.2); a compact JWE always is one.
const httpToken = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

// The value of `token` in a page's raw query ("?token=…"), or null where there is none that can
// travel. Read by hand: URLSearchParams makes a space of a plus sign.
export function tokenFrom(query: string): string | null {
  const prefix = 'token=';
  const pair = query
    .replace(/^\?/, '')
    .split('&')
    .find((part) => part.startsWith(prefix));
  const token = pair === undefined ? '' : decoded(pair.slice(prefix.length));
  return httpToken.test(token) ? token : null;
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
// and never repeats the third, which carries the token past access logs.
export function subprotocols(token: string): string[] {
  return ['porthole.v1', 'binary', `porthole.token.${token}`];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
