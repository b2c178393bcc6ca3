"""How sessions end: by time, by signal, by a viewer that breaks the protocol or stops playing."""

import contextlib
import signal
import struct
import time

import pytest

from harness.ends import expect_close, expect_told
from harness.rfb_host import lawful
from harness.viewer import Viewer
from harness.websocket import CONTINUATION, PING, PONG, Closed
from processes import wait_until


def test_sigterm_says_goodbye_and_exits_well(node, host):
    viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(10)]

    node.child.signal(signal.SIGTERM)

    for viewer in viewers:
        expect_close(viewer.wait_close(), "draining")
        viewer.leave()
    assert node.child.wait(20) == 0
    host.wait_for_ends()
    assert len(node.events(reason="draining")) == 10


def test_sigterm_does_not_wait_for_a_viewer_that_does_not_answer(node, host):
    viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(3)]
    began = time.monotonic()

    assert node.terminate() == 0

    assert time.monotonic() - began < 10
    assert len(viewers) == 3


def test_not_ready_while_draining_and_then_gone(start_node, host):
    node = start_node(shutdown={"delay": "0s", "grace": "30s"})
    viewer = Viewer(node, node.key.mint(host.target))
    assert node.admin("/readyz")[0] == 200

    node.child.signal(signal.SIGTERM)

    wait_until(lambda: node.admin("/readyz")[0] == 503, 10, "readiness to go")
    viewer.key(97)
    peer = host.peers[0]
    wait_until(lambda: len(peer.received) >= 14 + 8, 10, "a key while draining")
    viewer.leave()
    assert node.child.wait(20) == 0


def test_a_second_signal_cuts(start_node, host):
    node = start_node(shutdown={"grace": "60s"})
    viewer = Viewer(node, node.key.mint(host.target))
    node.child.signal(signal.SIGTERM)
    wait_until(lambda: node.admin("/readyz")[0] == 503, 10, "readiness to go")

    node.child.signal(signal.SIGTERM)

    node.child.wait(10)
    viewer.web_socket.socket.close()


def test_sighup_ends_nothing(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    node.child.signal(signal.SIGHUP)

    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key after SIGHUP")
    viewer.leave()


def test_idle_time_ends_a_session(node, host):
    viewer = Viewer(node, node.key.mint(host.target, policy={"idle_timeout_s": 1}))

    expect_close(viewer.wait_close(), "idle_timeout")
    expect_told(node, "idle_timeout")


def test_input_keeps_a_session_alive(node, host):
    viewer = Viewer(node, node.key.mint(host.target, policy={"idle_timeout_s": 2}))
    viewer.web_socket.socket.settimeout(0.4)
    until = time.monotonic() + 4

    while time.monotonic() < until:
        viewer.pointer(1, 1)
        with pytest.raises(TimeoutError):
            viewer.read(1)

    viewer.web_socket.socket.settimeout(20)
    expect_close(viewer.wait_close(), "idle_timeout")


def test_update_requests_are_no_input(node, host):
    viewer = Viewer(node, node.key.mint(host.target, policy={"idle_timeout_s": 2}))
    viewer.web_socket.socket.settimeout(0.2)
    until = time.monotonic() + 10

    with pytest.raises(Closed) as closed:
        while time.monotonic() < until:
            viewer.request_update(incremental=True)
            with contextlib.suppress(TimeoutError):
                viewer.read(1)

    expect_close(closed.value.close, "idle_timeout")


def test_the_longest_time_ends_a_session(node, host):
    viewer = Viewer(node, node.key.mint(host.target, policy={"max_duration_s": 1}))
    viewer.pointer(1, 1)

    expect_close(viewer.wait_close(), "max_duration")
    expect_told(node, "max_duration")


def test_a_viewer_that_does_not_shake_hands(start_node, host):
    node = start_node(timeouts={"viewer_handshake": "1s"})
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.read(12)

    expect_close(viewer.wait_close(), "viewer_timeout")
    expect_told(node, "viewer_timeout")
    host.wait_for_ends()


@pytest.mark.parametrize("said", [b"RFB 003.005\n", b"GET / HTTP/1", b"\0" * 12])
def test_a_viewer_that_speaks_no_rfb(node, host, said):
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.read(12)
    viewer.send(said)

    expect_close(viewer.wait_close(), "protocol_error")
    expect_told(node, "protocol_error")


def test_a_viewer_that_chooses_a_type_that_was_not_offered(node, host):
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.read(12)
    viewer.send(b"RFB 003.008\n")
    viewer.read(2)
    viewer.send(b"\2")

    expect_close(viewer.wait_close(), "protocol_error")


def test_a_frame_that_announces_more_than_there_is_memory(node, host):
    viewer = Viewer(node, node.key.mint(host.target))
    before = node.resident_bytes()

    viewer.web_socket.socket.sendall(
        struct.pack(">BBQ", 0x82, 0xFF, 1 << 62) + b"mask" + b"x" * 100000)

    viewer.web_socket.socket.settimeout(2)
    try:
        close = viewer.wait_close()
        assert close is None or close.code in (1002, 1009)
    except TimeoutError:
        pass  # Streaming it through is right, too.
    assert node.resident_bytes() - before < 8 << 20
    viewer.web_socket.abort()
    node.wait_for_sessions(0)


def test_messages_cut_anywhere_arrive_whole(node, host):
    viewer = Viewer(node, node.key.mint(host.target))
    keys = b"".join(struct.pack(">BBxxI", 4, 1, 97 + n) for n in range(20))

    viewer.web_socket.send_frame(keys[:3], final=False)
    viewer.web_socket.send_frame(b"in between", opcode=PING)
    for position in range(3, len(keys)):
        viewer.web_socket.send_frame(keys[position:position + 1], opcode=CONTINUATION, final=False)
    viewer.web_socket.send_frame(b"", opcode=CONTINUATION)

    assert viewer.web_socket.receive_frame() == (PONG, b"in between", True)
    peer = host.peers[0]
    wait_until(lambda: len(peer.received) >= 14 + len(keys), 10, "all the keys")
    assert bytes(peer.received[14:]) == keys
    viewer.leave()


def test_an_empty_message_is_nothing(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    for _ in range(100):
        viewer.send(b"")
    viewer.key(97)

    peer = host.peers[0]
    wait_until(lambda: len(peer.received) == 14 + 8, 10, "the key")
    viewer.leave()


def test_a_viewer_that_vanishes(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    viewer.web_socket.abort()

    expect_told(node, "viewer_lost")
    host.wait_for_ends()


def test_a_viewer_that_vanishes_while_the_host_is_dialled(node, start_host):
    host = start_host(lambda peer: peer.read_to_end())
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    host.wait_for_peers()

    viewer.web_socket.abort()

    node.wait_for_sessions(0, seconds=25)
    host.wait_for_ends()


def test_a_viewer_that_gives_no_sign_of_life_is_dead(start_node, start_host):
    """Pings are sent while nothing is written; a viewer that does not even answer them, nor takes
    a byte, is gone."""
    host = start_host(lawful)
    node = start_node(timeouts={"ping_after": "300ms", "viewer_dead_after": "30s"})
    viewer = Viewer(node, node.key.mint(host.target))

    frame = viewer.web_socket.receive_frame()

    assert frame.opcode == PING
    viewer.web_socket.send_frame(frame.payload, PONG)
    assert viewer.web_socket.receive_frame().opcode == PING
    viewer.leave()
