"""WebSocket frames as no browser sends them (RFC 6455, section 5): each ends its own session with the
right code, floods are taken at their own pace, and others notice nothing."""

import contextlib
import os
import socket
import struct
import threading

import pytest

from conftest import short_directory
from harness.abuse import Bystander
from harness.ends import counted, expect_close
from harness.node import Node
from harness.rfb_host import FakeHost
from harness.viewer import Viewer
from harness.websocket import BINARY, CLOSE, PING, PONG, TEXT
from processes import wait_until

ATTACKERS = 20
MIB = 1 << 20
# Under AddressSanitizer every byte has a shadow, red zones and a while in quarantine.
FACTOR = int(os.environ.get("PORTHOLE_MEMORY_FACTOR", "1"))
# A session's buffers, of which each way has one at most (design, section 8), and change.
SESSION_BYTES = FACTOR * 512 * 1024


def head(first, second, length=b""):
    """A frame's head as told, and a mask."""
    return bytes([first, second]) + length + b"mask"


# Bytes after which the node must close with 1002, whatever follows.
FORBIDDEN = {
    "a frame without a mask": b"\x82\x01x",
    "a long frame without a mask": b"\x82\x7f" + struct.pack(">Q", 1 << 40),
    "the first reserved bit, which compression would use": head(0xC2, 0x80),
    "the second reserved bit": head(0xA2, 0x80),
    "the third reserved bit": head(0x92, 0x80),
    **{f"the data opcode {opcode}": head(0x80 | opcode, 0x80) for opcode in range(3, 8)},
    **{f"the control opcode {opcode}": head(0x80 | opcode, 0x80) for opcode in range(11, 16)},
    "a ping of 126 bytes": head(0x80 | PING, 0xFE, struct.pack(">H", 126)),
    "a pong of 64 KiB": head(0x80 | PONG, 0xFF, struct.pack(">Q", 65536)),
    "a close of 2 to the 62 bytes": head(0x80 | CLOSE, 0xFF, struct.pack(">Q", 1 << 62)),
    "a ping in pieces": head(PING, 0x80),
    "a pong in pieces": head(PONG, 0x80),
    "a close in pieces": head(CLOSE, 0x80),
    "a length of 2 to the 63": head(0x82, 0xFF, struct.pack(">Q", 1 << 63)),
    "a length of eight bytes where two do": head(0x82, 0xFF, struct.pack(">Q", 65535)),
    "a length of two bytes where none do": head(0x82, 0xFE, struct.pack(">H", 125)),
    "a continuation of nothing": head(0x80, 0x80),
    "a message within a message": head(BINARY, 0x80) + head(0x82, 0x80),
    "a close code that is none": head(0x88, 0x82) + bytes(a ^ b for a, b in zip(b"\x03\xe7", b"ma")),
    "a close code of one byte": head(0x88, 0x81) + b"x",
}


class Taker(FakeHost):
    """A host that takes whatever comes and keeps nothing."""

    def __init__(self):
        self.taken = 0  # by all of its threads, so only ever a lower bound while they run
        super().__init__(self._take)

    def _take(self, peer):
        peer.greet()
        peer.accept()
        while count := len(peer.socket.recv(1 << 18)):
            self.taken += count


@pytest.fixture(scope="module")
def shared():
    """One node and one host for everybody: whoever is ended must not be felt by the next."""
    with short_directory() as directory, Taker() as host, Node(directory) as node:
        yield node, host


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_forbidden_ends_with_1002(shared, what):
    node, host = shared
    viewer = Viewer(node, node.key.mint(host.target))

    viewer.web_socket.socket.sendall(FORBIDDEN[what])

    expect_close(viewer.wait_close(), "protocol_error")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_handshake_is_no_excuse(shared, what):
    """The same before the viewer has said a word of RFB, byte by byte."""
    node, host = shared
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.read(12)

    with contextlib.suppress(ConnectionError):
        for byte in FORBIDDEN[what]:
            viewer.web_socket.socket.sendall(bytes([byte]))

    expect_close(viewer.wait_close(), "protocol_error")


def test_many_offenders_at_once(shared):
    node, host = shared
    descriptors, told = node.descriptors(), counted(node, "protocol_error")
    with Bystander(node):
        for _ in range(5):
            viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(ATTACKERS)]
            for viewer, bytes_ in zip(viewers, FORBIDDEN.values()):
                viewer.web_socket.socket.sendall(bytes_ + os.urandom(4096))
            for viewer in viewers:
                expect_close(viewer.wait_close(), "protocol_error")
    node.wait_for_sessions(0)
    assert counted(node, "protocol_error") == told + 5 * ATTACKERS
    wait_until(lambda: node.descriptors() <= descriptors, 20, "the descriptors to be back")


@contextlib.contextmanager
def flooding(viewers, flood):
    """Each in a thread of its own sends flood(viewer) over and over; at the end they are reset."""
    over = threading.Event()

    def pour(viewer):
        with contextlib.suppress(OSError):
            while not over.is_set():
                flood(viewer)

    threads = [threading.Thread(target=pour, args=(viewer,)) for viewer in viewers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for viewer in viewers:  # a descriptor in use by a thread must not be closed under it
            viewer.web_socket.socket.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for viewer in viewers:
            viewer.web_socket.abort()


def masked(first, payload):
    """A short frame with a mask of zeros: the payload as it is."""
    return bytes([first, 0x80 | len(payload)]) + bytes(4) + payload


KEY = struct.pack(">BBxxI", 4, 1, 97)
FLOODS = {
    "pings, none of whose answers is read": masked(0x80 | PING, b"x" * 125) * 500,
    "pongs that nobody asked for": masked(0x80 | PONG, b"x" * 125) * 500,
    "empty messages": masked(0x82, b"") * 10000,
    "a message that never ends, of empty pieces": masked(0x02, b"") + masked(0x00, b"") * 10000
                                                  + masked(0x80, b""),
    "keys in pieces of one byte": b"".join(
        masked(first, KEY[at:at + 1]) for at, first in enumerate(b"\x02" + bytes(6) + b"\x80")) * 900,
    "keys": masked(0x82, KEY) * 4000,
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_takes_its_turn(shared, what):
    """As fast as they can, until the bystander has been served a hundred times meanwhile."""
    node, host = shared
    descriptors = node.descriptors()
    viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(4)]
    before = node.resident_bytes()

    with Bystander(node) as bystander:
        with flooding(viewers, lambda viewer: viewer.web_socket.socket.sendall(FLOODS[what])):
            wait_until(lambda: bystander.round_trips >= 100, 60, "a hundred answers")
        assert node.resident_bytes() - before < 8 * SESSION_BYTES
    node.wait_for_sessions(0)
    host.wait_for_ends()
    wait_until(lambda: node.descriptors() <= descriptors, 20, "the descriptors to be back")


def test_every_ping_of_one_who_reads_is_answered(shared):
    node, host = shared
    viewer = Viewer(node, node.key.mint(host.target))
    payloads = [struct.pack(">I", number) * 31 for number in range(2000)]
    sender = threading.Thread(target=lambda: viewer.web_socket.socket.sendall(
        b"".join(masked(0x80 | PING, payload) for payload in payloads)))
    sender.start()

    for payload in payloads:
        assert viewer.web_socket.receive_frame() == (PONG, payload, True)

    sender.join()
    viewer.leave()


def test_a_huge_frame_is_passed_on_as_it_comes(shared):
    """256 MiB in one frame that announces far more; every piece is a message of the clipboard that
    the host takes."""
    node, host = shared
    viewer = Viewer(node, node.key.mint(host.target))
    before, taken = node.resident_bytes(), host.taken
    text = MIB - 8
    message = struct.pack(">B3xI", 6, text) + b"x" * text

    with Bystander(node):
        viewer.web_socket.socket.sendall(head(0x82, 0xFF, struct.pack(">Q", 1 << 50))[:-4] + bytes(4))
        for _ in range(256):
            viewer.web_socket.socket.sendall(message)
        assert node.resident_bytes() - before < 8 * SESSION_BYTES
    wait_until(lambda: host.taken - taken >= 256 * MIB, 20, "all of it at the host")
    viewer.web_socket.abort()
    node.wait_for_sessions(0)


def test_text_is_refused_with_its_own_code(shared):
    node, host = shared
    viewer = Viewer(node, path=f"/websockify?token={node.key.mint(host.target)}",
                    protocols=["binary"])

    viewer.web_socket.send_frame(b"x" * 100000, opcode=TEXT, final=False)

    assert viewer.wait_close().code == 1003
