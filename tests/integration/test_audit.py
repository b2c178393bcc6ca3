"""The audit log: who did what, in a file of its own that is never cut silently."""

import contextlib
import json
import os
import signal
import subprocess

import grpc
import pytest

from harness.durable_calls import DurableCalls
from harness.ends import expect_close
from harness.tokens import TokenKey
from harness.viewer import Viewer
from processes import wait_until


def read(line):
    """The record, or nothing of one that is there by half."""
    with contextlib.suppress(json.JSONDecodeError):
        return [json.loads(line)]
    return []


def records(path, event=None, **members):
    """The whole records of an audit file, those of that event and with these members."""
    if not path.is_file():
        return []
    all_of_them = [record for line in path.read_text().splitlines() for record in read(line)]
    return [record for record in all_of_them
            if event in (None, record["event"]) and members.items() <= record.items()]


def wait_for(path, event, **members):
    return wait_until(lambda: records(path, event, **members), 20,
                      f"an audit record {event} {members}")[0]


def expect_no_gap(all_of_them):
    assert [record["sequence"] for record in all_of_them] == \
        list(range(1, len(all_of_them) + 1))


def test_says_who_did_what_and_no_secret(node, host):
    audit = node.directory / "audit.log"
    other = TokenKey("key-2")
    node.put_key(other)
    node.control("keys", "put", "key-2", "--generate", "--save", node.directory / "k", fails=True)
    token = node.key.mint(host.target, sub="anna", jti="token-7",
                          console={"id": "console-7", "password": "vnc-secret"})
    viewer = Viewer(node, token)
    used = Viewer(node, token, handshake=False)
    expect_close(used.wait_close(), "token_used")
    garbage = Viewer(node, "no.token.at.all.x", handshake=False)
    expect_close(garbage.wait_close(), "token_invalid")
    assert node.http(f"/console?token={token}")[0] == 410
    node.control("sessions", "revoke", "--subject", "anna", "--reason", "The shift is over.")
    viewer.wait_close()
    node.control("keys", "list")

    put = wait_for(audit, "control_call", method="TokenKeyService/PutTokenKey", code="OK",
                   what='key "key-2"')
    assert put["caller"] == "unix"
    assert wait_for(audit, "control_call", code="ALREADY_EXISTS")["what"] == 'key "key-2"'
    assert "anna" in wait_for(audit, "control_call",
                              method="SessionService/RevokeSessions")["what"]
    opened = wait_for(audit, "session_opened", kid="key-1", jti="token-7", subject="anna")
    assert opened["client"] == "127.0.0.1" and opened["console"] == "console-7"
    ended = wait_for(audit, "session_ended", jti="token-7", reason="revoked")
    assert ended["session"] == opened["session"]
    # One refused by its claim was a session already, one without a name never.
    assert wait_for(audit, "session_failed", reason="token_used", jti="token-7", kid="key-1")
    assert wait_for(audit, "session_refused", reason="token_invalid")["jti"] == ""
    assert wait_for(audit, "link_refused", reason="token_used", jti="token-7", kid="key-1")
    assert not records(audit, method="TokenKeyService/ListTokenKeys")
    expect_no_gap(records(audit))
    text = audit.read_text()
    for secret in (other.text(), node.key.text(), token, token.split(".")[3], "vnc-secret"):
        assert secret not in text
    assert os.stat(audit).st_mode & 0o777 == 0o600


def test_a_caller_without_the_role_is_written_down(start_node):
    node = start_node(control={"tcp": {"port": 0, "plaintext": True, "plaintext_role": "viewer"}})
    with DurableCalls(node, node.control_tcp_address) as calls, \
            pytest.raises(grpc.RpcError) as refused:
        calls.block_console("c", 60)

    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    refused = wait_for(node.directory / "audit.log", "control_refused",
                       method="SessionService/RevokeSessions", code="PERMISSION_DENIED")
    assert "viewer" in refused["reason"]


def test_a_foreign_page_is_written_down(node):
    status, _, _ = node.http("/websockify", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example"})

    assert status == 403
    assert wait_for(node.directory / "audit.log", "origin_refused",
                    origin="https://evil.example")["client"] == "127.0.0.1"


def test_an_address_that_asks_too_often_is_written_down_once(start_node):
    node = start_node(limits={"attempts_per_address_burst": 1,
                              "attempts_per_address_per_minute": 1})
    statuses = [node.http("/console?token=x")[0] for _ in range(4)]

    assert statuses[1:] == [429, 429, 429]
    audit = node.directory / "audit.log"
    assert wait_for(audit, "attempts_refused", reason="too_many")["client"] == "127.0.0.1"
    node.put_key(TokenKey("key-2"))
    wait_for(audit, "control_call", what='key "key-2"')
    assert len(records(audit, "attempts_refused")) == 1
    expect_no_gap(records(audit))


def test_sighup_begins_a_new_file_and_loses_nothing(node):
    audit, old = node.directory / "audit.log", node.directory / "audit.log.1"
    wait_for(audit, "control_call")
    for number in range(3):
        audit.rename(old.with_suffix(f".{number}"))
        node.put_key(TokenKey(f"during-{number}"))
        node.child.signal(signal.SIGHUP)
        wait_until(lambda: len(node.events("audit_reopened")) == number + 1, 20,  # noqa: B023
                   "a new audit file")
        node.put_key(TokenKey(f"after-{number}"))
        wait_for(audit, "control_call", what=f'key "after-{number}"')
        assert wait_for(old.with_suffix(f".{number}"), "control_call",
                        what=f'key "during-{number}"')

    everything = [record for number in range(3)
                  for record in records(old.with_suffix(f".{number}"))] + records(audit)
    expect_no_gap(everything)


def test_a_file_that_cannot_be_begun_leaves_the_old_one(node):
    audit, old = node.directory / "audit.log", node.directory / "audit.log.1"
    audit.rename(old)
    audit.mkdir()
    node.child.signal(signal.SIGHUP)

    assert "Is a directory" in node.wait_for_event("audit_reopen_failed")["detail"]
    node.put_key(TokenKey("later"))
    assert wait_for(old, "control_call", what='key "later"')


def test_a_full_disk_is_counted_and_shown(start_node, host):
    node = start_node(audit={"file": "/dev/full"})
    Viewer(node, node.key.mint(host.target)).leave()

    # The key, the session's start and its end.
    node.wait_for_metric(3, "porthole_audit_lost_total")
    status, _, text = node.admin("/readyz?verbose")
    assert status == 200
    assert "[+]audit ok; records lost: 3" in text


def test_a_node_that_may_lose_nothing_is_not_ready_until_it_can_write(start_node):
    """A file at the system's limit for its size, which is lifted then."""
    node = start_node(audit={"on_loss": "refuse"}, state={"store": "memory"},
                      most_file_bytes=8000)
    audit = node.directory / "audit.log"
    for number in range(60):
        node.put_key(TokenKey(f"key-{number}-of-many"))
        if node.metrics().get("porthole_audit_lost_total") > 0:
            break
    status, _, text = node.admin("/readyz?verbose")
    assert status == 503 and "[-]audit failed" in text

    os_limit = ["prlimit", "--pid", str(node.child.pid), "--fsize=unlimited"]
    subprocess.run(os_limit, check=True)

    wait_until(lambda: node.admin("/readyz")[0] == 200, 20, "a ready node")
    lost = node.metrics().get("porthole_audit_lost_total")
    reported = wait_for(audit, "audit_records_lost")
    assert reported["count"] == lost
