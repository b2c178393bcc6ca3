"""Hosts whose security types no Debian package plays, from the token to the picture: RA2 and its
relatives, Apple's ARD, MSLogonII. The hosts are written in Python from the specification."""

import os
import pathlib
import re
import struct
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

from harness.ends import expect_close, expect_told
from harness.identifying_hosts import (ARD, MS_LOGON, RA2, RA2_256, RA2NE, RA2NE_256,
                                       ArdHost, MsLogonHost, Ra2Host, RsaKey, picture)
from harness.node import permits, portholectl
from harness.rfb_host import VERSION_3_8
from harness.viewer import Viewer

USER, PASSWORD = "alice", "wonder-\u00fcber"
RA2_NAMES = {RA2: "RA2", RA2NE: "RA2ne", RA2_256: "RA2_256", RA2NE_256: "RA2ne_256"}
WHOLE = [RA2, RA2_256]


# RFC 3526, section 3.
MODP_2048 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF", 16)

@pytest.fixture(scope="module")
def key():
    return RsaKey()


@pytest.fixture
def start_with(start_node):
    """Starts a Porthole that has these security types enabled, the most wanted first."""
    def start(*names, **changes):
        return start_node(hosts=permits(*names), **changes)
    return start


def console(username=USER, password=PASSWORD, pin=None):
    members = {"username": username, "password": password}
    if pin is not None:
        members["tls"] = {"host_key_sha256": pin}
    return {name: value for name, value in members.items() if value != ""}


def watch(node, host, security_type, **members):
    """Sees a picture through Porthole, and how the control API names the host's security."""
    viewer = Viewer(node, node.key.mint(host.target, console=console(**members)))
    viewer.set_encodings(0)
    for _ in range(3):
        viewer.pointer(1, 2)
        viewer.request_update()
        assert viewer.read(16 + 4 * 64 * 48) == picture()
    session = node.control_json("sessions", "list")["sessions"][0]
    assert session["host_security_type"] == security_type
    viewer.leave()
    expect_told(node, "viewer_closed")
    assert node.metrics().get("porthole_host_security_total", type=security_type) == 1


def refused(node, host, reason, words=None, **members):
    viewer = Viewer(node, node.key.mint(host.target, console=console(**members)),
                    handshake=False)
    expect_close(viewer.wait_close(), reason, words=words)
    expect_told(node, reason)
    assert PASSWORD not in node.log.read_text()


@pytest.mark.parametrize("user", [USER, ""], ids=["user", "password"])
@pytest.mark.parametrize("kind", RA2_NAMES, ids=RA2_NAMES.get)
def test_ra2(start_with, start_host, key, kind, user):
    node = start_with(RA2_NAMES[kind])
    script = Ra2Host(kind, key, user, PASSWORD)

    watch(node, start_host(script), RA2_NAMES[kind], username=user, pin=key.fingerprint)

    assert script.heard == (user.encode(), PASSWORD.encode())


@pytest.mark.parametrize("kind", RA2_NAMES, ids=RA2_NAMES.get)
def test_ra2_refuses_a_wrong_password_in_the_hosts_words(start_with, start_host, key, kind):
    node = start_with(RA2_NAMES[kind])
    host = start_host(Ra2Host(kind, key, USER, "another"))

    refused(node, host, "host_auth_failed", pin=key.fingerprint)


@pytest.mark.parametrize("kind", RA2_NAMES, ids=RA2_NAMES.get)
def test_ra2_says_nothing_to_a_host_with_another_key(start_with, start_host, key, kind):
    node = start_with(RA2_NAMES[kind])
    script = Ra2Host(kind, RsaKey(), USER, PASSWORD)
    host = start_host(script)

    refused(node, host, "host_tls_failed", pin=key.fingerprint)

    host.wait_for_ends()
    assert script.heard is None
    assert bytes(host.peers[-1].received) == VERSION_3_8 + bytes([kind])


def test_ra2_without_a_pin_is_not_agreed_on(start_with, start_host, key):
    node = start_with("RA2", "RA2_256", "VncAuth")
    script = Ra2Host(RA2, key, USER, PASSWORD)

    refused(node, start_host(script), "host_auth_failed", words="no way to log in")

    assert script.chosen is None


@pytest.mark.parametrize("kind", WHOLE, ids=RA2_NAMES.get)
def test_ra2_without_a_pin_where_the_configuration_names_it(start_with, start_host, key, kind):
    node = start_with(f"{RA2_NAMES[kind]}AnyKey")

    watch(node, start_host(Ra2Host(kind, key, USER, PASSWORD)), f"{RA2_NAMES[kind]}AnyKey")


@pytest.mark.parametrize("bits", [1024, 1032, 3072])
def test_ra2_takes_keys_of_other_sizes(start_with, start_host, bits):
    other = RsaKey(bits)
    node = start_with("RA2")

    watch(node, start_host(Ra2Host(RA2, other, USER, PASSWORD)), "RA2", pin=other.fingerprint)


@pytest.mark.parametrize("kind", WHOLE, ids=RA2_NAMES.get)
def test_ra2_encrypts_what_follows_in_messages_that_every_host_takes(start_with, start_host, key,
                                                                     kind):
    node = start_with(RA2_NAMES[kind])
    update = picture(320, 240)  # three hundred kilobytes in messages of at most 64
    script = Ra2Host(kind, key, USER, PASSWORD, update=update)
    viewer = Viewer(node, node.key.mint(start_host(script).target,
                                        console=console(pin=key.fingerprint)))

    cut_text = b"x" * 60000
    viewer.send(struct.pack(">BxxxI", 6, len(cut_text)) + cut_text)
    viewer.request_update()

    assert viewer.read(len(update)) == update
    viewer.leave()
    expect_told(node, "viewer_closed")
    assert script.cut_text == cut_text
    assert 0 < script.longest <= 8192


RA2_FAULTS = {
    "a key that is too short": {"public_key": struct.pack(">I", 512) + bytes(128)},
    "a key that is too long": {"public_key": struct.pack(">I", 8193) + bytes(2050)},
    "a key that is none": {"public_key": struct.pack(">I", 2048) + b"\xff" * 512},
    "a random number of another size": {"random": struct.pack(">H", 128) + bytes(128)},
    "a random number for somebody else": {"random": struct.pack(">H", 256) + os.urandom(256)},
    "a question that is none": {"subtype": b"\7"},
    "a result outside of the encryption": {"result": bytes(64)},
}


@pytest.mark.parametrize("fault", RA2_FAULTS)
def test_ra2_tells_what_is_wrong_with_the_host(start_with, start_host, key, fault):
    node = start_with("RA2AnyKey")
    host = start_host(Ra2Host(RA2, key, USER, PASSWORD, **RA2_FAULTS[fault]))

    refused(node, host, "host_protocol_error")


def test_ra2_gives_no_credentials_to_a_host_that_saw_other_keys(start_with, start_host, key):
    node = start_with("RA2")
    script = Ra2Host(RA2, key, USER, PASSWORD, hash=os.urandom(20))

    refused(node, start_host(script), "host_tls_failed", pin=key.fingerprint)

    assert script.heard is None


def test_the_pages_command_makes_the_pin(directory, key):
    page = pathlib.Path(__file__).parents[2] / "docs" / "hosts.md"
    command = re.search(r"```sh\n(n=.*?)```", page.read_text(), re.S).group(1)
    (directory / "rsa_key.pem").write_bytes(key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption()))

    made = subprocess.run(["sh", "-c", command], cwd=directory, capture_output=True, text=True,
                          check=True)

    assert made.stdout.split()[0] == key.fingerprint


def test_portholectl_mints_a_token_with_the_pin(start_with, start_host, directory, key):
    node = start_with("RA2")
    host = start_host(Ra2Host(RA2, key, USER, PASSWORD))
    for name, text in (("key", node.key.text()), ("password", PASSWORD)):
        (directory / name).write_text(text + "\n")

    minted = portholectl(
        "token", "mint", "--key-id", node.key.key_id, "--key-file", directory / "key", "--subject",
        "user-1", "--console", "web-1", "--target", host.target, "--username", USER,
        "--password-file", directory / "password", "--host-key-sha256", key.fingerprint)
    viewer = Viewer(node, minted.stdout.strip())

    assert viewer.name == "fake", minted.stderr
    viewer.leave()


@pytest.mark.parametrize("host_class,number,name", [(ArdHost, ARD, "ARD"),
                                                    (MsLogonHost, MS_LOGON, "MSLogonII")],
                         ids=["ARD", "MSLogonII"])
class TestDiffieHellman:
    def test_shows_the_screen(self, start_with, start_host, host_class, number, name):
        script = host_class(USER, PASSWORD)

        watch(start_with(name), start_host(script), name)

        assert script.heard == (USER.encode(), PASSWORD.encode())

    def test_is_not_enabled_by_itself(self, node, start_host, host_class, number, name):
        script = host_class(USER, PASSWORD)

        refused(node, start_host(script), "host_auth_failed", words="no way to log in")

        assert script.heard is None

    def test_refuses_a_wrong_password(self, start_with, start_host, host_class, number, name):
        refused(start_with(name), start_host(host_class(USER, "another")), "host_auth_failed")

    def test_wants_a_user_name(self, start_with, start_host, host_class, number, name):
        refused(start_with(name), start_host(host_class(USER, PASSWORD)), "host_auth_failed",
                username="")

    def test_refuses_a_secret_that_everybody_knows(self, start_with, start_host, host_class,
                                                   number, name):
        script = host_class(USER, PASSWORD, generator=1)

        refused(start_with(name), start_host(script), "host_protocol_error")

        assert script.heard is None


@pytest.mark.parametrize("size", [127, 1025])
def test_ard_takes_primes_within_bounds(start_with, start_host, size):
    script = ArdHost(USER, PASSWORD, size=max(size, 128), size_said=size)

    refused(start_with("ARD"), start_host(script), "host_protocol_error")


def test_ard_takes_a_longer_prime(start_with, start_host):
    script = ArdHost(USER, PASSWORD, size=256, prime=MODP_2048)

    watch(start_with("ARD"), start_host(script), "ARD")
