"""What one peer of the control port can hold, and for how long."""

import socket
import struct
import threading

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, PING = 4, 6
ACK = 1
MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE = 3, 6


def frame(kind, flags=0, payload=b"", stream=0):
    """RFC 9113, section 4.1."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def exactly(sock, size):
    """That many bytes, fewer when the peer ends before."""
    data = b""
    while len(data) < size and (more := sock.recv(size - len(data))):
        data += more
    return data


def frames(sock):
    """(type, flags, payload) of each frame until the peer closes or resets."""
    try:
        while len(header := exactly(sock, 9)) == 9:
            size, kind, flags = int.from_bytes(header[:3], "big"), header[3], header[4]
            yield kind, flags, exactly(sock, size)
    except ConnectionError:
        return


def connect_unix(node):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(90)
    sock.connect(node.control_address.removeprefix("unix:"))
    return sock


def settings_of(payload):
    return {struct.unpack(">HI", payload[i:i + 6])[0]: struct.unpack(">HI", payload[i:i + 6])[1]
            for i in range(0, len(payload), 6)}


def test_says_how_much_one_connection_may_ask_at_once(node):
    with connect_unix(node) as sock:
        sock.sendall(PREFACE + frame(SETTINGS))
        said = next(settings_of(payload) for kind, flags, payload in frames(sock)
                    if kind == SETTINGS and not flags & ACK)

    assert said[MAX_CONCURRENT_STREAMS] == 256
    assert said[MAX_HEADER_LIST_SIZE] == 8192


def silent_before_tls(address):
    """Whether a peer that says nothing is shown the door."""
    with socket.create_connection(address, timeout=60) as sock:
        try:
            return sock.recv(1) == b""
        except ConnectionError:
            return True


def silent_after_settings(node):
    """The types of the frames that a peer gets that never answers, until it is shown the door."""
    with connect_unix(node) as sock:
        sock.sendall(PREFACE + frame(SETTINGS))
        return [kind for kind, flags, _ in frames(sock) if not flags & ACK]


def test_a_peer_that_falls_silent_is_let_go(node, start_node, mtls):
    secure = start_node(control=mtls["configuration"])
    address = next(event["address"] for event in secure.events("listening", what="control")
                   if not event["address"].startswith("unix:"))
    before_tls, after_settings = [], []
    threads = [
        threading.Thread(target=lambda: before_tls.append(
            silent_before_tls(("127.0.0.1", int(address.rpartition(":")[2]))))),
        threading.Thread(target=lambda: after_settings.extend(silent_after_settings(node)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert before_tls == [True]
    assert PING in after_settings, after_settings
    assert "node-under-test" in node.control("node")
