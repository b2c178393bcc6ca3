"""What real VNC servers offer to keep others out, and what Porthole agrees on with them."""

import ipaddress

import pytest
from cryptography import x509

from harness.certificates import Authority
from harness.ends import expect_close, expect_told
from harness.rfb_host import VERSION_3_8
from harness.viewer import Viewer
from harness.vnc_servers import (TLS_ANONYMOUS, Qemu, TightServer, X11vnc, Xtigervnc,
                                 offering_only, tls_x509)

PASSWORD = "secret12"
USER = ("alice", "wonder")
VNC = {"password": PASSWORD}
PLAIN = {"username": USER[0], "password": USER[1]}
LOOPBACK = {"prefix": "127.0.0.1/32"}


@pytest.fixture
def authority(directory):
    return Authority(directory)


@pytest.fixture
def certificate(authority):
    """Of the servers: they are dialled by address."""
    return authority.issue("localhost", x509.DNSName("localhost"),
                           x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture
def rsa_certificate(authority):
    """x11vnc takes no other key."""
    return authority.issue("localhost", x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                           rsa_key=True)


@pytest.fixture
def start_for(start_node, authority):
    """Starts a node that knows the authority, and enables some types by name."""
    def start(*types, **tls):
        rules = [{"to": LOOPBACK, "security": list(types)}] if types else []
        return start_node(hosts={"tls": {"ca_file": str(authority.certificate)} | tls,
                                 "rules": rules})
    return start


def expect_shown(node, target, console, security_type, tls_version=""):
    """A viewer sees the screen; the type is shown and counted."""
    viewer = Viewer(node, node.key.mint(target, console=console))
    viewer.set_encodings(0)
    viewer.request_update()
    assert viewer.read_raw_update() > 0
    session = node.control_json("sessions", "list")["sessions"][0]
    viewer.leave()
    node.wait_for_sessions(0)
    assert session["host_security_type"] == security_type
    assert session.get("host_tls", {}).get("version", "").startswith(tls_version), session
    assert node.metrics().get("porthole_host_security_total", type=security_type) == 1
    if console.get("password"):
        assert console["password"] not in node.log.read_text()


def expect_refused(node, target, console, reason, detail, words=None):
    viewer = Viewer(node, node.key.mint(target, console=console), handshake=False)
    expect_close(viewer.wait_close(), reason, words=words)
    expect_told(node, reason)
    assert detail in node.events(reason=reason)[-1]["detail"]


@pytest.mark.parametrize("types, console, tls", [
    ("X509None", {}, "TLSv1.3"), ("X509Vnc", VNC, "TLSv1.3"), ("X509Plain", PLAIN, "TLSv1.3"),
])
def test_tigervnc_with_a_certificate(start_for, directory, certificate, types, console, tls):
    with Xtigervnc(directory, PASSWORD, types, certificate, USER) as server:
        expect_shown(start_for(), server.target, console, types, tls)


@pytest.mark.parametrize("types, console, tls", [
    ("TLSNone", {}, "TLSv1.2"), ("TLSVnc", VNC, "TLSv1.2"), ("TLSPlain", PLAIN, "TLSv1.2"),
    ("Plain", PLAIN, ""),
])
def test_tigervnc_with_what_is_enabled_by_name(start_for, directory, types, console, tls):
    with Xtigervnc(directory, PASSWORD, types, user=USER) as server:
        expect_shown(start_for(types), server.target, console, types, tls)


def test_tigervnc_as_it_is_started_by_default(start_for, directory):
    """It offers TLSVnc and VncAuth: the first is not enabled, the second stands in both lists."""
    with Xtigervnc(directory, PASSWORD, "TLSVnc,VncAuth") as server:
        expect_shown(start_for(), server.target, VNC, "VncAuth")


def test_tigervnc_that_offers_strong_and_weak(start_for, directory, certificate):
    with Xtigervnc(directory, PASSWORD, "None,VncAuth,TLSVnc,X509Vnc", certificate) as server:
        expect_shown(start_for(), server.target, VNC | {"tls": {"mode": "require"}}, "X509Vnc")


@pytest.mark.parametrize("types", ["X509Plain", "TLSPlain"])
def test_tigervnc_refuses_a_wrong_password(start_for, directory, certificate, types):
    with Xtigervnc(directory, PASSWORD, types, certificate, USER) as server:
        expect_refused(start_for(types), server.target, PLAIN | {"password": "looking-glass"},
                       "host_auth_failed", "refuses the credentials")


@pytest.mark.parametrize("password", [None, PASSWORD], ids=["X509None", "X509Vnc"])
def test_qemu_with_a_certificate(start_for, directory, authority, certificate, password):
    with Qemu(directory, password, tls_x509(directory, authority, certificate)) as server:
        expect_shown(start_for(), server.target, VNC | {"tls": {"mode": "require"}},
                     "X509Vnc" if password else "X509None", "TLSv1.3")


def test_qemu_that_demands_a_client_certificate(start_for, directory, authority, certificate):
    own = authority.issue("porthole")
    node = start_for(certificate_file=str(own[0]), private_key_file=str(own[1]))
    credentials = tls_x509(directory, authority, certificate, verify_peer=True)
    with Qemu(directory, PASSWORD, credentials) as server:
        expect_shown(node, server.target, VNC, "X509Vnc", "TLSv1.3")
    assert node.metrics().get("porthole_tls_handshakes_total", side="host", result="ok") == 1


def test_qemu_that_demands_a_client_certificate_in_vain(start_for, directory, authority,
                                                        certificate):
    credentials = tls_x509(directory, authority, certificate, verify_peer=True)
    with Qemu(directory, PASSWORD, credentials) as server:
        expect_refused(start_for(), server.target, VNC, "host_tls_failed",
                       "demands a client certificate, and none is configured")


def test_qemu_that_is_anonymous(start_for, directory):
    with Qemu(directory, PASSWORD, TLS_ANONYMOUS) as server:
        expect_shown(start_for("TLSVnc"), server.target, VNC, "TLSVnc", "TLSv1.2")


def test_qemu_that_is_anonymous_where_that_is_not_enabled(start_for, directory):
    with Qemu(directory, PASSWORD, TLS_ANONYMOUS) as server:
        expect_refused(start_for(), server.target, VNC, "host_auth_failed", "it offers TLSVnc",
                       words="no way to log in")


def test_qemu_without_tls_where_the_token_requires_it(start_for, directory):
    with Qemu(directory, PASSWORD) as server:
        expect_refused(start_for(), server.target, VNC | {"tls": {"mode": "require"}},
                       "host_tls_failed", "the token requires TLS")


def test_a_weak_host_hears_no_credential_where_the_token_requires_tls(start_for, start_host):
    heard = []

    def weak(peer):
        peer.write(VERSION_3_8)
        peer.read(12)
        peer.write(b"\2\2\1")
        peer.read_to_end()
        heard.append(peer.received)
    host = start_host(weak)

    expect_refused(start_for(), host.target, PLAIN | {"tls": {"mode": "require"}},
                   "host_tls_failed", "the token requires TLS")

    host.wait_for_ends()
    assert heard == [VERSION_3_8], "nothing but the version"


@pytest.mark.parametrize("console, detail", [
    ({"tls": {"server_name": "kvm-7.example"}}, "is not for kvm-7.example"),
])
def test_a_certificate_of_another_name(start_for, directory, certificate, console, detail):
    with Xtigervnc(directory, PASSWORD, "X509Vnc,VncAuth", certificate) as server:
        node = start_for()
        expect_refused(node, server.target, VNC | console, "host_tls_failed", detail)
        assert node.metrics().get("porthole_tls_handshakes_total", side="host",
                                  result="failed") == 1


def test_a_certificate_of_an_unknown_authority_until_it_is_known(start_node, directory, authority,
                                                                 certificate):
    stranger = Authority(directory, "Another CA")
    known = directory / "known.pem"
    known.write_bytes(stranger.certificate.read_bytes())
    node = start_node(hosts={"tls": {"ca_file": str(known)}})
    with Xtigervnc(directory, PASSWORD, "X509Vnc", certificate) as server:
        expect_refused(node, server.target, VNC, "host_tls_failed", "authority that is not known")
        known.write_text("rubbish")
        node.reload()
        assert not node.events("reloaded", what="certificate")[-1]["ok"]
        known.write_bytes(authority.certificate.read_bytes())
        node.reload()
        expect_shown(node, server.target, VNC, "X509Vnc")


def test_x11vnc_with_a_certificate(start_for, directory, rsa_certificate):
    with X11vnc(directory, PASSWORD, rsa_certificate, "nodh:only") as server:
        expect_shown(start_for(), server.target, VNC, "X509Vnc", "TLSv1.3")


def test_x11vnc_that_is_anonymous(start_for, directory, rsa_certificate):
    with X11vnc(directory, PASSWORD, rsa_certificate) as server:
        expect_shown(start_for("TLSVnc"), server.target, VNC, "TLSVnc", "TLSv1.2")


@pytest.mark.parametrize("password, security_type", [(None, "TightNone"),
                                                     (PASSWORD, "TightVncAuth")])
def test_libvncserver_by_tight(start_for, start_host, directory, password, security_type):
    """The first bytes that the viewer gets are an update: Tight's capabilities did not pass."""
    with TightServer(directory, password) as server:
        host = start_host(offering_only(server, 16))
        expect_shown(start_for(), host.target, VNC if password else {}, security_type)


def test_libvncserver_as_it_is(start_for, directory):
    with TightServer(directory, PASSWORD) as server:
        expect_shown(start_for(), server.target, VNC, "VncAuth")
