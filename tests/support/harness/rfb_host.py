"""A VNC server that does as a test tells it, faults included."""

import os
import socket
import struct
import threading

from processes import wait_until

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

VERSION_3_8 = b"RFB 003.008\n"
PIXEL_FORMAT = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


def server_init(width=64, height=48, name=b"fake"):
    return struct.pack(">HH", width, height) + PIXEL_FORMAT + struct.pack(">I", len(name)) + name


def vnc_auth_answer(password, challenge):
    """RFC 6143, section 7.2.2: DES with the password's bits of each byte reversed."""
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode()[:8].ljust(8, b"\0"))
    encryptor = Cipher(algorithms.TripleDES(key * 3), modes.ECB()).encryptor()
    return encryptor.update(challenge)


class Peer:
    """Porthole, as the host sees it: one accepted connection."""

    def __init__(self, sock, address):
        sock.settimeout(30)
        self.socket = sock
        self.address = address
        self.ended = threading.Event()
        self.sent = 0
        self.received = bytearray()
        self.error = None

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError("Porthole closed")
            data += more
        self.received += data
        return data

    def write(self, data):
        self.socket.sendall(data)
        self.sent += len(data)

    def read_to_end(self):
        """Takes what comes until Porthole closes."""
        self.socket.settimeout(None)
        while data := self.socket.recv(65536):
            self.received += data

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # The usual parts of a dialogue.
    def greet(self, version=VERSION_3_8, types=b"\1"):
        """Version and security types of 3.7 and later; gives the chosen type."""
        self.write(version)
        self.read(12)
        self.write(bytes([len(types)]) + types)
        return self.read(1)[0]

    def accept(self, **init):
        """SecurityResult ok, ClientInit, ServerInit."""
        self.write(b"\0\0\0\0")
        self.read(1)
        self.write(server_init(**init))

    def check_password(self, password):
        """VncAuth's challenge; whether the answer is right."""
        challenge = os.urandom(16)
        self.write(challenge)
        return self.read(16) == vnc_auth_answer(password, challenge)


def lawful(peer):
    """A host that needs no password and then only listens."""
    peer.greet()
    peer.accept()
    peer.read_to_end()


def silent(peer):
    """Accepts and says nothing."""
    peer.read_to_end()


class FakeHost:
    """Listens on a port of its own and runs `script(peer)` in a thread for each connection."""

    def __init__(self, script=lawful):
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.target = f"tcp://127.0.0.1:{self.port}"
        self.peers = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _accept(self):
        while True:
            try:
                sock, address = self._listener.accept()
            except OSError:
                return
            peer = Peer(sock, address)
            self.peers.append(peer)
            threading.Thread(target=self._play, args=(peer,), daemon=True).start()

    def _play(self, peer):
        try:
            self._script(peer)
        except (OSError, EOFError) as error:
            peer.error = error
        finally:
            peer.socket.close()
            peer.ended.set()

    def wait_for_peers(self, count=1, seconds=20):
        """Waits until that many connections came; gives the last."""
        wait_until(lambda: len(self.peers) >= count, seconds, f"{count} connections to the host")
        return self.peers[-1]

    def wait_for_ends(self, seconds=20):
        """Waits until every connection so far has ended."""
        wait_until(lambda: all(peer.ended.is_set() for peer in self.peers), seconds,
                   "the end of every connection to the host")

    def stop(self):
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for peer in self.peers:
            if not peer.ended.is_set():
                try:
                    peer.socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
