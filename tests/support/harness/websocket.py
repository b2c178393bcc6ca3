"""A WebSocket client (RFC 6455) of our own, so that a test can send what no library would."""

import base64
import collections
import hashlib
import os
import socket
import ssl
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Close = collections.namedtuple("Close", "code reason")
Frame = collections.namedtuple("Frame", "opcode payload final")
Response = collections.namedtuple("Response", "status headers body")


class Closed(Exception):
    """The server closed. `close` is its close frame, or None when there was none."""

    def __init__(self, close):
        super().__init__(f"closed by the server: {close}")
        self.close = close


class Refused(Exception):
    """The upgrade was answered with an ordinary HTTP response."""

    def __init__(self, response):
        super().__init__(f"HTTP {response.status}: {response.body[:200]!r}")
        self.response = response


def open_socket(address, tls=False, seconds=20, source=None):
    """A connection to (host, port), from the address `source`; with `tls` unverified TLS, or TLS by
    a given context."""
    plain = socket.create_connection(address, timeout=seconds,
                                     source_address=(source, 0) if source else None)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not tls:
        return plain
    if isinstance(tls, ssl.SSLContext):
        return tls.wrap_socket(plain, server_hostname="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


class Stream:
    """Buffered reading from a socket; a read that gets no byte for the socket's time limit
    raises TimeoutError."""

    def __init__(self, sock):
        self.socket = sock
        self._buffer = bytearray()

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise EOFError
        self._buffer += data

    def read(self, count):
        while len(self._buffer) < count:
            self._fill()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def read_until(self, mark):
        while mark not in self._buffer:
            self._fill()
        return self.read(self._buffer.index(mark) + len(mark))

    def read_to_end(self):
        """Everything up to the end of the connection."""
        try:
            while True:
                self._fill()
        except EOFError:
            data = bytes(self._buffer)
            self._buffer.clear()
            return data


def read_response(stream):
    """One HTTP/1.1 response; a body without a length goes to the end of the connection."""
    head = stream.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    status = int(head[0].split()[1])
    headers = {name.lower(): value.strip()
               for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if status == 101 or status == 204:
        body = b""
    elif "content-length" in headers:
        body = stream.read(int(headers["content-length"]))
    else:
        body = stream.read_to_end()
    return Response(status, headers, body)


class WebSocket:
    """An open WebSocket. Frames are read with receive(), which answers pings by itself."""

    def __init__(self, sock, host, path, protocols=(), headers=None):
        self._stream = Stream(sock)
        self.socket = sock
        self._mask = True
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {"Host": host, "Upgrade": "websocket", "Connection": "Upgrade",
                 "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
        if protocols:
            lines["Sec-WebSocket-Protocol"] = ", ".join(protocols)
        lines |= headers or {}
        request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        sock.sendall(f"GET {path} HTTP/1.1\r\n{request}\r\n".encode())
        response = read_response(self._stream)
        if response.status != 101:
            raise Refused(response)
        expected = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert response.headers["sec-websocket-accept"] == expected
        self.response = response
        self.protocol = response.headers.get("sec-websocket-protocol")
        self.texts = []  # what came in text messages

    def send_frame(self, payload, opcode=BINARY, final=True, masked=True, reserved=0):
        """One frame as told, lawful or not."""
        first = (0x80 if final else 0) | (reserved << 4) | opcode
        bit = 0x80 if masked else 0
        if len(payload) < 126:
            head = struct.pack(">BB", first, bit | len(payload))
        elif len(payload) < 65536:
            head = struct.pack(">BBH", first, bit | 126, len(payload))
        else:
            head = struct.pack(">BBQ", first, bit | 127, len(payload))
        if masked:
            mask = os.urandom(4)
            long_mask = (mask * (len(payload) // 4 + 1))[:len(payload)]
            payload = (int.from_bytes(payload) ^ int.from_bytes(long_mask)).to_bytes(len(payload))
            head += mask
        self.socket.sendall(head + payload)

    def send(self, payload):
        self.send_frame(payload)

    def close(self, code=1000, reason=""):
        """Sends a close frame; the server's is read by wait_close()."""
        self.send_frame(struct.pack(">H", code) + reason.encode(), CLOSE)

    def receive_frame(self):
        """The next frame, of whatever kind. A server's frame is never masked."""
        first, second = self._stream.read(2)
        assert second & 0x80 == 0, "a server must not mask"
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self._stream.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._stream.read(8))[0]
        return Frame(first & 0x0F, self._stream.read(length), bool(first & 0x80))

    def receive(self):
        """The payload of the next binary frame; texts are kept aside. Closed when the server closes
        instead."""
        while True:
            try:
                frame = self.receive_frame()
            except EOFError:
                raise Closed(None) from None
            if frame.opcode == PING:
                self.send_frame(frame.payload, PONG)
            elif frame.opcode == CLOSE:
                raise Closed(self._parse_close(frame.payload))
            elif frame.opcode == TEXT:
                self.texts.append(frame.payload.decode())
            elif frame.opcode in (BINARY, CONTINUATION):
                return frame.payload

    @staticmethod
    def _parse_close(payload):
        if len(payload) < 2:
            return Close(1005, "")
        return Close(struct.unpack(">H", payload[:2])[0], payload[2:].decode())

    def wait_close(self):
        """Reads on until the server's close frame, answers it as a browser does, and gives it;
        None when there was none."""
        try:
            while True:
                self.receive()
        except Closed as closed:
            self.finish()
            return closed.close

    def finish(self):
        """Sends a close frame and reads to the end of the connection."""
        try:
            self.close()
            self._stream.read_to_end()
        except OSError:
            pass
        self.socket.close()

    def abort(self):
        """Ends the connection with a reset, as a machine that lost its power does in the end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
