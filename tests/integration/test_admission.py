"""Which tokens become sessions: every refusal as the person sees it, the limits, and sharing."""

import json
import time

import pytest

from conftest import short_directory
from harness.ends import CODES, expect_close, expect_told
from harness.node import Node
from harness.tokens import TokenKey, base64url, claims
from harness.viewer import Viewer
from harness.websocket import Closed, Refused
from processes import wait_until

UNREACHED = "tcp://127.0.0.1:1"


def refusal(node, token):
    """The close frame that a viewer with that token gets before it has said a word."""
    viewer = Viewer(node, token, handshake=False)
    close = viewer.wait_close()
    viewer.leave()
    return close


def now():
    return int(time.time())


def flipped(token, part):
    """`token` with one bit of that part changed."""
    parts = token.split(".")
    text = parts[part]
    middle = len(text) // 2
    other = "A" if text[middle] != "A" else "B"
    parts[part] = text[:middle] + other + text[middle + 1:]
    return ".".join(parts)


# What a bad token is made of, with the key that the server has.
BAD_TOKENS = {
    "no token at all": ("token_missing", lambda key: None),
    "not a token": ("token_invalid", lambda key: "nonsense"),
    "a lot of dots": ("token_invalid", lambda key: "." * 50),
    "an unknown key": ("token_invalid", lambda key: TokenKey("key-2").mint(UNREACHED)),
    "another key under that name": ("token_invalid",
                                    lambda key: TokenKey(key.key_id).mint(UNREACHED)),
    "a changed header": ("token_invalid", lambda key: flipped(key.mint(UNREACHED), 0)),
    "a changed IV": ("token_invalid", lambda key: flipped(key.mint(UNREACHED), 2)),
    "a changed payload": ("token_invalid", lambda key: flipped(key.mint(UNREACHED), 3)),
    "a changed tag": ("token_invalid", lambda key: flipped(key.mint(UNREACHED), 4)),
    "algorithm none": ("token_invalid", lambda key: key.seal(claims(UNREACHED), alg="none")),
    "another encryption": ("token_invalid",
                           lambda key: key.seal(claims(UNREACHED), enc="A128GCM")),
    "a critical extension": ("token_invalid",
                             lambda key: key.seal(claims(UNREACHED), crit=["exp"])),
    "compression": ("token_invalid", lambda key: key.seal(claims(UNREACHED), zip="DEF")),
    "an expired one": ("token_expired",
                       lambda key: key.mint(UNREACHED, iat=now() - 200, exp=now() - 100)),
    "one of the future": ("token_not_yet_valid",
                          lambda key: key.mint(UNREACHED, iat=now() + 200, exp=now() + 300)),
    "one that is not before later": ("token_not_yet_valid",
                                     lambda key: key.mint(UNREACHED, nbf=now() + 200)),
    "one that ends before it starts": ("token_invalid",
                                       lambda key: key.mint(UNREACHED, exp=now() - 1, iat=now())),
    "one that lives too long": ("token_invalid",
                                lambda key: key.mint(UNREACHED, exp=now() + 3600)),
    "another audience": ("token_invalid", lambda key: key.mint(UNREACHED, aud="other")),
    "no audience": ("token_invalid", lambda key: key.mint(UNREACHED, aud=None)),
    "no subject": ("token_invalid", lambda key: key.mint(UNREACHED, sub=None)),
    "no id": ("token_invalid", lambda key: key.mint(UNREACHED, jti=None)),
    "an endless id": ("token_invalid", lambda key: key.mint(UNREACHED, jti="x" * 129)),
    "no expiry": ("token_invalid", lambda key: key.mint(UNREACHED, exp=None)),
    "a time that is text": ("token_invalid", lambda key: key.mint(UNREACHED, iat="now")),
    "an unknown policy": ("token_invalid",
                          lambda key: key.mint(UNREACHED, policy={"no_screenshots": True})),
    "an unknown console member": ("token_invalid",
                                  lambda key: key.mint(UNREACHED, console={"colour": "red"})),
    "a name with a line end": ("token_invalid",
                               lambda key: key.mint(UNREACHED, console={"name": "a\nb"})),
    "no target": ("token_invalid", lambda key: key.seal(
        claims(UNREACHED) | {"console": {"id": "x"}})),
    "a target that is none": ("token_invalid", lambda key: key.mint("gopher://x")),
    "a payload that is no object": ("token_invalid", lambda key: key.seal(b"[1,2]")),
    "a payload that is no JSON": ("token_invalid", lambda key: key.seal(b"{")),
    "a deep payload": ("token_invalid", lambda key: key.seal(b"[" * 4000)),
    "duplicate members": ("token_invalid", lambda key: key.seal(
        json.dumps(claims(UNREACHED))[:-1].encode() + b',"sub":"admin"}')),
    "too many bytes": ("token_invalid", lambda key: key.mint(UNREACHED, padding="x" * 8192)),
    "a client address elsewhere": ("forbidden", lambda key: key.mint(
        UNREACHED, policy={"client_ip": ["192.0.2.1"]})),
    "no time at all": ("forbidden", lambda key: key.mint(UNREACHED, policy={"max_duration_s": 0})),
    "the cloud's metadata": ("forbidden", lambda key: key.mint("tcp://169.254.169.254:80")),
    "its IPv4-mapped form": ("forbidden",
                             lambda key: key.mint("tcp://[::ffff:169.254.169.254]:80")),
    "loopback of IPv6": ("forbidden", lambda key: key.mint("tcp://[::1]:5900")),
    "the unspecified address": ("forbidden", lambda key: key.mint("tcp://0.0.0.0:5900")),
    "a unix socket without a directory": ("forbidden", lambda key: key.mint("unix:/run/x")),
    "raw bytes, which are off": ("forbidden", lambda key: key.mint("raw+tcp://127.0.0.1:22")),
}


@pytest.fixture(scope="module")
def shared_node():
    """One Porthole for all the tokens that it only has to refuse."""
    with short_directory() as directory, Node(directory) as node:
        yield node


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_refuses_in_words(shared_node, what):
    reason, make = BAD_TOKENS[what]
    before = shared_node.metrics().get("porthole_admissions_total", result=reason)

    expect_close(refusal(shared_node, make(shared_node.key)), reason,
                 words="" if reason == "forbidden" else None)

    shared_node.wait_for_metric(before + 1, "porthole_admissions_total", result=reason)


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_the_page_refuses_with_the_fitting_status(shared_node, what):
    reason, make = BAD_TOKENS[what]
    token = make(shared_node.key)
    statuses = {"token_missing": {400}, "token_expired": {410}, "forbidden": {403},
                "token_invalid": {400, 403}, "token_not_yet_valid": {403}}

    status, headers, text = shared_node.http(
        "/console" if token is None else f"/console?token={token}")

    assert status in statuses[reason], text
    assert f'data-reason="{reason}"' in text
    assert headers["cache-control"] == "no-store"


def test_a_token_opens_one_session(node, host):
    token = node.key.mint(host.target)
    assert node.http(f"/console?token={token}")[0] == 200, "a preview claims nothing"
    viewer = Viewer(node, token)

    expect_close(refusal(node, token), "token_used")

    assert node.http(f"/console?token={token}")[0] == 410
    viewer.leave()
    expect_told(node, "token_used")


def test_two_at_once_with_one_token(node, host):
    """However they race, one wins."""
    for _ in range(5):
        token = node.key.mint(host.target)
        viewers = [Viewer(node, token, handshake=False) for _ in range(4)]
        ends = []
        for viewer in viewers:
            try:
                viewer.shake_hands()
            except Closed as closed:
                ends.append(closed.close)
        assert [close.code for close in ends] == [CODES["token_used"]] * 3
        for viewer in viewers:
            viewer.leave()
        node.wait_for_sessions(0)


def test_the_token_may_come_in_the_query(node, host):
    """As Debian's unpatched noVNC sends it: no subprotocol offered, none chosen."""
    viewer = Viewer(node, path=f"/websockify?token={node.key.mint(host.target)}", protocols=[])

    assert viewer.web_socket.protocol is None
    viewer.leave()


def test_the_protocol_is_chosen_and_the_token_never_echoed(node, host):
    for offered, chosen in [(["porthole.v1", "binary"], "porthole.v1"), (["binary"], "binary")]:
        token = node.key.mint(host.target)
        viewer = Viewer(node, protocols=[*offered, f"porthole.token.{token}"])
        assert viewer.web_socket.protocol == chosen
        assert token not in str(viewer.web_socket.response.headers)
        viewer.leave()


def test_a_token_alone_in_the_protocols_is_a_bad_request(node, host):
    with pytest.raises(Refused) as refused:
        Viewer(node, protocols=[f"porthole.token.{node.key.mint(host.target)}"])

    assert refused.value.response.status == 400


@pytest.mark.parametrize("limit, changes", [
    ("sessions", {}), ("sessions_per_address", {}),
    ("sessions_per_subject", {"sub": "the-same"}),
    ("sessions_per_console", {"console": {"id": "the-same"}}),
])
def test_limits_are_kept_and_given_back(start_node, host, limit, changes):
    node = start_node(limits={limit: 2})
    viewers = [Viewer(node, node.key.mint(host.target, **changes)) for _ in range(2)]

    close = refusal(node, node.key.mint(host.target, **changes))

    expect_close(close, "too_many", words="")
    viewers.pop().leave()
    node.wait_for_sessions(1)
    viewers.append(Viewer(node, node.key.mint(host.target, **changes)))
    for viewer in viewers:
        viewer.leave()
    node.wait_for_sessions(0)


def test_attempts_of_one_address_have_a_budget(start_node):
    node = start_node(limits={"attempts_per_address_burst": 5,
                              "attempts_per_address_per_minute": 1})
    for _ in range(5):
        assert refusal(node, "nonsense").code == CODES["token_invalid"]

    for _ in range(3):
        with pytest.raises(Refused) as refused:
            refusal(node, "nonsense")

    assert refused.value.response.status == 429
    assert int(refused.value.response.headers["retry-after"]) >= 1
    node.wait_for_event("attempts_refused", reason="too_many")
    assert len(node.events("attempts_refused")) == 1, "one record for each shutting out"
    assert node.admin("/livez")[0] == 200


def test_exclusive_keeps_others_out(node, host):
    console = {"id": "one"}

    def mint(sharing):
        return node.key.mint(host.target, console=console, policy={"sharing": sharing})

    first = Viewer(node, mint("exclusive"))
    expect_close(refusal(node, mint("shared")), "busy")
    expect_close(refusal(node, mint("exclusive")), "busy")
    first.leave()
    node.wait_for_sessions(0)

    second = Viewer(node, mint("shared"))
    expect_close(refusal(node, mint("exclusive")), "busy")
    second.leave()


def test_takeover_replaces_the_same_subject_only(node, host):
    console = {"id": "one"}

    def mint(subject):
        return node.key.mint(host.target, console=console, sub=subject,
                             policy={"sharing": "takeover"})

    first = Viewer(node, mint("anna"))
    expect_close(refusal(node, mint("bert")), "busy", words="")
    second = Viewer(node, mint("anna"))

    expect_close(first.wait_close(), "replaced")
    first.leave()
    node.wait_for_sessions(1)
    second.leave()
    expect_told(node, "replaced")


def test_view_only_keeps_the_hands_off(node, host):
    viewer = Viewer(node, node.key.mint(host.target, policy={"view_only": True}))
    viewer.key(97)
    viewer.pointer(1, 1, 1)
    viewer.set_encodings(0)
    viewer.request_update()

    peer = host.wait_for_peers()
    wait_until(lambda: b"\3\0" in peer.received[-10:], 10, "the update request at the host")

    after_init = bytes(peer.received[12 + 1 + 1:])
    assert after_init == bytes.fromhex("02000001" "00000000" "03000000000000400030")
    viewer.leave()


@pytest.mark.parametrize("origin, lets_in", [
    (None, True), ("own", True), ("https://portal.example", True),
    ("https://evil.example", False), ("null", False), ("nonsense", False),
])
def test_only_known_pages_open_the_socket(start_node, host, origin, lets_in):
    node = start_node(viewer={"origins": ["https://portal.example"]})
    own = "http://%s:%d" % node.address
    headers = {} if origin is None else {"Origin": own if origin == "own" else origin}
    token = node.key.mint(host.target)

    if lets_in:
        Viewer(node, token, headers=headers).leave()
        return
    with pytest.raises(Refused) as refused:
        Viewer(node, token, headers=headers)
    assert refused.value.response.status == 403
    assert json.loads(refused.value.response.body)["message"]


def test_nothing_secret_is_logged(node, start_host):
    host = start_host()
    token = node.key.mint(host.target, console={"password": "hush-hush", "name": "web-1"},
                          sub="anna")
    node.http(f"/console?token={token}")
    viewer = Viewer(node, token)
    viewer.leave()
    refusal(node, token)
    refusal(node, flipped(token, 4))
    expect_told(node, "token_used")

    log = node.log.read_text()
    for secret in (token, token.split(".")[3], "hush-hush", node.key.text(),
                   base64url(b"hush-hush")):
        assert secret not in log
    ended = node.wait_for_event("session_ended", reason="viewer_closed")
    for member in ("session", "console", "subject", "client"):
        assert any(member in name for name in ended), ended
