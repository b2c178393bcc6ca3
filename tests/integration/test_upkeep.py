"""What an operator does to a running node: drain and resume, new certificates, limits, allow-lists."""

import json
import os
import pathlib
import signal
import ssl
import time

import pytest
from cryptography import x509

from harness.certificates import Authority
from harness.ends import expect_close
from harness.viewer import Viewer
from harness.vnc_servers import free_port
from harness.websocket import TEXT
from processes import wait_until


def ready(node):
    return node.admin("/readyz")[0] == 200


def told(viewer):
    """The next text message beside RFB."""
    while True:
        frame = viewer.web_socket.receive_frame()
        if frame.opcode == TEXT:
            return json.loads(frame.payload)


def test_drain_refuses_and_resume_admits_again(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    node.control("node", "drain", "--deadline", "10m", "--reason", "Disks are replaced.")

    assert not ready(node)
    assert node.metrics()["porthole_draining"] == 1
    status, _, page = node.http(f"/console?token={node.key.mint(host.target)}")
    assert status == 503 and "draining" in page
    expect_close(Viewer(node, node.key.mint(host.target), handshake=False).wait_close(), "draining")
    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key while draining")

    node.control("node", "resume")

    assert ready(node)
    assert node.metrics()["porthole_draining"] == 0
    Viewer(node, node.key.mint(host.target)).leave()
    viewer.leave()


def test_drain_ends_whoever_is_there_at_the_deadline(node, host):
    viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(5)]
    began = time.monotonic()

    node.control("node", "drain", "--deadline", "2s", "--reason", "Disks are replaced.")

    for viewer in viewers:
        expect_close(viewer.wait_close(), "draining", words="Disks are replaced.")
    assert time.monotonic() - began >= 2
    node.wait_for_sessions(0)
    node.control("node", "resume")
    Viewer(node, node.key.mint(host.target)).leave()


def test_live_viewers_are_told_when_it_is_over(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    node.control("node", "drain", "--deadline", "10m", "--reason", "Disks are replaced.")

    notice = told(viewer)
    while not notice.get("announcement"):
        notice = told(viewer)
    assert notice["announcement"]["text"] == "Disks are replaced."
    assert notice["announcement"]["deadline"]
    viewer.leave()


def test_while_the_process_waits_to_shut_down_it_still_admits(start_node, host):
    node = start_node(shutdown={"delay": "60s", "grace": "60s"})
    node.child.signal(signal.SIGTERM)
    wait_until(lambda: not ready(node), 10, "readiness to go")

    Viewer(node, node.key.mint(host.target)).leave()
    assert "shutting down" in node.control("node", "resume", fails=True)
    node.wait_for_sessions(0)
    node.child.signal(signal.SIGTERM)
    assert node.child.wait(20) == 0


def test_limits_and_allow_lists_reload(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    def change(configuration):
        configuration["limits"]["sessions_per_subject"] = 1
        configuration["targets"] = {"allow_denied": ["127.0.0.1/32"],
                                    "deny": [{"name": "*.example"}]}
    node.reload(change)

    expect_close(Viewer(node, node.key.mint(host.target), handshake=False).wait_close(), "too_many",
                 words="")
    expect_close(Viewer(node, node.key.mint("tcp://kvm.example:5900", sub="bert"),
                        handshake=False).wait_close(), "forbidden", words="")
    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key after the reload")
    viewer.leave()
    assert node.metrics().get("porthole_reloads_total", what="configuration", result="ok") == 1
    assert not node.events("restart_needed")


def test_a_broken_configuration_changes_nothing(node, host):
    def change(configuration):
        configuration["limits"]["sessions_per_subject"] = 1
        configuration["colour"] = "red"
    node.reload(change)

    viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(2)]
    for viewer in viewers:
        viewer.leave()
    assert node.metrics().get("porthole_reloads_total", what="configuration", result="failed") == 1
    assert "colour" in node.wait_for_event("reloaded", what="configuration")["detail"]


def test_what_needs_a_restart_is_said(node):
    node.reload(lambda configuration: configuration.update(workers=1))
    node.wait_for_event("restart_needed")


@pytest.fixture
def tls_node(directory, start_node):
    """A node with TLS whose certificate can be exchanged: (node, issue)."""
    authority = Authority(directory)

    def issue(name):
        pair = authority.issue(name, x509.DNSName("localhost"))
        for source, target in zip(pair, ("cert.pem", "key.pem"), strict=True):
            os.replace(source, directory / target)
    issue("first")
    node = start_node(listeners=[
        {"address": "127.0.0.1", "port": 0,
         "tls": {"certificate_file": str(directory / "cert.pem"),
                 "private_key_file": str(directory / "key.pem")}},
        {"address": "127.0.0.1", "port": 0}])
    return node, issue


def served(node):
    return ssl.get_server_certificate(node.tls_address)


def test_a_new_certificate_is_served_to_new_connections(tls_node, host):
    node, issue = tls_node
    viewer = Viewer(node, node.key.mint(host.target), tls=True)
    first = served(node)

    issue("second")
    node.reload()

    wait_until(lambda: served(node) != first, 10, "the new certificate")
    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key over the old connection")
    viewer.leave()


def test_a_changed_file_needs_no_signal(tls_node):
    node, issue = tls_node
    first = served(node)

    issue("second")

    wait_until(lambda: served(node) != first, 20, "the new certificate")
    wait_until(lambda: node.metrics().get("porthole_reloads_total", what="certificate",
                                          result="ok") >= 1, 20, "the reload's count")


def test_a_broken_pair_never_takes_effect(tls_node, directory):
    node, _ = tls_node
    first = served(node)
    Authority(directory, "Other CA").issue("other", x509.DNSName("localhost"))
    os.replace(directory / "other.pem", directory / "cert.pem")

    node.reload()

    assert served(node) == first
    assert node.metrics().get("porthole_reloads_total", what="certificate", result="failed") >= 1
    assert "key.pem" in node.wait_for_event("reloaded", what="certificate", ok=False)["detail"]


def warnings_of(node):
    status, _, report = node.admin("/readyz?verbose")
    assert status == 200, report
    return [line for line in report.splitlines() if line.startswith("[!]")]


def test_a_broken_new_certificate_is_shown_until_a_good_one_comes(tls_node, directory):
    node, issue = tls_node
    assert warnings_of(node) == []
    expiry = x509.load_pem_x509_certificate(served(node).encode()).not_valid_after

    (directory / "cert.pem").write_text("no certificate")
    node.reload()

    address = "%s:%d" % node.tls_address
    assert warnings_of(node) == [
        f"[!]certificates: listener {address}: new files refused: {directory}/cert.pem: not a PEM "
        f"certificate chain: PEM lib; the one that expires {expiry:%Y-%m-%dT%H:%M:%SZ} is "
        "still served"]

    issue("third")
    node.reload()

    wait_until(lambda: warnings_of(node) == [], 20, "the warning to go")


def test_broken_new_files_of_the_control_api_are_shown(start_node, mtls):
    node = start_node(control=mtls["configuration"])
    client_ca = pathlib.Path(mtls["configuration"]["tcp"]["client_ca_file"])
    good = client_ca.read_text()

    client_ca.write_text("no authority")
    wait_until(lambda: warnings_of(node), 20, "the warning")
    assert len(warnings_of(node)) == 1
    assert warnings_of(node)[0].startswith("[!]certificates: control: new files refused: ")
    assert client_ca.name in warnings_of(node)[0]

    client_ca.write_text(good)
    wait_until(lambda: warnings_of(node) == [], 20, "the warning to go")


def test_a_listener_keeps_its_certificate_when_the_list_is_turned_round(directory, start_node):
    authority = Authority(directory)
    pairs = [authority.issue(name, x509.DNSName("localhost")) for name in ("one", "two")]
    node = start_node(listeners=[
        {"address": "127.0.0.1", "port": free_port(),
         "tls": {"certificate_file": str(certificate), "private_key_file": str(key)}}
        for certificate, key in pairs])
    first = served(node)

    node.reload(lambda configuration: configuration["listeners"].reverse())

    assert served(node) == first
    node.wait_for_event("restart_needed")
