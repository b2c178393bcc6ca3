import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Channel } from '../../../server/viewer/src/channel.ts';

// The part of a browser's WebSocket that the channel drives, told by hand what happens.
class Socket {
  protocol = 'porthole.v1';
  readyState = 1;
  sent = [];
  send(data) {
    this.sent.push(data);
  }
  close() {
    this.readyState = 2;
  }
}

function channelOver(socket) {
  const channel = new Channel(socket);
  const heard = [];
  channel.onopen = () => heard.push('open');
  channel.onmessage = ({ data }) => heard.push(data);
  channel.onend = (end) => heard.push(end);
  channel.onclose = () => heard.push('close');
  return { channel, heard };
}

test('bytes reach noVNC, text does not', () => {
  const socket = new Socket();
  const { heard } = channelOver(socket);
  const bytes = new Uint8Array([82, 70, 66]).buffer;

  socket.onmessage({ data: '{"banner":"hello"}' });
  socket.onmessage({ data: bytes });

  assert.equal(socket.binaryType, 'arraybuffer');
  assert.deepEqual(heard, [bytes]);
});

test('the end is told with code and sentence, before noVNC hears of it', () => {
  const socket = new Socket();
  const { heard } = channelOver(socket);

  socket.onopen({});
  socket.onclose({ code: 4403, reason: 'Maintenance.' });

  assert.deepEqual(heard, ['open', { code: 4403, text: 'Maintenance.', opened: true }, 'close']);
});

test('a socket that closes without having opened says so', () => {
  const socket = new Socket();
  const { heard } = channelOver(socket);

  socket.onclose({ code: 1006, reason: '' });

  assert.deepEqual(heard[0], { code: 1006, text: '', opened: false });
});

test("what noVNC sends, asks and closes is the socket's", () => {
  const socket = new Socket();
  const { channel } = channelOver(socket);
  const bytes = new Uint8Array([1]);

  channel.send(bytes);
  assert.deepEqual(socket.sent, [bytes]);
  assert.equal(channel.protocol, 'porthole.v1');
  channel.close();
  assert.equal(channel.readyState, 2);
});
