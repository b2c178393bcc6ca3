"""The tests' own peers, tried against each other and against real servers: a fake that is wrong
would prove nothing."""

import socket
import struct

import pytest

from harness.certificates import Authority
from harness.metrics import Metrics
from harness.prometheus import check_metrics
from harness.rfb_host import FakeHost, lawful, vnc_auth_answer
from harness.vnc_servers import Qemu, X11vnc, Xtigervnc
from harness.websocket import Stream


def talk_to(port, password=None):
    """An RFB client without any proxy; gives the desktop's name."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    stream = Stream(sock)
    assert stream.read(12) == b"RFB 003.008\n"
    sock.sendall(b"RFB 003.008\n")
    types = stream.read(stream.read(1)[0])
    wanted = 2 if password else 1
    assert wanted in types
    sock.sendall(bytes([wanted]))
    if password:
        sock.sendall(vnc_auth_answer(password, stream.read(16)))
    result = struct.unpack(">I", stream.read(4))[0]
    if result:
        return None
    sock.sendall(b"\1")
    stream.read(20)
    return stream.read(struct.unpack(">I", stream.read(4))[0]).decode()


@pytest.mark.parametrize("kind", [Qemu, Xtigervnc, X11vnc], ids=lambda kind: kind.__name__)
def test_real_servers_start_with_and_without_a_password(directory, kind):
    with kind(directory) as server:
        assert talk_to(server.port)
    (directory / "protected").mkdir()
    with kind(directory / "protected", "s3cret-9") as server:
        assert talk_to(server.port, "s3cret-9")
        assert talk_to(server.port, "s3cret-8") is None


def test_the_fake_host_speaks_as_a_real_one():
    def protected(peer):
        peer.greet(types=b"\2")
        if peer.check_password("pw"):
            peer.accept(name=b"asked")
        else:
            peer.write(b"\0\0\0\1\0\0\0\2no")

    with FakeHost(lawful) as host:
        assert talk_to(host.port) == "fake"
    with FakeHost(protected) as host:
        assert talk_to(host.port, "pw") == "asked"
        assert talk_to(host.port, "wp") is None


def test_certificates_of_one_authority_are_trusted_by_its_own(directory):
    authority = Authority(directory)
    certificate, key = authority.issue("localhost")
    assert b"BEGIN CERTIFICATE" in certificate.read_bytes()
    assert key.stat().st_mode & 0o077 == 0


def test_metrics_are_read_with_their_labels():
    metrics = Metrics('# HELP a x\n# TYPE a counter\na_total{b="c",d="e\\"f"} 2\na_total 1\n')

    assert metrics["a_total"] == 1
    assert metrics.get("a_total", b="c") == 2
    assert metrics.get("a_total") == 3
    assert metrics.get("nothing") == 0
    assert metrics.label_values("d") == {'e\\"f'}


def test_promtool_complains_about_bad_metrics():
    assert check_metrics("# HELP a_total b\n# TYPE a_total counter\na_total 1\n") == ""
    assert "help" in check_metrics("a_total 1\n").lower()
