"""Connections that cost more than they are worth: slow, silent, half open, far too many. The node
ends them, goes on serving others meanwhile, and is afterwards what it was before."""

import contextlib
import itertools
import os
import socket
import time

import pytest

from harness.abuse import Bystander, connect_from, is_closed, vanish
from harness.certificates import Authority
from harness.node import write_pages
from harness.tls_flood import KeyUpdates, answer_after
from harness.viewer import Viewer
from harness.websocket import Stream, open_socket, read_response
from processes import wait_until

ATTACKERS = 50
# Under AddressSanitizer every byte has a shadow, red zones and a while in quarantine.
FACTOR = int(os.environ.get("PORTHOLE_MEMORY_FACTOR", "1"))
LIMITS = {"tls_handshake": "1s", "http_header": "1s", "http_idle": "1s", "ping_after": "300ms",
          "viewer_dead_after": "2s"}
REQUEST = b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n"
# A record with a ClientHello of 508 bytes, of which no more than the random follows.
CLIENT_HELLO = b"\x16\x03\x01\x02\0\1\0\1\xfc\x03\x03" + bytes(32)


@pytest.fixture
def both(start_node, directory):
    """A node with a plain listener and one with TLS, which waits for nobody long."""
    certificate, key = Authority(directory).issue("localhost")
    listener = {"address": "127.0.0.1", "port": 0}
    tls = {"certificate_file": str(certificate), "private_key_file": str(key)}
    return start_node(timeouts=LIMITS, listeners=[listener, listener | {"tls": tls}])


@contextlib.contextmanager
def nothing_left(node, seconds=20):
    """What is opened within is closed at its end, as far as the node is concerned."""
    before = node.descriptors()
    yield
    wait_until(lambda: node.descriptors() <= before, seconds, f"{before} descriptors, as before")


def drip(sockets, text):
    """One byte after the other to each, until the node has ended them all; gives how long the
    longest of them lived."""
    began, left = time.monotonic(), list(sockets)
    for byte in itertools.chain(text, itertools.repeat(text[-1])):
        for sock in left:
            with contextlib.suppress(OSError):
                sock.setblocking(False)
                sock.send(bytes([byte]))
        time.sleep(0.1)  # the drip's pace
        left = [sock for sock in left if not is_closed(sock)]
        if not left:
            return time.monotonic() - began
        assert time.monotonic() - began < 20, f"{len(left)} are still served"


@pytest.mark.parametrize("tls", [False, True])
def test_a_byte_now_and_then_gains_no_time(both, tls):
    """A request's header, and a TLS handshake, that never end: the limit is for the whole."""
    text = CLIENT_HELLO if tls else b"GET /console?token=x HTTP/1.1\r\nHost: x\r\nA: b"
    with nothing_left(both):
        sockets = connect_from(both.tls_address if tls else both.address, 1, ATTACKERS)
        with Bystander(both, tls=tls):
            assert drip(sockets, text) < 5
    counted = ({"side": "viewer", "result": "timeout"} if tls else {"reason": "timeout"})
    name = "porthole_tls_handshakes_total" if tls else "porthole_http_refused_total"
    assert both.metrics().get(name, **counted) == ATTACKERS


def test_whoever_never_speaks_is_let_go(both):
    """On either port; and between two requests, too."""
    with nothing_left(both):
        sockets = connect_from(both.address, 1, ATTACKERS)
        sockets += connect_from(both.tls_address, 1, ATTACKERS)
        for _ in range(ATTACKERS):
            sockets.append(open_socket(both.address))
            sockets[-1].sendall(REQUEST)
            assert read_response(Stream(sockets[-1])).status == 200
        with Bystander(both):
            wait_until(lambda: all(map(is_closed, sockets)), 10, "all of them to be let go")
    assert both.metrics().get("porthole_tls_handshakes_total", side="viewer",
                              result="timeout") == ATTACKERS


def test_new_keys_without_end(both):
    """OpenSSL reads on by itself while nothing but such requests comes: others have their turns all
    the same, and the limit for a request's header is kept."""
    with nothing_left(both), Bystander(both, tls=True) as bystander:
        with KeyUpdates(both.tls_address, 4) as flood:
            wait_until(lambda: flood.sent > 1000, 20, "the flood to begin")
            before = bystander.round_trips
            wait_until(lambda: flood.ended == 4, 20, "the node to end them")
    assert bystander.round_trips > before


@pytest.mark.parametrize("updates", [1, 7, 8, 9, 1000])
def test_what_follows_new_keys_is_read(both, updates):
    """However many reads they took of those that a turn has."""
    assert answer_after(updates, both.tls_address, REQUEST).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("tls", [False, True])
def test_machines_that_lost_power(both, host, tls):
    """Half-open connections at every stage: no packet comes back, not even a reset."""
    address = both.tls_address if tls else both.address
    with nothing_left(both):
        silent = connect_from(address, 1, 20)
        asked = [open_socket(address, tls=tls) for _ in range(20)]
        viewers = [Viewer(both, both.key.mint(host.target), tls=tls) for _ in range(20)]
        for sock in [*silent, *asked, *(viewer.web_socket.socket for viewer in viewers)]:
            vanish(sock)
        for sock in asked:
            sock.sendall(REQUEST)

        with Bystander(both, tls=tls):
            wait_until(lambda: len(both.events("session_ended", reason="viewer_lost")) == 20, 20,
                       "the node to miss them all")
            host.wait_for_ends()
    for sock in [*silent, *asked]:
        sock.close()


def test_machines_that_lose_power_as_they_are_sent_away(both, host):
    with nothing_left(both):
        viewers = [Viewer(both, both.key.mint(host.target, sub="anna")) for _ in range(20)]
        for viewer in viewers:
            vanish(viewer.web_socket.socket)
        with Bystander(both):
            both.control("sessions", "revoke", "--subject", "anna")
            host.wait_for_ends(seconds=5)
    assert len(both.events("session_ended", reason="revoked")) == 20
    for viewer in viewers:
        viewer.web_socket.socket.close()


def test_one_half_of_a_connection(both, host):
    """A FIN and no more, while the other direction stays open: a session ends by it, a request is
    answered first."""
    with nothing_left(both), Bystander(both):
        viewers = [Viewer(both, both.key.mint(host.target)) for _ in range(20)]
        for viewer in viewers:
            viewer.web_socket.socket.shutdown(socket.SHUT_WR)
        asked = open_socket(both.address)
        asked.sendall(REQUEST)
        asked.shutdown(socket.SHUT_WR)
        stream = Stream(asked)
        assert read_response(stream).status == 200
        assert stream.read_to_end() == b""

        wait_until(lambda: all(is_closed(viewer.web_socket.socket) for viewer in viewers), 10,
                   "the other halves to be closed")
        host.wait_for_ends()
        wait_until(lambda: len(both.events("session_ended", reason="viewer_lost")) == 20, 20,
                   "the log to tell each end")


def was_reset(sock):
    """Whether the node cut it off in the middle of an answer; what had arrived is read first."""
    sock.settimeout(20)
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        return True
    return False


def test_answers_that_nobody_reads(start_node, directory):
    """Requests without end whose answers fill every buffer on the way."""
    pages = write_pages(directory / "pages")
    (pages / "assets/page-ABCDEFGH.js").write_text("x" * 1000000)
    node = start_node(timeouts=LIMITS, viewer={"directory": str(pages)})
    with nothing_left(node):
        before = node.resident_bytes()
        idle = node.descriptors()
        sockets = connect_from(node.address, 1, ATTACKERS)
        for sock in sockets:
            sock.sendall(REQUEST * 200)
        with Bystander(node):
            wait_until(lambda: node.descriptors() > ATTACKERS, 20, "all of them to be taken")
            # All: one that is read from now on would get its answers. The bystander has two.
            wait_until(lambda: node.descriptors() <= idle + 2, 20, "the node to give them up")
        # A connection holds a request's head; the answer's megabyte is everybody's.
        assert node.resident_bytes() - before < FACTOR * ATTACKERS * 200000
        assert all(map(was_reset, sockets))
