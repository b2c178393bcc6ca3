"""The public port as testssl.sh judges it. What it says of a certificate is the authority's business,
and a test's certificate has neither a CRL nor months to live, so those sections are left out."""

import ipaddress
import json
import os
import subprocess

from cryptography import x509

from harness.certificates import Authority

# Protocols, ciphers, forward secrecy, preferences, headers, renegotiation, compression, fallback.
SECTIONS = ["-p", "-s", "-f", "-P", "-h", "-R", "-C", "-B", "-Z"]

# What it must have looked at, and found good.
GOOD = {"SSLv2", "SSLv3", "TLS1_2", "TLS1_3", "cipherlist_NULL", "cipherlist_aNULL",
        "cipherlist_EXPORT", "cipherlist_LOW", "cipherlist_STRONG", "PFS", "cipher_order",
        "protocol_negotiated", "cipher_negotiated", "HSTS_time", "X-Content-Type-Options",
        "Content-Security-Policy", "secure_renego", "secure_client_renego", "CRIME_TLS", "BREACH",
        "fallback_SCSV"}


def test_testssl_finds_nothing_to_complain_of(start_node, directory):
    certificate, key = Authority(directory).issue(
        "localhost", x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    node = start_node(listeners=[{
        "address": "127.0.0.1", "port": 0,
        "tls": {"certificate_file": str(certificate), "private_key_file": str(key)}}])
    findings = directory / "findings.json"

    done = subprocess.run(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--jsonfile",
         findings, *SECTIONS, f"https://localhost:{node.tls_address[1]}/console"],
        env=os.environ | {"NO_ENGINE": "true"},  # the tester's own GOST, which is none of ours
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, check=False)

    assert findings.exists(), done.stdout + done.stderr
    found = {finding["id"]: finding for finding in json.loads(findings.read_text())}
    assert GOOD <= {name for name, finding in found.items() if finding["severity"] == "OK"}, done.stdout
    bad = [finding for finding in found.values() if finding["severity"] not in ("OK", "INFO")]
    assert not bad, bad
