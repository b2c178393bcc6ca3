"""A node behind HAProxy and nginx: who the client is, and where everything is."""

import socket

import pytest

from harness.certificates import Authority
from harness.ends import expect_close, expect_told
from harness.front_proxies import PROXY_ADDRESS, Haproxy, Nginx
from harness.node import PAGES
from harness.viewer import Viewer
from processes import wait_until

ASSET = next(name for name in PAGES if name.startswith("assets/"))
TRUSTED = [f"{PROXY_ADDRESS}/32"]


@pytest.fixture
def behind(start_node):
    """Starts a node whose listener has proxies in front."""
    def start(viewer=None, **proxies):
        return start_node(
            listeners=[{"address": "127.0.0.1", "port": 0,
                        "proxies": {"trusted": TRUSTED} | proxies}],
            **({"viewer": viewer} if viewer else {}))
    return start


def client_of_a_session(node, front, host, **more):
    """The client's address as the control API tells it, of a session through `front`."""
    viewer = Viewer(front, node.key.mint(host.target), tls=front.tls, **more)
    session = node.control_json("sessions", "list")["sessions"][0]
    viewer.leave()
    wait_until(lambda: not node.control_json("sessions", "list").get("sessions"), 20,
               "the session's end")
    return session["client_address"]


@pytest.mark.parametrize("words", ["send-proxy", "send-proxy-v2"])
def test_haproxy_says_who_the_client_is(behind, host, directory, words):
    node = behind(proxy_protocol=True)
    with Haproxy(directory, node.address, words) as front:
        assert client_of_a_session(node, front, host) == "127.0.0.1"


def test_haproxys_own_checks_are_answered(behind, host, directory):
    node = behind(proxy_protocol=True)
    with Haproxy(directory, node.address, "send-proxy-v2 check inter 100ms") as front:
        assert client_of_a_session(node, front, host) == "127.0.0.1"
        # A check is a header that speaks of the proxy itself (LOCAL) and nothing after it.
        assert node.metrics().get("porthole_http_refused_total", reason="proxy") == 0


def test_the_nodes_own_tls_goes_through_haproxy(start_node, host, directory):
    certificate, key = Authority(directory).issue("node")
    node = start_node(listeners=[{
        "address": "127.0.0.1", "port": 0,
        "tls": {"certificate_file": str(certificate), "private_key_file": str(key)},
        "proxies": {"trusted": TRUSTED, "proxy_protocol": True}}])
    with Haproxy(directory, node.tls_address, "send-proxy-v2 check") as front:
        front.tls = True
        assert client_of_a_session(node, front, host) == "127.0.0.1"


def test_who_is_no_proxy_is_closed(behind, host):
    node = behind(proxy_protocol=True)
    for _ in range(2):
        with socket.create_connection(node.address, timeout=20) as sock:
            sock.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\nGET / HTTP/1.1\r\n\r\n")
            try:
                assert sock.recv(1) == b""
            except ConnectionResetError:
                pass  # what it sent was not read
    wait_until(lambda: node.metrics().get("porthole_http_refused_total", reason="proxy") == 2, 20,
               "both to be counted")
    wait_until(lambda: node.events("proxy_refused"), 20, "the log to say so")
    told = node.events("proxy_refused")
    assert len(told) == 1
    assert told[0]["client"] == "127.0.0.1"
    assert "proxies.trusted" in told[0]["detail"]


def test_tls_ends_at_haproxy(behind, host, directory):
    node = behind()
    certificate, key = Authority(directory).issue("front")
    bundle = directory / "front-bundle.pem"
    bundle.write_bytes(certificate.read_bytes() + key.read_bytes())
    with Haproxy(directory, node.address, "", mode="http", certificate=bundle) as front:
        assert client_of_a_session(node, front, host) == "127.0.0.1"


def test_a_client_cannot_name_itself(behind, host, directory):
    node = behind()
    with Haproxy(directory, node.address, "", mode="http") as front:
        for lie in ["192.0.2.7", f"192.0.2.7, {PROXY_ADDRESS}", "\"192.0.2.7"]:
            for header in ["X-Forwarded-For", "Forwarded"]:
                assert client_of_a_session(node, front, host,
                                           headers={header: lie}) == "127.0.0.1"
    # Nor does who comes without a proxy.
    viewer = Viewer(node, node.key.mint(host.target), headers={"X-Forwarded-For": "192.0.2.7"})
    assert node.control_json("sessions", "list")["sessions"][0]["client_address"] == "127.0.0.1"
    viewer.leave()


def test_a_token_for_one_address_is_held_to_it(behind, host, directory):
    node = behind()
    with Haproxy(directory, node.address, "", mode="http") as front:
        Viewer(front, node.key.mint(host.target, policy={"client_ip": ["127.0.0.1"]})).leave()
        expect_told(node, "viewer_closed")
        viewer = Viewer(front, node.key.mint(host.target, policy={"client_ip": [PROXY_ADDRESS]}),
                        handshake=False)
        expect_close(viewer.wait_close(), "forbidden")


def test_nginx_has_it_below_a_prefix(behind, host, directory):
    node = behind(viewer={"path_prefix": "/vnc"})
    with Nginx(directory, node.address, "/vnc") as front:
        token = node.key.mint(host.target)
        assert node.http(f"/vnc/console?token={token}", address=front.address)[0] == 200
        assert node.http(f"/vnc/{ASSET}", address=front.address)[0] == 200
        assert node.http(f"/{ASSET}", address=front.address)[0] != 200, "nginx has nothing else"
        assert client_of_a_session(node, front, host, path="/vnc/websockify") == "127.0.0.1"
        # The same node, asked by a proxy that takes the prefix away.
        assert node.http(f"/{ASSET}")[0] == 200
