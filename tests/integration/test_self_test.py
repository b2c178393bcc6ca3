"""The node opens a console through its own listeners, and is ready only while that works."""

import contextlib
import socket

from cryptography import x509

from harness.certificates import Authority
from harness.viewer import Viewer
from harness.vnc_servers import free_port
from processes import wait_until


def verbose(node):
    return node.admin("/readyz?verbose")


def line(node):
    """The self-test's line of the verbose report."""
    return next(one for one in verbose(node)[-1].splitlines() if "self_test" in one)


def runs(node, result):
    return node.metrics().get("porthole_self_test_runs_total", result=result)


def every_listener(directory, **plain):
    certificate, key = Authority(directory, "Public CA").issue("public", x509.DNSName("elsewhere"))
    return [{"address": "127.0.0.1", "port": free_port()} | plain,
            {"address": "0.0.0.0", "port": free_port()},
            {"address": "127.0.0.1", "port": free_port(),
             "tls": {"certificate_file": str(certificate), "private_key_file": str(key)}},
            {"address": "127.0.0.1", "port": free_port(),
             "proxies": {"trusted": ["192.0.2.0/24"], "proxy_protocol": True}}]


def test_a_console_was_opened_through_each_listener_before_the_node_is_ready(
        directory, start_node):
    node = start_node(listeners=every_listener(directory))

    status, _, report = verbose(node)

    assert status == 200 and "[+]self_test ok\n" in report
    assert runs(node, "ok") >= 1 and runs(node, "failed") == 0
    assert 0 < node.metrics()["porthole_self_test_duration_seconds"] < 5


def test_nobody_else_sees_it(node, host):
    metrics = node.metrics()

    assert runs(node, "ok") >= 1
    assert metrics["porthole_sessions_opened_total"] == 0
    assert metrics.get("porthole_admissions_total", result="admitted") == 0
    assert metrics.get("porthole_bytes_total", direction="to_viewer") == 0
    assert metrics.get("porthole_tls_handshakes_total", side="viewer", result="ok") == 0
    assert "self-test" not in node.control("sessions", "list")
    assert "self-test" not in node.log.read_text()
    Viewer(node, node.key.mint(host.target)).leave()


def test_a_full_node_is_not_a_broken_one(start_node, host):
    node = start_node(limits={"sessions": 1, "connections": 1, "connections_per_address": 1})
    viewer = Viewer(node, node.key.mint(host.target))
    before = runs(node, "ok")

    wait_until(lambda: runs(node, "ok") > before, 45, "the next self-test")

    assert line(node) == "[+]self_test ok"
    viewer.leave()


@contextlib.contextmanager
def thieves(port, count=63):
    """Others who listen on the node's port, as a process of the same user may, and say nothing:
    nearly every connection is theirs."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            thief = stack.enter_context(socket.socket())
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            thief.bind(("127.0.0.1", port))
            thief.listen(64)
        yield


def test_a_node_whose_listener_answers_nobody_is_not_ready_until_it_does(start_node):
    node = start_node(workers=1)
    assert verbose(node)[0] == 200
    address, port = node.address

    with thieves(port):
        wait_until(lambda: verbose(node)[0] == 503, 60, "the self-test to see it")
        assert line(node).startswith(
            f"[-]self_test failed: listener {address}:{port}: upgrade to a WebSocket: ")
        assert "too slow" in line(node)
        assert runs(node, "failed") >= 1
        assert f"listener {address}:{port}" in node.wait_for_event("self_test_failed")["detail"]

    wait_until(lambda: verbose(node)[0] == 200, 60, "the self-test to work again")
    node.wait_for_event("self_test_works_again")
