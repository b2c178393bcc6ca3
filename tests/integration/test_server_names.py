"""Several certificates on one listener: each viewer is shown the one for the name it asks for."""

import datetime
import pathlib
import re
import socket
import ssl
import subprocess

import pytest
from cryptography import x509

from harness.certificates import Authority
from harness.viewer import Viewer
from processes import wait_until

EXPIRY = "porthole_tls_certificate_expiry_timestamp_seconds"
# The name in a certificate's subject, and those that it is for; the first is the default one.
CERTIFICATES = {
    "default": ["localhost"],
    "cloud": ["cloud.example", "*.cloud.example"],
    "deep": ["deep.cloud.example"],
}


@pytest.fixture
def authority(directory):
    return Authority(directory)


@pytest.fixture
def pairs(authority):
    """What the configuration says of each certificate."""
    return {name: files(authority, name, *names) for name, names in CERTIFICATES.items()}


def files(authority, name, *names):
    certificate, key = authority.issue(name, *map(x509.DNSName, names))
    return {"certificate_file": str(certificate), "private_key_file": str(key)}


@pytest.fixture
def node(start_node, pairs):
    return start_node(listeners=[
        {"address": "127.0.0.1", "port": 0,
         "tls": pairs["default"] | {"more_certificates": [pairs["cloud"], pairs["deep"]]}},
        {"address": "127.0.0.1", "port": 0}])


def shown(node, name, authority=None):
    """The certificate that a client asking for `name`, or for none, is shown; checked against the
    name where the authority is given."""
    context = ssl.create_default_context(cafile=authority and authority.certificate)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(node.tls_address, 10) as plain, \
            context.wrap_socket(plain, server_hostname=name) as tls:
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))


def subject(certificate):
    return certificate.subject.rfc4514_string().removeprefix("CN=")


def warnings_of(node):
    status, _, report = node.admin("/readyz?verbose")
    assert status == 200, report
    return [line for line in report.splitlines() if line.startswith("[!]")]


def test_each_name_is_shown_its_certificate(node, authority, host):
    for name, expected in {"localhost": "default", "cloud.example": "cloud",
                           "any.cloud.example": "cloud", "deep.cloud.example": "deep"}.items():
        assert subject(shown(node, name, authority)) == expected
    for name in (None, "stranger.example", "very.deep.cloud.example"):
        assert subject(shown(node, name)) == "default", name

    Viewer(node, node.key.mint(host.target), tls=True).leave()


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_session_is_not_resumed_for_another_certificate(node, directory, version):
    kept = directory / "session.pem"

    def meet(name, *words):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", "%s:%d" % node.tls_address, "-servername", name,
             version, "-ign_eof", *words],
            input=f"GET /none HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n",
            capture_output=True, text=True, timeout=60, check=False)
        how = re.search(r"^(New|Reused), TLSv", done.stdout, re.MULTILINE)
        assert how, done.stdout + done.stderr
        return how[1], re.search(r"^subject=CN ?= ?(\w+)", done.stdout, re.MULTILINE)[1]

    assert meet("cloud.example", "-sess_out", str(kept)) == ("New", "cloud")
    assert kept.stat().st_size > 0

    assert meet("cloud.example", "-sess_in", str(kept)) == ("Reused", "cloud")
    assert meet("deep.cloud.example", "-sess_in", str(kept)) == ("New", "deep")
    assert meet("stranger.example", "-sess_in", str(kept)) == ("New", "default")


def test_each_expiry_is_shown(node, pairs):
    listener = "%s:%d" % node.tls_address
    for name, pair in pairs.items():
        file = pathlib.Path(pair["certificate_file"])
        expiry = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after
        value = node.metrics().get(EXPIRY, listener=listener, certificate=str(file))
        assert value == expiry.replace(tzinfo=datetime.timezone.utc).timestamp(), name


def test_a_broken_one_keeps_what_it_had_and_the_others_are_renewed(node, authority, pairs):
    before = {name: shown(node, name) for name in ("localhost", "cloud.example")}
    broken = pairs["cloud"]["certificate_file"]
    pathlib.Path(broken).write_text("no certificate")
    files(authority, "default", "localhost")

    wait_until(lambda: shown(node, "localhost") != before["localhost"], 20, "the default one")

    assert shown(node, "cloud.example") == before["cloud.example"]
    expiry = f"{before['cloud.example'].not_valid_after:%Y-%m-%dT%H:%M:%SZ}"
    wait_until(lambda: warnings_of(node) == [
        f"[!]certificates: listener {'%s:%d' % node.tls_address}: new files refused: {broken}: not "
        f"a PEM certificate chain: PEM lib; the one that expires {expiry} is still served"],
        20, "one warning")

    files(authority, "cloud", *CERTIFICATES["cloud"])
    wait_until(lambda: shown(node, "cloud.example") != before["cloud.example"], 20, "the other one")
    wait_until(lambda: warnings_of(node) == [], 20, "the warning to go")


def more_certificates(*those):
    def change(configuration):
        configuration["listeners"][0]["tls"]["more_certificates"] = list(those)
    return change


def test_certificates_come_and_go_with_a_reload(node, authority, pairs):
    new = files(authority, "new", "new.example")
    assert subject(shown(node, "new.example")) == "default"

    node.reload(more_certificates(pairs["deep"], new))

    wait_until(lambda: subject(shown(node, "new.example")) == "new", 10, "the new one")
    wait_until(lambda: subject(shown(node, "cloud.example")) == "default", 10, "the old one to go")
    assert subject(shown(node, "deep.cloud.example")) == "deep"
    assert {dict(labels)["certificate"] for name, labels in node.metrics().series()
            if name == EXPIRY} == {pair["certificate_file"]
                                   for pair in (pairs["default"], pairs["deep"], new)}
    assert not node.events("restart_needed")


def test_a_new_one_that_is_broken_is_left_out(node, authority, pairs):
    node.reload(more_certificates(pairs["cloud"], files(authority, "new", "new.example")
                                  | {"private_key_file": pairs["deep"]["private_key_file"]}))

    wait_until(lambda: subject(shown(node, "deep.cloud.example")) == "cloud", 10, "the change")
    assert subject(shown(node, "new.example")) == "default"
    [warning] = warnings_of(node)
    assert "deep.key.pem" in warning
    assert warning.endswith("; its names are shown the listener's first")
