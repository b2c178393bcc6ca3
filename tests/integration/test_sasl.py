"""SASL: QEMU's inside TLS, with users of its own, and a host of ours where QEMU offers nothing."""

import ipaddress

import pytest
from cryptography import x509

from harness.certificates import Authority
from harness.ends import expect_close, expect_told
from harness.identifying_hosts import picture
from harness.node import permits
from harness.sasl import SaslHost, SaslQemu
from harness.viewer import Viewer

USER, PASSWORD = "alice", "wonder-17"


@pytest.fixture
def authority(directory):
    place = directory / "authority"
    place.mkdir()
    return Authority(place)


@pytest.fixture
def x509_credentials(directory, authority):
    """QEMU's directory of certificates."""
    certificate, key = authority.issue(
        "kvm", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    place = directory / "pki"
    place.mkdir()
    for name, file in (("ca-cert.pem", authority.certificate), ("server-cert.pem", certificate),
                       ("server-key.pem", key)):
        (place / name).write_bytes(file.read_bytes())
    return f"tls-creds-x509,dir={place},verify-peer=off"


def console(password=PASSWORD, username=USER):
    return {"username": username, "password": password}


def sees_the_screen(node, target, security_type):
    viewer = Viewer(node, node.key.mint(target, console=console()))
    viewer.set_encodings(0)
    viewer.request_update()
    assert viewer.read_raw_update() > 0
    session = node.control_json("sessions", "list")["sessions"][0]
    assert session["host_security_type"] == security_type
    viewer.leave()
    expect_told(node, "viewer_closed")


def refused(node, target, reason, words=None, **credentials):
    viewer = Viewer(node, node.key.mint(target, console=console(**credentials)), handshake=False)
    expect_close(viewer.wait_close(), reason, words=words)
    expect_told(node, reason)
    assert PASSWORD not in node.log.read_text()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"])
def test_qemu_inside_verified_tls(start_node, directory, authority, x509_credentials, mechanism):
    node = start_node(hosts={"tls": {"ca_file": str(authority.certificate)}})
    with SaslQemu(directory, USER, PASSWORD, mechanism, x509_credentials) as server:
        sees_the_screen(node, server.target, "X509SASL")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "PLAIN"])
@pytest.mark.parametrize("wrong", [{"password": "another"}, {"username": "mallory"}],
                         ids=["password", "user"])
def test_qemu_refuses_by_hanging_up(start_node, directory, authority, x509_credentials, mechanism,
                                    wrong):
    node = start_node(hosts={"tls": {"ca_file": str(authority.certificate)}})
    with SaslQemu(directory, USER, PASSWORD, mechanism, x509_credentials) as server:
        refused(node, server.target, "host_auth_failed", **wrong)


def test_qemu_with_mechanisms_that_are_none_of_ours(start_node, directory, authority,
                                                    x509_credentials):
    node = start_node(hosts={"tls": {"ca_file": str(authority.certificate)}})
    with SaslQemu(directory, USER, PASSWORD, "ANONYMOUS CRAM-MD5", x509_credentials) as server:
        refused(node, server.target, "host_auth_failed", words="no way to log in")


# Without TLS, or inside an anonymous one, QEMU offers no mechanism that has no layer of its own.
@pytest.mark.parametrize("credentials,name", [(None, "SASL"), ("tls-creds-anon", "TLSSASL")],
                         ids=["SASL", "TLSSASL"])
def test_qemu_where_it_wants_a_layer(start_node, directory, credentials, name):
    node = start_node(hosts=permits(name))
    with SaslQemu(directory, USER, PASSWORD, credentials=credentials) as server:
        refused(node, server.target, "host_auth_failed", words="no way to log in")


def test_scram_without_tls(start_node, start_host):
    node = start_node(hosts=permits("SASL"))
    script = SaslHost(USER, PASSWORD)
    viewer = Viewer(node, node.key.mint(start_host(script).target, console=console()))

    viewer.request_update()
    assert viewer.read(16 + 4 * 64 * 48) == picture()
    viewer.leave()

    assert script.mechanism == "SCRAM-SHA-256"


def test_the_host_must_know_the_password_too(start_node, start_host):
    node = start_node(hosts=permits("SASL"))

    refused(node, start_host(SaslHost(USER, PASSWORD, knows="guessed")).target, "host_tls_failed")


def test_the_host_must_prove_it_before_it_is_complete(start_node, start_host):
    node = start_node(hosts=permits("SASL"))

    refused(node, start_host(SaslHost(USER, PASSWORD, proves=False)).target,
            "host_protocol_error")


def test_plain_without_tls_only_by_its_name(start_node, start_host):
    script = SaslHost(USER, PASSWORD, mechanisms=b"PLAIN")
    host = start_host(script)

    refused(start_node(hosts=permits("SASL")), host.target, "host_auth_failed",
            words="no way to log in")
    assert script.mechanism is None

    node = start_node(hosts=permits("SASLPlain"))
    viewer = Viewer(node, node.key.mint(host.target, console=console()))
    viewer.leave()
    assert script.mechanism == "PLAIN"


def test_no_host_makes_us_hash_for_hours(start_node, start_host):
    node = start_node(hosts=permits("SASL"))

    refused(node, start_host(SaslHost(USER, PASSWORD, iterations=100001)).target,
            "host_protocol_error")
