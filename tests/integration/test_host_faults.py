"""Hosts that do not answer as a VNC server should: each fault has its close code and sentence, its
log line, its metric, and leaves nothing behind."""

import struct

import pytest

from harness.ends import expect_close, expect_told
from harness.rfb_host import PIXEL_FORMAT, VERSION_3_8, lawful, server_init, silent
from harness.viewer import Viewer
from processes import wait_until


def says(*parts):
    """A script that plays these: bytes are sent, a number is how many to read. Then it waits for
    Porthole to close."""
    def script(peer):
        for part in parts:
            if isinstance(part, int):
                peer.read(part)
            else:
                peer.write(part)
        peer.read_to_end()
    return script


def says_and_closes(*parts):
    def script(peer):
        for part in parts:
            if isinstance(part, int):
                peer.read(part)
            else:
                peer.write(part)
    return script


def u32(number):
    return struct.pack(">I", number)


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
TO_RESULT = (VERSION_3_8, 12, b"\1\1", 1)
TO_INIT = (*TO_RESULT, u32(0), 1)

# What a host says, and how the session must end.
FAULTS = {
    "speaks HTTP": (says(HTTP), "host_protocol_error"),
    "speaks TLS": (says(b"\x16\x03\x01\x00\x05hello" + bytes(40)), "host_protocol_error"),
    "says a version that is none": (says(b"RFB 00x.008\n"), "host_protocol_error"),
    "is a repeater": (says(b"RFB 000.000\n"), "host_protocol_error"),
    "closes at once": (says_and_closes(), "host_closed"),
    "closes in the version": (says_and_closes(b"RFB 003"), "host_closed"),
    "closes after the version": (says_and_closes(VERSION_3_8, 12), "host_closed"),
    "closes in the type list": (says_and_closes(VERSION_3_8, 12, b"\5\1\2"),
                                "host_closed"),
    "asks for a password that the token has not": (says(VERSION_3_8, 12, b"\1\2", 1, bytes(16)),
                                                   "host_auth_failed"),
    "closes before the result": (says_and_closes(*TO_RESULT), "host_closed"),
    "closes in ServerInit": (says_and_closes(*TO_INIT, server_init()[:11]),
                             "host_closed"),
    "announces a 4 GiB reason": (says(VERSION_3_8, 12, b"\0", u32(0xFFFFFFFF), b"x" * 8192),
                                 "host_protocol_error"),
    "announces a 4 GiB reason after the result": (
        says(*TO_RESULT, u32(1), u32(0xFFFFFFFF), b"x" * 8192), "host_protocol_error"),
    "announces a 4 GiB name": (
        says(*TO_INIT, struct.pack(">HH", 64, 48) + PIXEL_FORMAT + u32(0xFFFFFFFF), b"x" * 8192),
        "host_protocol_error"),
    "refuses with a reason": (says(VERSION_3_8, 12, b"\0", u32(9), b"too busy!"),
                              "host_auth_failed"),
    "knows no type of ours": (says(VERSION_3_8, 12, b"\1\xfe"), "host_auth_failed"),
    "gives a result that is none": (says(*TO_RESULT, u32(77)), "host_protocol_error"),
    "says nothing": (silent, "host_timeout"),
    "stops in the version": (says(b"RFB 003"), "host_timeout"),
    "stops in the result": (says(*TO_RESULT, b"\0\0"), "host_timeout"),
    "stops in ServerInit": (says(*TO_INIT, server_init()[:20]), "host_timeout"),
}

OTHER_WORDS = {"knows no type of ours": "no way to log in",
               "refuses with a reason": "refused the connection"}


@pytest.mark.parametrize("fault", FAULTS)
def test_tells_what_is_wrong_with_the_host(start_node, start_host, fault):
    script, reason = FAULTS[fault]
    node = start_node(timeouts={"host_handshake": "1500ms"})
    host = start_host(script)
    before = node.descriptors()

    close = Viewer(node, node.key.mint(host.target), handshake=False).wait_close()

    expect_close(close, reason, words=OTHER_WORDS.get(fault))
    expect_told(node, reason)
    host.wait_for_ends()
    wait_for_descriptors(node, before)


def test_a_host_that_closes_in_the_challenge(node, start_host):
    host = start_host(says_and_closes(VERSION_3_8, 12, b"\1\2", 1, bytes(7)))

    viewer = Viewer(node, node.key.mint(host.target, console={"password": "pw"}),
                    handshake=False)

    expect_close(viewer.wait_close(), "host_closed")
    expect_told(node, "host_closed")


def wait_for_descriptors(node, most):
    wait_until(lambda: node.descriptors() <= most, 10, f"{most} descriptors")


def test_a_port_where_nobody_listens(node, host):
    host.stop()

    viewer = Viewer(node, node.key.mint(host.target), handshake=False)

    expect_close(viewer.wait_close(), "host_unreachable")
    expect_told(node, "host_unreachable")


def test_a_name_that_does_not_exist(node):
    viewer = Viewer(node, node.key.mint("tcp://nowhere.invalid:5900"), handshake=False)

    expect_close(viewer.wait_close(), "host_unreachable")
    expect_told(node, "host_unreachable")


def test_a_host_that_is_reset_in_the_middle(node, start_host):
    def dies(peer):
        peer.greet()
        peer.accept()
        peer.write(b"\2")
        peer.read(10)
        peer.reset()
    host = start_host(dies)

    viewer = Viewer(node, node.key.mint(host.target))
    assert viewer.read(1) == b"\2"
    viewer.send(struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1))

    expect_close(viewer.wait_close(), "host_lost")
    expect_told(node, "host_lost")


def test_a_host_that_closes_in_the_middle(node, start_host):
    def leaves(peer):
        peer.greet()
        peer.accept()
        peer.write(b"\2" * 1000)
    host = start_host(leaves)

    viewer = Viewer(node, node.key.mint(host.target))
    assert viewer.read(1000) == b"\2" * 1000, "what the host said last still arrives"

    expect_close(viewer.wait_close(), "host_closed")
    expect_told(node, "host_closed")


def test_bytes_that_follow_server_init_reach_the_viewer(node, start_host):
    def hasty(peer):
        peer.greet()
        peer.write(b"\0\0\0\0")
        peer.read(1)
        peer.write(server_init() + b"\2" * 500)
        peer.read_to_end()
    host = start_host(hasty)

    viewer = Viewer(node, node.key.mint(host.target))

    assert viewer.read(500) == b"\2" * 500
    viewer.leave()


@pytest.mark.parametrize("version", [b"003.003", b"003.006", b"003.007", b"003.008", b"003.889",
                                     b"004.001", b"005.000"])
def test_speaks_every_version_of_rfb(node, start_host, version):
    spoken = []

    def old_or_new(peer):
        peer.write(b"RFB " + version + b"\n")
        spoken.append(peer.read(12))
        if spoken[0] == b"RFB 003.003\n":
            peer.write(u32(1))
        else:
            peer.write(b"\1\1")
            peer.read(1)
            if spoken[0] == VERSION_3_8:
                peer.write(u32(0))
        assert peer.read(1) == b"\1", "shared, whatever the viewer says"
        peer.write(server_init(name=version))
        peer.read_to_end()
    host = start_host(old_or_new)

    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.shake_hands(shared=0)

    expected = {b"003.003": b"003.003", b"003.006": b"003.003", b"003.007": b"003.007"}
    assert spoken == [b"RFB " + expected.get(version, b"003.008") + b"\n"]
    assert viewer.name == version.decode()
    viewer.leave()


@pytest.mark.parametrize("version", [b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n"])
def test_lets_old_viewers_in(node, host, version):
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    viewer.shake_hands(version)

    assert (viewer.width, viewer.height) == (64, 48)
    viewer.leave()


def test_a_password_is_answered_and_never_shown(node, start_host):
    answers = []

    def asks(peer):
        peer.greet(types=b"\2")
        answers.append(peer.check_password("s3cret-9"))
        peer.accept()
        peer.read_to_end()
    host = start_host(asks)

    viewer = Viewer(node, node.key.mint(host.target, console={"password": "s3cret-9"}))
    listing = node.control("--output", "json", "sessions", "list")
    viewer.leave()

    assert answers == [True]
    expect_told(node, "viewer_closed")
    assert "s3cret-9" not in listing + node.log.read_text() + node.metrics().text


def test_other_sessions_run_on(node, start_host):
    good = start_host(lawful)
    bad = start_host(says(HTTP))
    viewer = Viewer(node, node.key.mint(good.target))

    Viewer(node, node.key.mint(bad.target), handshake=False).wait_close()

    viewer.key(97)
    peer = good.peers[0]
    wait_until(lambda: len(peer.received) >= 8 + 14, 10, "the key to arrive at the good host")
    viewer.leave()
