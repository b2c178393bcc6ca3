"""The control API through portholectl: keys, sessions, revocation, blocks, callers."""

import contextlib
import json
import socket
import time

import pytest

from harness.ends import expect_close
from harness.node import portholectl
from harness.tokens import TokenKey
from harness.viewer import Viewer
from processes import ProcessFailed, wait_until


def test_keys_are_put_listed_and_deleted(node, host):
    other = TokenKey("key-2")
    node.put_key(other)
    node.put_key(other)
    keys = node.control_json("keys", "list")
    assert other.text() not in json.dumps(keys)
    assert {"key-1", "key-2"} <= set(json.dumps(keys).split('"'))
    assert node.metrics()["porthole_token_keys"] == 2

    viewer = Viewer(node, other.mint(host.target))
    node.control("keys", "delete", "key-2")
    expect_close(Viewer(node, other.mint(host.target), handshake=False).wait_close(),
                 "token_invalid")
    viewer.leave()
    assert node.metrics()["porthole_token_keys"] == 1


def test_a_key_is_never_replaced(node):
    with pytest.raises(ProcessFailed, match="key-1"):
        node.put_key(TokenKey("key-1"))

    assert node.metrics()["porthole_token_keys"] == 1


@pytest.mark.parametrize("text", ["", "short", "!" * 43, "A" * 44, "A" * 86])
def test_a_bad_key_file_is_named(node, text):
    file = node.directory / "bad.key"
    file.write_text(text)

    assert "bad.key" in node.control("keys", "put", "key-9", "--material-file", file, fails=True)


def test_deleting_a_key_can_end_its_sessions(node, host):
    node.put_key(TokenKey("key-2", node.key.material))
    viewer = Viewer(node, node.key.mint(host.target))

    node.control("keys", "delete", "key-1", "--end-sessions")

    expect_close(viewer.wait_close(), "revoked", words="")
    node.wait_for_sessions(0)


def test_readiness_needs_a_key(node):
    assert node.admin("/readyz")[0] == 200
    node.control("keys", "delete", "key-1")
    assert node.admin("/readyz")[0] == 503
    node.put_key(TokenKey("key-3"))
    assert node.admin("/readyz")[0] == 200


def test_a_session_says_who_where_and_how_much(node, host):
    viewer = Viewer(node, node.key.mint(
        host.target, sub="anna", jti="token-77", console={"id": "console-7", "name": "web-1"}),
        headers={"User-Agent": "tests/1"})
    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "the key at the host")

    session = node.control_json("sessions", "list")["sessions"][0]

    text = json.dumps(session)
    for told in ("anna", "token-77", "console-7", "web-1", "key-1", "127.0.0.1", "tests/1",
                 "fake", "None", "3.8", host.target, "node-under-test"):
        assert told in text, (told, text)
    assert session["framebuffer_size"] == {"width": 64, "height": 48}
    viewer.leave()


def test_sessions_are_listed_by_page_and_by_filter(node, host):
    viewers = [Viewer(node, node.key.mint(host.target, sub=f"user-{n % 3}")) for n in range(9)]

    everyone = node.control_json("sessions", "list")["sessions"]
    one = node.control_json("sessions", "list", "--subject", "user-1")["sessions"]

    assert len(everyone) == 9 and len(one) == 3
    assert {session["subject"] for session in one} == {"user-1"}
    for viewer in viewers:
        viewer.leave()


# The selector's flag, and the name of the wanted sessions' value.
SELECTORS = ["session", "console", "subject", "key", "token", "all"]


@pytest.mark.parametrize("by", SELECTORS)
def test_revoking_ends_exactly_those_and_says_why(node, host, by):
    """100 sessions run; those that the selector means end with the caller's words."""
    other = TokenKey("key-2")
    node.put_key(other)
    viewers = []
    for n in range(100):
        key = other if n % 4 == 0 else node.key
        viewers.append(Viewer(node, key.mint(
            host.target, sub=f"user-{n % 5}", jti=f"token-{n}",
            console={"id": f"console-{n % 10}"})))
    node.wait_for_sessions(100)
    sessions = {session["token_id"]: session["session_id"]
                for session in node.control_json("sessions", "list")["sessions"]}
    value, meant = {
        "session": (sessions["token-42"], lambda n: n == 42),
        "console": ("console-3", lambda n: n % 10 == 3),
        "subject": ("user-2", lambda n: n % 5 == 2),
        "key": ("key-2", lambda n: n % 4 == 0),
        "token": ("token-17", lambda n: n == 17),
        "all": (None, lambda n: True),
    }[by]

    selector = [f"--{by}"] if value is None else [f"--{by}", value]
    node.control("sessions", "revoke", *selector, "--reason", "Maintenance until noon.")

    chosen = [n for n in range(100) if meant(n)]
    for n in chosen:
        expect_close(viewers[n].wait_close(), "revoked", words="Maintenance until noon.")
    node.wait_for_sessions(100 - len(chosen))
    rest = node.control_json("sessions", "list").get("sessions", [])
    assert {session["token_id"] for session in rest} == {
        f"token-{n}" for n in range(100) if not meant(n)}
    for n in set(range(100)) - set(chosen):
        viewers[n].key(97)
    wait_until(lambda: sum(len(peer.received) >= 22 for peer in host.peers) == 100 - len(chosen),
               20, "a key of each that is left")
    for viewer in viewers:
        viewer.leave()


def test_revoking_by_client_address(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    node.control("sessions", "revoke", "--client-address", "192.0.2.0/24")
    node.wait_for_sessions(1)
    node.control("sessions", "revoke", "--client-address", "127.0.0.1")

    expect_close(viewer.wait_close(), "revoked", words="")


def test_a_revoked_token_is_refused_even_unused(node, host):
    token = node.key.mint(host.target, jti="stolen")

    node.control("sessions", "revoke", "--token", "stolen", "--reason", "Reported as stolen.")

    close = Viewer(node, token, handshake=False).wait_close()
    expect_close(close, "revoked", words="Reported as stolen.")
    assert node.http(f"/console?token={token}")[0] == 403
    assert node.metrics()["porthole_blocks"] == 1


def test_revoking_a_subject_lets_later_tokens_pass(node, host):
    earlier = node.key.mint(host.target, sub="anna")

    node.control("sessions", "revoke", "--subject", "anna")

    expect_close(Viewer(node, earlier, handshake=False).wait_close(), "revoked", words="")
    # Tokens tell whole seconds: the next one is surely later.
    later = node.key.mint(host.target, sub="anna", iat=int(time.time()) + 1)
    Viewer(node, later).leave()


def test_a_block_refuses_later_tokens_too(node, host):
    node.control("sessions", "revoke", "--subject", "anna", "--block-for", "10m")

    later = node.key.mint(host.target, sub="anna", iat=int(time.time()) + 5)

    expect_close(Viewer(node, later, handshake=False).wait_close(), "revoked", words="")
    Viewer(node, node.key.mint(host.target, sub="bert")).leave()


def test_revoking_while_the_host_is_silent(node, start_host):
    """A session that is still dialling or shaking hands ends as well, at once."""
    host = start_host(lambda peer: peer.read_to_end())
    viewer = Viewer(node, node.key.mint(host.target), handshake=False)
    host.wait_for_peers()

    node.control("sessions", "revoke", "--all", "--reason", "Now.")

    expect_close(viewer.wait_close(), "revoked", words="Now.")
    node.wait_for_sessions(0, seconds=5)


@pytest.mark.parametrize("words", [
    ["sessions", "revoke"], ["sessions", "revoke", "--all", "--subject", "x"],
    ["sessions", "revoke", "--subject", ""], ["sessions", "revoke", "--subject", "x" * 300],
    ["sessions", "revoke", "--subject", "x", "--block-for", "soon"],
    ["sessions", "revoke", "--subject", "x", "--block-for", "-1s"],
    ["sessions", "revoke", "--client-address", "nowhere"],
    ["sessions", "list", "--colour", "red"], ["keys", "delete", "no-such-key"], ["keys", "fetch"],
    ["keys", "put", "x", "--material-file", "no-such-file"], ["node", "--output", "xml"],
    ["token", "mint", "--key-id", "x"], [],
])
def test_a_malformed_command_gets_one_clear_error(node, words):
    complaint = node.control(*words, fails=True)

    assert complaint.strip() and len(complaint.strip().splitlines()) <= 4, complaint
    assert "Traceback" not in complaint and "terminate" not in complaint
    assert node.admin("/readyz")[0] == 200


def test_an_unreachable_server_is_named():
    done = portholectl("--address", "127.0.0.1:1", "--plaintext", "--timeout", "3s", "node")

    assert done.returncode != 0
    assert "127.0.0.1:1" in done.stderr


def test_the_node_tells_of_itself(node, host):
    viewer = Viewer(node, node.key.mint(host.target))

    told = node.control("--output", "json", "node")

    assert "node-under-test" in told and "STORE_KIND_EMBEDDED" in told
    assert "node-under-test" in node.control("node")
    viewer.leave()


def call_over_tcp(node, mtls, caller, *words):
    """portholectl with that caller's certificate: (exit code, what it said)."""
    address = next(event["address"] for event in node.events("listening", what="control")
                   if not event["address"].startswith("unix:"))
    port = address.rpartition(":")[2]
    flags = ["--address", f"localhost:{port}", "--ca", mtls["ca"], "--timeout", "10s"]
    if caller:
        flags += ["--cert", mtls[caller][0], "--key", mtls[caller][1]]
    done = portholectl(*flags, *words)
    return done.returncode, done.stdout + done.stderr


def test_callers_need_a_certificate_with_a_role(start_node, mtls):
    node = start_node(control=mtls["configuration"])

    assert call_over_tcp(node, mtls, "manager", "keys", "list")[0] == 0
    assert call_over_tcp(node, mtls, "watcher", "sessions", "list")[0] == 0
    for caller, words in [("watcher", ["sessions", "revoke", "--all"]),
                          ("watcher", ["keys", "delete", "key-1"]),
                          ("stranger", ["sessions", "list"]), ("foreigner", ["sessions", "list"]),
                          (None, ["sessions", "list"])]:
        code, said = call_over_tcp(node, mtls, caller, *words)
        assert code != 0 and said.strip(), (caller, words, said)
    assert node.metrics()["porthole_token_keys"] == 1
    wait_until(lambda: node.metrics().get(
        "porthole_control_requests_total", code="PERMISSION_DENIED") >= 3, 10, "counted refusals")


def test_a_role_that_is_taken_away_is_gone_whatever_the_certificates_are(start_node, mtls):
    node = start_node(control=mtls["configuration"])
    assert call_over_tcp(node, mtls, "watcher", "sessions", "list")[0] == 0
    with open(mtls["configuration"]["tcp"]["certificate_file"], "w", encoding="ascii") as file:
        file.write("no certificate")

    node.reload(lambda configuration: configuration["control"]["callers"].pop())

    assert call_over_tcp(node, mtls, "watcher", "sessions", "list")[0] != 0
    assert call_over_tcp(node, mtls, "manager", "sessions", "list")[0] == 0
    node.wait_for_event("reloaded", what="certificate", ok=False)


@pytest.mark.parametrize("said", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"x" * 100,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000,
])
def test_bytes_that_are_no_call_are_shrugged_off(node, start_node, mtls, said):
    other = start_node(control=mtls["configuration"])
    port = int(next(event["address"] for event in other.events("listening", what="control")
                    if not event["address"].startswith("unix:")).rpartition(":")[2])
    for family, address in [(socket.AF_UNIX, node.control_address.removeprefix("unix:")),
                            (socket.AF_INET, ("127.0.0.1", port))]:
        with socket.socket(family) as sock:
            sock.settimeout(20)
            sock.connect(address)
            sock.sendall(said)
            sock.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while sock.recv(65536):
                    pass

    assert "node-under-test" in node.control("node")
    assert call_over_tcp(other, mtls, "manager", "node")[0] == 0
