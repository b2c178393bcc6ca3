"""The ways to a host: tunnels, WebSockets, names, source addresses, hosts that dial in."""

import ipaddress
import socket
import ssl

import pytest
from cryptography import x509

from harness.certificates import Authority
from harness.ends import expect_close, expect_told
from harness.http_proxy import FakeProxy, Squid
from harness.viewer import Viewer
from harness.vnc_servers import Qemu, Websockify, X11vnc, Xtigervnc, tls_x509
from processes import Child, wait_until


def expect_picture(viewer):
    viewer.set_encodings(0)
    viewer.request_update()
    assert viewer.read_raw_update() > 0


def see_the_screen(node, token):
    """A viewer gets a picture; gives the session as the control API tells it."""
    viewer = Viewer(node, token)
    expect_picture(viewer)
    session = node.control_json("sessions", "list")["sessions"][0]
    viewer.leave()
    expect_told(node, "viewer_closed")
    return session


def expect_unreachable(node, token, detail):
    """The session ends before it is opened; the log says why."""
    viewer = Viewer(node, token, handshake=False)
    expect_close(viewer.wait_close(), "host_unreachable")
    expect_told(node, "host_unreachable")
    assert any(detail in event.get("detail", "")
               for event in node.events(reason="host_unreachable")), node.log.read_text()


def expect_no_word(node, *secrets):
    for secret in secrets:
        assert secret not in node.log.read_text()
        assert secret not in (node.directory / "audit.log").read_text()


def test_reaches_a_unix_socket(start_node, directory):
    path = directory / "vnc.sock"
    node = start_node(targets={"unix_directory": str(directory)})
    with Qemu(directory, path=path):
        session = see_the_screen(node, node.key.mint(f"unix:{path}"))

    assert session["target"] == f"unix:{path}"


def test_reaches_an_ipv6_address(start_node, directory):
    node = start_node(targets={"allow_denied": ["::1/128"]})
    with Qemu(directory, address="[::1]") as server:
        session = see_the_screen(node, node.key.mint(f"tcp://[::1]:{server.port}"))

    assert session["target"] == f"tcp://[::1]:{server.port}"


def test_reaches_a_host_by_name(node, directory):
    with Qemu(directory) as server:
        see_the_screen(node, node.key.mint(f"tcp://localhost:{server.port}"))


def test_goes_through_xenservers_tunnel(node, directory):
    with Qemu(directory) as server, FakeProxy(server.port) as xen:
        tunnel = {"url": f"http://127.0.0.1:{xen.port}", "path": "/console?uuid=0f3a",
                  "cookie": "session_id=OpaqueRef:77c0ffee"}
        see_the_screen(node, node.key.mint("tcp://127.0.0.1:5900", console={"tunnel": tunnel}))

    assert xen.heads == [f"CONNECT /console?uuid=0f3a HTTP/1.0\r\nHost: 127.0.0.1:{xen.port}\r\n"
                         "Cookie: session_id=OpaqueRef:77c0ffee\r\n\r\n"]
    expect_no_word(node, "77c0ffee", "0f3a")


def test_goes_through_a_web_proxy_of_the_token(node, directory):
    with Qemu(directory) as server, Squid(directory) as proxy:
        tunnel = {"url": f"http://127.0.0.1:{proxy.port}"}
        see_the_screen(node, node.key.mint(server.target, console={"tunnel": tunnel}))


def test_goes_through_a_configured_web_proxy(start_node, directory):
    with Qemu(directory) as server, FakeProxy(server.port) as proxy:
        node = start_node(targets={"proxies": [{"to": {"prefix": "127.0.0.1/32"},
                                                "url": f"http://127.0.0.1:{proxy.port}"}]})
        see_the_screen(node, node.key.mint(server.target))

    assert proxy.heads == [f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n"
                           f"Host: 127.0.0.1:{server.port}\r\n\r\n"]


@pytest.mark.parametrize("answer, detail", [
    ([b"HTTP/1.1 403 Forbidden: c0ffee\r\n\r\n"], "answered with 403"),
    ([b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"], "answered with 407"),
    ([b"RFB 003.008\n\n\n"], "HTTP answer"),
    ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000], "longer than 8 KiB"),
    ([b"HTTP/1.1 200 OK\r\n"], "ended before"),
], ids=["403", "407", "no HTTP", "huge", "cut off"])
def test_a_tunnel_that_misbehaves_is_told_in_words(node, answer, detail):
    with FakeProxy(1, lambda head: answer) as proxy:
        tunnel = {"url": f"http://127.0.0.1:{proxy.port}", "path": "/c0ffee"}
        expect_unreachable(node, node.key.mint("tcp://127.0.0.1:5900", console={"tunnel": tunnel}),
                           detail)
    expect_no_word(node, "c0ffee")


def test_a_silent_tunnel_is_given_up(start_node, start_host):
    node = start_node(timeouts={"dial": "500ms"})
    silent = start_host(lambda peer: peer.read_to_end())
    tunnel = {"url": f"http://127.0.0.1:{silent.port}"}
    viewer = Viewer(node, node.key.mint("tcp://127.0.0.1:5900", console={"tunnel": tunnel}),
                    handshake=False)

    expect_close(viewer.wait_close(), "host_timeout")
    expect_told(node, "host_timeout")
    silent.wait_for_ends()


def test_a_tunnel_is_judged_as_a_target_is(node):
    for url, target in [("http://127.0.0.2:3128", "tcp://127.0.0.1:5900"),
                        ("http://127.0.0.1:3128", "tcp://127.0.0.2:5900")]:
        viewer = Viewer(node, node.key.mint(target, console={"tunnel": {"url": url}}),
                        handshake=False)
        expect_close(viewer.wait_close(), "forbidden", words="may not connect")
    expect_told(node, "forbidden", times=2)


def test_reaches_qemus_websocket(node, directory):
    with Qemu(directory, websocket=True) as server:
        session = see_the_screen(node, node.key.mint(f"ws://127.0.0.1:{server.websocket_port}"))

    assert session["target"] == f"ws://127.0.0.1:{server.websocket_port}/"


def test_reaches_a_password_behind_qemus_websocket(node, directory):
    with Qemu(directory, "secret12", websocket=True) as server:
        session = see_the_screen(node, node.key.mint(
            f"ws://127.0.0.1:{server.websocket_port}", console={"password": "secret12"}))

    assert session["host_security_type"] == "VncAuth"


def test_reaches_websockify_and_keeps_the_path_to_itself(node, directory):
    with Xtigervnc(directory) as server, Websockify(directory, server.port) as gateway:
        session = see_the_screen(node, node.key.mint(
            f"ws://127.0.0.1:{gateway.port}/ticket/c0ffee?token=c0ffee"))

    assert session["target"] == f"ws://127.0.0.1:{gateway.port}/…"
    expect_no_word(node, "c0ffee")


def test_reaches_a_websocket_through_a_tunnel(node, directory):
    with Qemu(directory, websocket=True) as server, FakeProxy(server.websocket_port) as proxy:
        tunnel = {"url": f"http://127.0.0.1:{proxy.port}"}
        see_the_screen(node, node.key.mint(f"ws://127.0.0.1:{server.websocket_port}",
                                           console={"tunnel": tunnel}))
    assert len(proxy.heads) == 1


@pytest.fixture
def secure(start_node, directory):
    """A node that knows one authority, and a certificate of it for 127.0.0.1."""
    authority = Authority(directory)
    certificate = authority.issue("host", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    node = start_node(hosts={"tls": {"ca_file": str(authority.certificate)}})
    node.authority, node.certificate = authority, certificate
    return node


def wrap_with(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return lambda sock: context.wrap_socket(sock, server_side=True)


def test_reaches_qemus_websocket_over_tls(secure, directory):
    with Qemu(directory, "secret12", websocket=True,
              credentials=tls_x509(directory, secure.authority, secure.certificate)) as server:
        see_the_screen(secure, secure.key.mint(f"wss://127.0.0.1:{server.websocket_port}",
                                               console={"password": "secret12"}))


def test_goes_through_xenservers_tunnel_over_tls(secure, directory):
    with Qemu(directory) as server, FakeProxy(
            server.port, wrap=wrap_with(secure.certificate)) as xen:
        tunnel = {"url": f"https://127.0.0.1:{xen.port}", "path": "/console?uuid=0f3a",
                  "cookie": "session_id=OpaqueRef:77"}
        see_the_screen(secure, secure.key.mint("tcp://127.0.0.1:5900",
                                               console={"tunnel": tunnel}))


def test_tls_goes_through_a_tunnel_over_tls(secure, directory):
    with Qemu(directory, "secret12",
              credentials=tls_x509(directory, secure.authority, secure.certificate)) as server, \
            FakeProxy(server.port, wrap=wrap_with(secure.certificate)) as proxy:
        tunnel = {"url": f"https://127.0.0.1:{proxy.port}"}
        session = see_the_screen(secure, secure.key.mint(
            server.target, console={"tunnel": tunnel, "password": "secret12",
                                    "tls": {"mode": "require"}}))

    assert session["host_security_type"] == "X509Vnc"


def test_a_tunnel_of_an_unknown_authority_gets_no_cookie(secure, directory):
    stranger = directory / "stranger"
    stranger.mkdir()
    certificate = Authority(stranger).issue(
        "host", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with FakeProxy(1, wrap=wrap_with(certificate)) as xen:
        tunnel = {"url": f"https://127.0.0.1:{xen.port}", "path": "/", "cookie": "session_id=x"}
        viewer = Viewer(secure, secure.key.mint("tcp://127.0.0.1:5900",
                                                console={"tunnel": tunnel}), handshake=False)
        expect_close(viewer.wait_close(), "host_tls_failed")
        expect_told(secure, "host_tls_failed")
    assert xen.heads == []


def test_a_server_without_websockets_is_told_in_words(node, directory):
    with FakeProxy(1, lambda head: [b"HTTP/1.1 404 Not Found\r\n\r\n"]) as server:
        expect_unreachable(node, node.key.mint(f"ws://127.0.0.1:{server.port}/ticket"),
                           "upgrade to a WebSocket was answered with 404")


def test_comes_from_the_configured_source(start_node, host):
    node = start_node(targets={"sources": [{"to": {"prefix": "127.0.0.1/32"},
                                            "ipv4": "127.0.0.3"}]})
    Viewer(node, node.key.mint(host.target)).leave()

    assert host.peers[0].address[0] == "127.0.0.3"


def test_a_source_that_is_not_ours_is_told_in_words(start_node, host):
    node = start_node(targets={"sources": [{"ipv4": "192.0.2.77"}]})

    expect_unreachable(node, node.key.mint(host.target), "targets.sources cannot be bound")


@pytest.fixture
def reverse_node(start_node):
    def start(**changes):
        node = start_node(targets={"schemes": ["tcp", "reverse"]},
                          reverse={"port": 0, "sources": ["127.0.0.0/8"]} | changes)
        node.reverse_port = int(
            node.events("listening", what="reverse")[0]["address"].rpartition(":")[2])
        return node
    return start


def wait_until_dialling(node, count=1):
    wait_until(lambda: node.metrics().get("porthole_sessions", state="dialling") == count, 20,
               f"{count} sessions that wait for their host")


def test_x11vnc_dials_in_with_a_repeaters_id(reverse_node, directory):
    node = reverse_node()
    with X11vnc(directory) as server:
        viewer = Viewer(node, node.key.mint("reverse:vm-4711"), handshake=False)
        wait_until_dialling(node)
        server.dial(f"repeater=ID:vm-4711+127.0.0.1:{node.reverse_port}")
        viewer.shake_hands()
        expect_picture(viewer)
        viewer.leave()
    expect_told(node, "viewer_closed")


def test_tigervnc_dials_in_without_an_id(reverse_node, directory):
    node = reverse_node(without_id=True)
    with Xtigervnc(directory) as server:
        viewer = Viewer(node, node.key.mint("reverse:vm-4711"), handshake=False)
        wait_until_dialling(node)
        Child("vncconfig", ["vncconfig", "-display", server.display, "-connect",
                            f"127.0.0.1:{node.reverse_port}"], directory / "vncconfig.log").wait(20)
        viewer.shake_hands()
        expect_picture(viewer)
        viewer.leave()
    expect_told(node, "viewer_closed")


def test_nobody_dials_in_whom_nobody_waits_for(reverse_node):
    node = reverse_node()
    viewer = Viewer(node, node.key.mint("reverse:vm-1"), handshake=False)
    wait_until_dialling(node)

    for head in [b"ID:vm-2".ljust(250, b"\0"), b"RFB 003.008\n", b"GET / HTTP/1.1\r\n\r\n"]:
        with socket.create_connection(("127.0.0.1", node.reverse_port)) as server:
            server.sendall(head)
            server.settimeout(20)
            try:
                assert server.recv(1) == b""
            except ConnectionResetError:
                pass  # what it sent was not read
    told = node.wait_for_event("reverse_refused")
    assert told["client"] == "127.0.0.1"
    assert told["detail"] == "no session waits for its id"
    assert "vm-2" not in node.log.read_text()
    viewer.leave()


def test_a_session_waits_for_its_host_for_a_time(reverse_node):
    node = reverse_node(wait="300ms")
    viewer = Viewer(node, node.key.mint("reverse:vm-1"), handshake=False)

    expect_close(viewer.wait_close(), "host_timeout")
    expect_told(node, "host_timeout")


def test_reverse_is_off_by_default(node):
    viewer = Viewer(node, node.key.mint("reverse:vm-1"), handshake=False)

    expect_close(viewer.wait_close(), "forbidden", words="may not connect")
