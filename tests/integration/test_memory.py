"""What the process holds: flat under a flood, back after a thousand sessions."""

import os
import socket
import struct
import time

from harness.ends import expect_close
from harness.rfb_host import lawful
from harness.viewer import Viewer
from processes import wait_until

MIB = 1 << 20
# Under AddressSanitizer every byte has a shadow, red zones and a while in quarantine.
FACTOR = int(os.environ.get("PORTHOLE_MEMORY_FACTOR", "1"))


def flood(peer):
    """A host that sends without end; `peer.sent` grows while Porthole takes it."""
    peer.greet()
    peer.accept()
    peer.socket.settimeout(None)
    chunk = b"\2" * 65536
    while True:
        peer.write(chunk)


def wait_for_standstill(peers, seconds=60):
    """Waits until none of the flooding hosts has got rid of a byte for a second."""
    state = {"sent": None, "since": time.monotonic()}

    def still():
        sent = [peer.sent for peer in peers]
        if sent != state["sent"]:
            state.update(sent=sent, since=time.monotonic())
        return time.monotonic() - state["since"] > 1
    wait_until(still, seconds, "the floods to stand still")


def test_a_viewer_that_stops_reading_costs_nothing_more(start_node, start_host):
    node = start_node()
    flooding, quiet = start_host(flood), start_host(lawful)
    good = Viewer(node, node.key.mint(quiet.target))
    viewers = [Viewer(node, node.key.mint(flooding.target)) for _ in range(2)]
    wait_for_standstill(flooding.peers)
    before = node.resident_bytes()

    viewers += [Viewer(node, node.key.mint(flooding.target)) for _ in range(20)]
    wait_for_standstill(flooding.peers)

    assert node.resident_bytes() - before < FACTOR * 20 * MIB // 4, "256 KiB a session are plenty"
    good.key(97)
    wait_until(lambda: len(quiet.peers[0].received) >= 22, 5, "a key of the session that reads")

    # The one that reads on gets everything in order.
    assert viewers[0].read(4 * MIB) == b"\2" * 4 * MIB

    for viewer in viewers:
        viewer.web_socket.abort()
    good.leave()
    node.wait_for_sessions(0)
    flooding.wait_for_ends()


def test_revoking_a_viewer_that_does_not_read_resets_it(node, start_host):
    host = start_host(flood)
    viewer = Viewer(node, node.key.mint(host.target))
    wait_for_standstill(host.peers)

    node.control("sessions", "revoke", "--all")

    host.wait_for_ends(seconds=5)
    node.wait_for_sessions(0, seconds=10)
    viewer.web_socket.socket.close()


def test_a_viewer_that_takes_nothing_is_given_up(start_node, start_host):
    node = start_node(timeouts={"ping_after": "500ms", "viewer_dead_after": "2s"})
    host = start_host(flood)
    viewer = Viewer(node, node.key.mint(host.target))

    node.wait_for_event("session_ended", reason="viewer_lost", seconds=30)

    host.wait_for_ends()
    node.wait_for_sessions(0)
    viewer.web_socket.socket.close()


def test_a_host_that_does_not_read_stops_the_viewer(node, start_host):
    def deaf(peer):
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.greet()
        peer.accept()
        peer.ended.wait(60)
    host = start_host(deaf)
    viewer = Viewer(node, node.key.mint(host.target))
    before = node.resident_bytes()
    keys = struct.pack(">BBxxI", 4, 1, 97) * 8192
    viewer.web_socket.socket.settimeout(2)

    sent = 0
    try:
        while sent < 256 * MIB:
            viewer.send(keys)
            sent += len(keys)
    except TimeoutError:
        pass

    assert sent < 64 * MIB, "the viewer must feel that the host does not read"
    assert node.resident_bytes() - before < FACTOR * 4 * MIB
    host.peers[0].ended.set()
    viewer.web_socket.abort()
    node.wait_for_sessions(0)


def open_and_close(node, host, count):
    """Sessions in batches, each ended in another way."""
    for start in range(0, count, 50):
        viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(50)]
        for number, viewer in enumerate(viewers):
            viewer.key(97)
            if number % 3 == 0:
                viewer.web_socket.abort()
            else:
                viewer.leave()
        node.wait_for_sessions(0)
        host.wait_for_ends()
        host.peers.clear()
        assert start < count


def test_a_thousand_sessions_leave_nothing(node, host):
    open_and_close(node, host, 300)
    wait_until(lambda: node.descriptors() < 200, 10, "the first sessions' descriptors to close")
    descriptors, resident = node.descriptors(), node.resident_bytes()

    open_and_close(node, host, 1000)

    wait_until(lambda: node.descriptors() <= descriptors, 15,
               f"{descriptors} descriptors, as before")
    grown = node.resident_bytes() - resident
    # Used tokens are remembered until they expire: some hundred bytes each.
    assert grown < FACTOR * 4 * MIB, f"{grown} bytes more after 1000 sessions"
    assert node.metrics()["porthole_sessions_opened_total"] == 1300


def test_a_thousand_refusals_leave_nothing(node):
    def refuse(count):
        for _ in range(count):
            viewer = Viewer(node, "nonsense", handshake=False)
            expect_close(viewer.wait_close(), "token_invalid")
            viewer.leave()
    refuse(200)
    descriptors, resident = node.descriptors(), node.resident_bytes()

    refuse(1000)

    wait_until(lambda: node.descriptors() <= descriptors, 15, "the descriptors to be back")
    assert node.resident_bytes() - resident < FACTOR * 3 * MIB


def test_connections_without_a_word_leave_nothing(start_node):
    node = start_node(timeouts={"http_header": "1s", "http_idle": "1s"})
    descriptors = node.descriptors()
    sockets = [socket.create_connection(node.address) for _ in range(200)]

    wait_until(lambda: node.descriptors() <= descriptors, 20, "silent connections to be closed")

    for sock in sockets:
        sock.close()
