"""The public listener as a hostile HTTP and TLS client meets it."""

import json
import socket
import ssl
import struct

import pytest

from harness.certificates import Authority
from harness.viewer import Viewer
from harness.websocket import Refused, Stream, WebSocket, open_socket, read_response
from processes import wait_until

UPGRADE = ("Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n")


def raw(node, request, address=None):
    """Sends bytes and gives the response; None when the server just closes."""
    with open_socket(address or node.address) as sock:
        sock.sendall(request)
        try:
            return read_response(Stream(sock))
        except EOFError:
            return None


# A request, and the statuses that are right for it; None: closing without a word is right, too.
REQUESTS = {
    "not HTTP": (b"\0\1\2\3\r\n\r\n", {400, None}),
    "TLS on the plain port": (b"\x16\x03\x01\x02\0\1\0\1\xfc\x03\x03" + bytes(60), {400, None}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 405, 404, 505, None}),
    "an unknown method": (b"BREW /console HTTP/1.1\r\nHost: x\r\n\r\n", {400, 405}),
    "POST": (b"POST /console HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", {405}),
    "no Host": (b"GET /console HTTP/1.1\r\n\r\n", {400}),
    "a second Host": (b"GET /console HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", {400}),
    "a target without a slash": (b"GET console HTTP/1.1\r\nHost: x\r\n\r\n", {400, 404}),
    "an unknown page": (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    "a way out of the assets": (b"GET /assets/../../porthole.yaml HTTP/1.1\r\nHost: x\r\n\r\n",
                                {400, 404}),
    "a way out in percent": (b"GET /assets/%2e%2e/%2e%2e/porthole.yaml HTTP/1.1\r\nHost: x\r\n\r\n",
                             {400, 404}),
    "a zero byte in percent": (b"GET /assets/page%00.js HTTP/1.1\r\nHost: x\r\n\r\n", {400, 404}),
    "broken percent": (b"GET /console?token=%zz HTTP/1.1\r\nHost: x\r\n\r\n", {400, 403}),
    "a header without a colon": (b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", {400, None}),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", {200, 400, 404}),
    "a header of 17 KiB": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 17408 + b"\r\n\r\n",
                           {431, 400, 413}),
    "a target of 17 KiB": (b"GET /" + b"x" * 17408 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                           {414, 431, 400, 413}),
    "a token of 13 KiB": (b"GET /console?token=" + b"x" * 13312 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                          {400, 403, 414}),
    "a body that nobody wants": (b"GET /console HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n"
                                 b"\r\n", {400, 413, 405}),
    "two lengths": (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                    {400, None}),
    "length and chunks": (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400, None}),
    "no upgrade": (b"GET /websockify HTTP/1.1\r\nHost: x\r\n\r\n", {426}),
    "POST for an upgrade": (b"POST /websockify HTTP/1.1\r\n" + UPGRADE.encode() + b"\r\n",
                            {400, 405}),
    "an upgrade of HTTP/1.0": (b"GET /websockify HTTP/1.0\r\n" + UPGRADE.encode() + b"\r\n",
                               {400, 426, 505}),
    "WebSocket version 8": (b"GET /websockify HTTP/1.1\r\n"
                            + UPGRADE.replace("13", "8").encode() + b"\r\n", {426, 400}),
    "no WebSocket key": (b"GET /websockify HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n", {400, 426}),
    "a short WebSocket key": (b"GET /websockify HTTP/1.1\r\n"
                              + UPGRADE.replace("AAAA==", "==").encode() + b"\r\n", {400, 426}),
}


@pytest.mark.parametrize("what", REQUESTS)
def test_answers_what_is_wrong_and_lives_on(node, what):
    request, right = REQUESTS[what]

    response = raw(node, request)

    assert (response and response.status) in right, response
    if response and response.status >= 400:
        assert "server" not in response.headers or "Boost" not in response.headers["server"]
        assert b"porthole.yaml" not in response.body
    assert node.admin("/livez")[0] == 200


def test_tells_what_an_upgrade_needs(node):
    response = raw(node, b"GET /websockify HTTP/1.1\r\nHost: x\r\n\r\n")

    assert response.status == 426
    assert response.headers["upgrade"] == "websocket"
    assert response.headers["sec-websocket-version"] == "13"
    body = json.loads(response.body)
    assert body["reason"] and body["message"]


def test_the_page_has_its_headers(node, host):
    token = node.key.mint(host.target, console={"name": "<script>alert(1)</script>&\"'"})

    status, headers, text = node.http(f"/console?token={token}")

    assert status == 200
    assert "<script>alert(1)" not in text and "&lt;script&gt;" in text
    assert "text/html" in headers["content-type"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'",
                 "img-src 'self' data:", "connect-src 'self'", "base-uri 'none'",
                 "form-action 'none'", "frame-ancestors 'none'"):
        assert part in policy


def test_assets_are_kept_by_browsers_and_have_a_type(node):
    status, headers, text = node.http("/assets/page-ABCDEFGH.js")

    assert status == 200 and "document.title" in text
    assert "javascript" in headers["content-type"]
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"


def test_head_has_no_body(node):
    response = raw(node, b"HEAD /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n"
                         b"Connection: close\r\n\r\n")
    assert response is None or response.status in (200, 405)
    if response and response.status == 200:
        assert response.body == b""


def test_requests_may_follow_each_other_on_one_connection(node):
    with open_socket(node.address) as sock:
        stream = Stream(sock)
        for _ in range(5):
            sock.sendall(b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n")
            assert read_response(stream).status == 200


def test_requests_sent_at_once_are_answered_in_order(node):
    with open_socket(node.address) as sock:
        sock.sendall(b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        stream = Stream(sock)
        for _ in range(3):
            assert read_response(stream).status == 200


def test_a_slow_header_is_given_up(start_node):
    node = start_node(timeouts={"http_header": "500ms"})
    with open_socket(node.address) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost:")
        try:
            response = read_response(Stream(sock))
            assert response.status in (400, 408)
        except EOFError:
            pass
    node.wait_for_metric(1, "porthole_http_refused_total", reason="timeout")


def test_connections_of_one_address_are_limited(start_node):
    node = start_node(limits={"connections_per_address": 5})
    sockets = [open_socket(node.address) for _ in range(5)]
    for sock in sockets:
        sock.sendall(b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_response(Stream(sock)).status == 200

    response = raw(node, b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n")

    assert response.status == 429
    assert b"too_many" in response.body
    for sock in sockets:
        sock.close()
    wait_until(lambda: (answer := raw(
        node, b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n"))
        and answer.status == 200, 10, "room for another connection")


@pytest.fixture
def tls_node(start_node, directory):
    certificate, key = Authority(directory).issue("localhost")
    return start_node(timeouts={"tls_handshake": "1s"}, listeners=[
        {"address": "127.0.0.1", "port": 0},
        {"address": "127.0.0.1", "port": 0,
         "tls": {"certificate_file": str(certificate), "private_key_file": str(key)}}])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_has_hsts_and_modern_versions(tls_node):
    sock = open_socket(tls_node.tls_address, tls=True)
    assert sock.version() in ("TLSv1.3", "TLSv1.2")
    sock.sendall(b"GET /console HTTP/1.1\r\nHost: x\r\n\r\n")
    response = read_response(Stream(sock))
    assert response.status == 400
    assert "max-age" in response.headers["strict-transport-security"]

    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        open_socket(tls_node.tls_address, tls=old)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"\x16\x03\x01",
                                  b"\x16\x03\x01\xff\xff" + b"\1" * 4000])
def test_a_tls_client_that_is_none(tls_node, said):
    with open_socket(tls_node.tls_address) as sock:
        sock.sendall(said)
        Stream(sock).read_to_end()

    wait_until(lambda: sum(tls_node.metrics().get(
        "porthole_tls_handshakes_total", side="viewer", result=result)
        for result in ("failed", "timeout")) >= 1, 10, "a counted TLS failure")
    assert tls_node.admin("/livez")[0] == 200


def test_a_tls_viewer_that_is_reset(tls_node, host):
    for _ in range(5):
        viewer = Viewer(tls_node, tls_node.key.mint(host.target), tls=True)
        raw_socket = socket.socket(fileno=viewer.web_socket.socket.detach())
        raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw_socket.close()
    tls_node.wait_for_sessions(0)
    host.wait_for_ends()


def test_the_admin_port_has_its_pages_only(node):
    assert node.admin("/livez")[0] == 200
    assert node.admin("/readyz")[0] == 200
    assert node.admin("/metrics")[1]["content-type"].startswith("text/plain")
    assert node.admin("/console")[0] == 404
    assert node.http("/metrics")[0] == 404
    assert raw(node, b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
               node.admin_address).status == 405
    response = raw(node, b"\0\1\2\r\n\r\n", node.admin_address)
    assert response is None or response.status == 400


def test_an_upgrade_elsewhere_is_no_console(node):
    with pytest.raises(Refused) as refused:
        WebSocket(open_socket(node.address), "x", "/elsewhere")
    assert refused.value.response.status in (404, 400)
