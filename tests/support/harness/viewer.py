"""The browser's side: an RFB client (RFC 6143) over our WebSocket."""

import struct

from harness.websocket import WebSocket, open_socket

KEY_EVENT, POINTER_EVENT = 4, 5


class Viewer:
    """A viewer at `node`. Without `handshake` only the WebSocket is open."""

    def __init__(self, node, token=None, tls=False, path="/websockify", protocols=None,
                 headers=None, handshake=True, seconds=20, source=None):
        if protocols is None:
            protocols = ["porthole.v1", "binary"]
            if token is not None:
                protocols.append(f"porthole.token.{token}")
        address = node.tls_address if tls else node.address
        sock = open_socket(address, tls=tls, seconds=seconds, source=source)
        self.web_socket = WebSocket(sock, f"{address[0]}:{address[1]}", path, protocols, headers)
        self._buffer = bytearray()
        self.width = self.height = None
        self.name = None
        if handshake:
            self.shake_hands()

    def read(self, count):
        """Exactly that many bytes of RFB; Closed when the server ends first."""
        while len(self._buffer) < count:
            self._buffer += self.web_socket.receive()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def send(self, data):
        self.web_socket.send(data)

    def shake_hands(self, version=b"RFB 003.008\n", shared=1):
        """The dialogue up to ServerInit."""
        assert self.read(12) == b"RFB 003.008\n"
        self.send(version)
        if version == b"RFB 003.003\n":
            assert self.read(4) == b"\0\0\0\1"
        else:
            assert self.read(2) == b"\1\1", "security type None alone is offered"
            self.send(b"\1")
            if version == b"RFB 003.008\n":
                assert self.read(4) == b"\0\0\0\0"
        self.send(bytes([shared]))
        self.width, self.height = struct.unpack(">HH", self.read(4))
        self.read(16)
        self.name = self.read(struct.unpack(">I", self.read(4))[0]).decode()

    def key(self, keysym, down=True):
        self.send(struct.pack(">BBxxI", KEY_EVENT, down, keysym))

    def pointer(self, x, y, mask=0):
        self.send(struct.pack(">BBHH", POINTER_EVENT, mask, x, y))

    def set_encodings(self, *encodings):
        self.send(struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings))

    def request_update(self, incremental=False):
        self.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))

    def read_raw_update(self):
        """One FramebufferUpdate of raw rectangles in the server's own 32-bit format; gives the
        number of pixels."""
        while (kind := self.read(1)[0]) != 0:
            assert kind == 2, f"unexpected message {kind}"  # Bell
        self.read(1)
        pixels = 0
        for _ in range(struct.unpack(">H", self.read(2))[0]):
            _, _, width, height, encoding = struct.unpack(">HHHHi", self.read(12))
            assert encoding == 0
            self.read(width * height * 4)
            pixels += width * height
        return pixels

    def wait_close(self):
        """The server's close frame, or None when it went without one."""
        return self.web_socket.wait_close()

    def leave(self):
        """Closes as a browser does: close frame, the server's, end of the connection."""
        self.web_socket.finish()
