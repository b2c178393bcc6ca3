"""Thousands at once: silent connections from everywhere, links that are guessed, addresses without
end. Run against the release: AddressSanitizer's own memory would drown what is measured."""

import contextlib
import socket
import time

import pytest

from harness.abuse import (Bystander, accepted_from, allow_descriptors, connect_from,
                           is_closed)
from harness.viewer import Viewer
from harness.websocket import Refused, Stream, open_socket, read_response
from processes import wait_until

MANY = 10000
SOURCES = 25
DESCRIPTORS = 20000
SHARE = 512  # of one address
MIB = 1 << 20
# A connection that has said nothing: its socket's object, the coroutine that waits, a timer and its
# address' place in the table. Measured: 5.3 KB, with what a process takes once for a crowd.
SILENT_BYTES = 8 * 1024
# The same with a head of 16 KiB, the longest that is read, in a buffer that doubles as it grows.
HEAD_BYTES = SILENT_BYTES + 32 * 1024
BUSY = "Too many"


@pytest.fixture
def open_node(start_node):
    """A node with the limits that it has by default, patient enough that all can be there at once."""
    allow_descriptors(DESCRIPTORS)
    return start_node(
        most_descriptors=DESCRIPTORS,
        timeouts={"http_header": "10s", "http_idle": "5s", "close_read": "500ms"},
        limits={"connections": 12000, "connections_per_address": SHARE,
                "attempts_per_address_burst": 120, "attempts_per_address_per_minute": 600})


def silent_crowd(node):
    """Ten thousand who say nothing, until the node has let all of them go; what it held meanwhile."""
    before = node.resident_bytes()
    with contextlib.ExitStack() as stack:
        crowd = connect_from(node.address, SOURCES, MANY // SOURCES)
        for sock in crowd:
            stack.callback(sock.close)
        wait_until(lambda: node.descriptors() > MANY, 20, "all of them to be taken")
        held = node.resident_bytes() - before
        wait_until(lambda: all(map(is_closed, crowd)), 60, "the node to let all of them go")
    return held


def test_ten_thousand_that_send_nothing(open_node):
    descriptors = open_node.descriptors()
    with Bystander(open_node):
        held = silent_crowd(open_node)
    assert held < MANY * SILENT_BYTES, f"{held / MANY} bytes for each of them"

    wait_until(lambda: open_node.descriptors() <= descriptors, 20, "the descriptors to be back")
    resident = open_node.resident_bytes()
    with Bystander(open_node):
        silent_crowd(open_node)
    grown = open_node.resident_bytes() - resident
    assert grown < 2 * MIB, f"{grown} bytes more after the second crowd"


def test_one_address_takes_no_more_than_its_share(open_node):
    with contextlib.ExitStack() as stack:
        for sock in connect_from(open_node.address, 1, SHARE):
            stack.callback(sock.close)
        # Connected is not accepted: a worker that is behind counts its part of them later.
        wait_until(lambda: accepted_from(open_node.address, "127.0.0.2") == SHARE, 20,
                   "all of them to be taken")
        stack.enter_context(Bystander(open_node))
        for _ in range(100):
            with open_socket(open_node.address, source="127.0.0.2") as sock:
                sock.sendall(b"GET /console?token=x HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = read_response(Stream(sock))
            assert answer.status == 429 and int(answer.headers["retry-after"]) >= 1
            assert BUSY.encode() in answer.body


def test_heads_that_fill_their_room(open_node):
    """The most that a connection without a request can make the node hold: a head of 16 KiB that
    does not end, from as many as there may be."""
    before = open_node.resident_bytes()
    with Bystander(open_node), contextlib.ExitStack() as stack:
        crowd = connect_from(open_node.address, SOURCES, MANY // SOURCES // 2)
        for sock in crowd:
            stack.callback(sock.close)
            sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 16000)
        wait_until(lambda: open_node.descriptors() > MANY // 2, 20, "all of them to be taken")
        wait_until(lambda: all(map(is_closed, crowd)), 60, "the node to let all of them go")
    held = open_node.peak_resident_bytes() - before
    assert held < len(crowd) * HEAD_BYTES, f"{held / len(crowd)} bytes for each of them"
    assert open_node.metrics().get("porthole_http_refused_total", reason="timeout") >= len(crowd)


def guess(node, source):
    """One made-up token: the status of a refused upgrade, or the close code."""
    try:
        viewer = Viewer(node, "x.y", handshake=False, source=source)
    except Refused as refused:
        if refused.response.status == 429:
            assert int(refused.response.headers["retry-after"]) >= 1
        return refused.response.status
    close = viewer.wait_close()
    return close.code


def test_guessing_from_one_address_is_shut_out_and_nobody_else(open_node):
    with Bystander(open_node):
        began = time.monotonic()
        answers = [guess(open_node, "127.0.0.2") for _ in range(2000)]
        passed = time.monotonic() - began
        assert guess(open_node, "127.0.0.3") == 4401, "another address has its own budget"

    # 120 at once, then ten a second.
    let_in = answers.count(4401)
    assert 120 <= let_in <= 120 + 10 * passed + 1, f"{let_in} in {passed:.1f} s"
    assert answers.count(429) == 2000 - let_in
    assert len(open_node.events("attempts_refused")) <= let_in - 119, "told once for each shutting out"
    refused = open_node.metrics().get("porthole_http_refused_total", reason="too_many")
    assert refused == answers.count(429)


def ask_as(sock, stream, addresses):
    """A request in the name of each address, over one connection of a trusted proxy, so many in
    flight that the node is what takes time; gives the statuses that came."""
    statuses = set()
    for begin in range(0, len(addresses), 500):
        part = addresses[begin:begin + 500]
        sock.sendall(b"".join(
            b"GET /console?token=x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\n\r\n" % address
            for address in part))
        statuses |= {read_response(stream).status for _ in part}
    return statuses


def test_addresses_without_end_are_forgotten_again(start_node):
    """A table of 65,536 addresses, none of which may be dropped for being well rested: with as many
    again it grows no more."""
    node = start_node(
        listeners=[{"address": "127.0.0.1", "port": 0, "proxies": {"trusted": ["127.0.0.1/32"]}}],
        limits={"attempts_per_address_burst": 2, "attempts_per_address_per_minute": 1})
    addresses = [b"2001:db8:%x:%x::1" % divmod(number, 65536) for number in range(200000)]

    with socket.create_connection(node.address, timeout=20) as sock:
        stream = Stream(sock)
        before = node.resident_bytes()
        first = ask_as(sock, stream, addresses[:70000])
        full = node.resident_bytes()
        second = ask_as(sock, stream, addresses[70000:])
        assert ask_as(sock, stream, [b"192.0.2.1"] * 3) >= {429}, "the newest are remembered"

    assert 429 not in first | second, "each of them was new"
    # An entry, its place in the list and the table's own room.
    assert full - before < 70000 * 400, f"{(full - before) / 70000} bytes for each address"
    assert node.resident_bytes() - full < 2 * MIB
