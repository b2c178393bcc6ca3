"""CloudStack's own links and tokens (design, section 4.2), made with Python's `cryptography` as
CloudStack's management server makes them."""

import sqlite3
import uuid

import pytest

from harness.cloudstack import CloudStack, gson
from harness.ends import CODES, expect_close
from harness.http_proxy import FakeProxy
from harness.viewer import Viewer
from harness.vnc_servers import Qemu, Websockify, random_password
from harness.websocket import Refused

LINK = "/resource/noVNC"


def age_store(node, seconds=3600):
    """Makes the node's database older: a ticket's minute may have begun before it was made, and a
    store that may have been lost believes no such token."""
    assert node.terminate() == 0
    with sqlite3.connect(node.directory / "state" / "state.db") as database:
        made = int(database.execute("SELECT value FROM fact WHERE name = 'made'").fetchone()[0])
        database.execute("UPDATE fact SET value = ? WHERE name = 'made'",
                         (str(made - seconds).encode(),))
    database.close()
    node.start()


@pytest.fixture
def cloud():
    return CloudStack()


@pytest.fixture
def start_cloud_node(start_node):
    """start_cloud_node(cloud, *flags): a node that has the keys of that CloudStack."""
    def start(cloud, *flags, **changes):
        node = start_node(**changes)
        cloud.put(node, *flags)
        age_store(node)
        return node
    return start


def connect(node, token, extra=None, **more):
    """CloudStack's own WebSocket: the token in the raw query, noVNC's subprotocol."""
    query = f"token={token}" + ("" if extra is None else f"&extra={extra}")
    return Viewer(node, path=f"/websockify?{query}", protocols=["binary"], **more)


def refusal(node, token, extra=None):
    viewer = connect(node, token, extra, handshake=False)
    close = viewer.wait_close()
    viewer.leave()
    return close


def test_a_link_leads_to_the_console_of_a_real_host_once(start_cloud_node, cloud, directory):
    password = random_password()
    host = Qemu(directory, password)
    try:
        node = start_cloud_node(cloud)
        tag = str(uuid.uuid4())
        token = cloud.mint("127.0.0.1", host.port, clientHostPassword=password, clientTag=tag)

        status, _, page = node.http(cloud.link(token))
        assert (status, "web &lt;1&gt; &amp; co" in page) == (200, True), page
        # port= of CloudStack's own proxy means nothing here.
        assert node.http(cloud.link(token, port=1))[0] == 200

        viewer = connect(node, token)
        assert viewer.width > 0
        session = node.control_json("sessions", "list")["sessions"][0]
        assert session["console_id"] == tag
        assert session["key_id"] == cloud.key_id
        assert not session.get("subject")
        viewer.leave()
        node.wait_for_sessions(0)

        expect_close(refusal(node, token), "token_used")
        status, _, page = node.http(cloud.link(token))
        assert status == 410 and "token_used" in page
        told = node.log.read_text() + (node.directory / "audit.log").read_text()
        assert token not in told and password not in told
    finally:
        host.stop()


def test_the_page_carries_token_and_extra_as_subprotocols(start_cloud_node, cloud, host):
    node = start_cloud_node(cloud)
    token = cloud.mint("127.0.0.1", host.port, extraSecurityToken="a b+c/ä")
    as_page = token.replace("+", "-").replace("/", "_").rstrip("=")
    viewer = Viewer(node, path=f"{LINK}/websockify", protocols=[
        "porthole.v1", "binary", f"porthole.token.{as_page}", "porthole.extra.YSBiK2Mvw6Q"])
    assert (viewer.width, viewer.height) == (64, 48)
    viewer.leave()


def test_xenservers_tunnel_and_vmwares_websocket_are_ways_to_a_host(start_cloud_node, cloud,
                                                                    directory):
    node = start_cloud_node(cloud)
    with Qemu(directory) as server, FakeProxy(server.port) as xen, \
            Websockify(directory, server.port) as esxi:
        tokens = [
            cloud.mint("", -1, clientTunnelUrl=f"http://127.0.0.1:{xen.port}/console?uuid=0f3a",
                       clientTunnelSession="OpaqueRef:77c0ffee"),
            cloud.mint("esxi", 443, websocketUrl=f"ws://127.0.0.1:{esxi.port}/ticket/7ac0ffee"),
        ]
        for token in tokens:
            viewer = connect(node, token)
            assert viewer.width > 0
            viewer.leave()
            node.wait_for_sessions(0)
    assert xen.heads == [f"CONNECT /console?uuid=0f3a HTTP/1.0\r\nHost: 127.0.0.1:{xen.port}\r\n"
                         "Cookie: session_id=OpaqueRef:77c0ffee\r\n\r\n"]
    assert "c0ffee" not in node.log.read_text() + (node.directory / "audit.log").read_text()


# What is refused, for which reason: (reason, token of (cloud), extra, flags of the key).
CASES = {
    "the ticket of two minutes ago": (
        "token_expired", lambda cloud: cloud.mint("127.0.0.1", 1, minutes_ago=2), None, ()),
    "the ticket of an hour ago": (
        "token_expired", lambda cloud: cloud.mint("127.0.0.1", 1, minutes_ago=59), None, ()),
    "the ticket of a later minute": (
        "token_not_yet_valid", lambda cloud: cloud.mint("127.0.0.1", 1, minutes_ago=-2), None, ()),
    "the ticket of another console": (
        "token_invalid", lambda cloud: cloud.seal(
            gson(cloud.param("127.0.0.1", 1) | {"clientTag": "other"})), None, ()),
    "a ticket with another hash key": (
        "token_invalid", lambda cloud: CloudStack(key=cloud.key, iv=cloud.iv).mint(
            "127.0.0.1", 1), None, ()),
    "another installation's keys": (
        "token_invalid", lambda cloud: CloudStack().mint("127.0.0.1", 1), None, ()),
    "a changed byte": (
        "token_invalid", lambda cloud: flipped(cloud.mint("127.0.0.1", 1)), None, ()),
    "no session": (
        "token_invalid", lambda cloud: cloud.seal(
            gson(cloud.param("127.0.0.1", 1) | {"sessionUuid": None})), None, ()),
    "the legacy form": (
        "token_invalid", lambda cloud: cloud.seal_legacy(gson(cloud.param("127.0.0.1", 1))),
        None, ()),
    "no extra token": (
        "forbidden", lambda cloud: cloud.mint("127.0.0.1", 1, extraSecurityToken="x"), None, ()),
    "a wrong extra token": (
        "forbidden", lambda cloud: cloud.mint("127.0.0.1", 1, extraSecurityToken="x"), "y", ()),
    "another source address": (
        "forbidden", lambda cloud: cloud.mint("127.0.0.1", 1, sourceIP="203.0.113.7"), None,
        ("--check-source-address",)),
    "a console of Hyper-V": (
        "forbidden", lambda cloud: cloud.mint("id-1", -9, hypervHost="10.1.1.1", username="u",
                                              password="p"), None, ()),
    "a target that is denied": (
        "forbidden", lambda cloud: cloud.mint("169.254.169.254", 80), None, ()),
    "a token that is too large": ("token_invalid", lambda _: "A" * 12289, None, ()),
}


def flipped(token):
    middle = len(token) // 2
    other = "A" if token[middle] != "A" else "B"
    return token[:middle] + other + token[middle + 1:]


def test_every_refusal_has_its_reason(start_cloud_node, cloud):
    strict = CloudStack("strict", cloud.key, cloud.iv, cloud.hash_key)
    nodes = {(): start_cloud_node(cloud), ("--check-source-address",):
             start_cloud_node(strict, "--check-source-address")}
    for name, (reason, mint, extra, flags) in CASES.items():
        close = refusal(nodes[flags], mint(cloud), extra)
        assert close is not None and close.code == CODES[reason], (name, close)
    hyper_v = refusal(nodes[()], CASES["a console of Hyper-V"][1](cloud))
    assert "Hyper-V" in hyper_v.reason


def test_rules_of_a_key_let_more_pass(start_cloud_node, cloud, host):
    node = start_cloud_node(cloud, "--allow-legacy-cbc", "--check-source-address",
                            "--extra-origin", "https://cloud.example")
    for seal, digest in ((cloud.seal_legacy, "sha1"), (cloud.seal_legacy, "sha512"),
                         (cloud.seal, "sha512")):
        token = seal(gson(cloud.param("127.0.0.1", host.port, digest=digest)))
        viewer = connect(node, token, headers={"Origin": "https://cloud.example"})
        viewer.leave()
    with pytest.raises(Refused) as refused:
        connect(node, cloud.mint("127.0.0.1", host.port),
                headers={"Origin": "https://other.example"})
    assert refused.value.response.status == 403
    # That origin is CloudStack's alone.
    viewer = Viewer(node, node.key.mint(host.target), handshake=False,
                    headers={"Origin": "https://cloud.example"})
    assert viewer.wait_close().code == CODES["forbidden"]


def test_the_keys_survive_and_are_eight_at_most(start_cloud_node, cloud, host):
    node = start_cloud_node(cloud)
    others = [CloudStack(f"other-{i}") for i in range(8)]
    for other in others[:7]:
        other.put(node)
    file = node.directory / "x"
    file.write_text("AAECAwQFBgcICQoLDA0ODw")
    complaint = node.control("keys", "put", "ninth", "--profile", "cloudstack", "--key-file", file,
                             "--iv-file", file, "--hash-key-file", file, fails=True)
    assert "8 keys of the profile CLOUDSTACK" in complaint
    assert "or rules" in node.control(
        "keys", "put", cloud.key_id, "--profile", "cloudstack",
        *(word for name in ("key", "iv", "hash-key")
          for word in (f"--{name}-file", node.directory / f"{cloud.key_id}.{name}")),
        "--allow-legacy-cbc", fails=True)
    node.kill()
    node.start()
    listed = {key["key_id"]: key["profile"] for key in
              node.control_json("keys", "list")["token_keys"]}
    assert listed[cloud.key_id] == "TOKEN_KEY_PROFILE_CLOUDSTACK" and len(listed) == 9
    connect(node, others[6].mint("127.0.0.1", host.port)).leave()
    connect(node, cloud.mint("127.0.0.1", host.port)).leave()


def test_sessions_of_a_cloudstack_end_with_its_key(start_cloud_node, cloud, host):
    node = start_cloud_node(cloud)
    viewer = connect(node, cloud.mint("127.0.0.1", host.port))
    node.control("keys", "delete", cloud.key_id, "--end-sessions", "--reason", "The cloud moved.")
    expect_close(viewer.wait_close(), "revoked", "The cloud moved.")
    expect_close(refusal(node, cloud.mint("127.0.0.1", host.port)), "token_invalid")
