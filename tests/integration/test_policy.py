"""What a session's policy keeps back, and how it changes while the session lives."""

import json
import struct
import subprocess
import threading

import grpc
import pytest

from harness.control_api import SessionApi
from harness.ends import expect_close
from harness.viewer import Viewer
from harness.vnc_servers import Xtigervnc
from processes import wait_until

KEY_DOWN = struct.pack(">BBxxI", 4, 1, 0x61)
KEY_UP = struct.pack(">BBxxI", 4, 0, 0x61)
RELEASE = struct.pack(">BBHH", 5, 0, 7, 9)  # a pointer without a button
HANDSHAKE = 12 + 1 + 1  # what a host reads before the bridge
BOTH, TO_CONSOLE, FROM_CONSOLE, OFF = 1, 2, 3, 4


@pytest.fixture
def api(node):
    with SessionApi(node) as api:
        yield api


def heard(host):
    return bytes(host.peers[-1].received[HANDSHAKE:])


def wait_for(host, data):
    wait_until(lambda: heard(host) == data, 10, f"the host to hear {data}, not {heard(host)}")


def update_request():
    return struct.pack(">BBHHHH", 3, 1, 0, 0, 64, 48)


@pytest.mark.parametrize("cut", [1, 3, 7, 100])
def test_view_only_holds_however_messages_are_cut(node, host, cut):
    viewer = Viewer(node, node.key.mint(host.target, policy={"view_only": True}))
    stream = (KEY_DOWN + update_request() + struct.pack(">BBHH", 5, 1, 7, 9)
              + struct.pack(">BxxxI", 6, 4) + b"text" + struct.pack(">BBHII", 255, 0, 1, 97, 30)
              + struct.pack(">BBBx", 250, 1, 2) + update_request())
    for at in range(0, len(stream), cut):
        viewer.send(stream[at:at + cut])

    wait_for(host, 2 * update_request())
    session = node.control_json("sessions", "list")["sessions"][0]
    assert session["last_input_time"], "what is dropped is input all the same"
    viewer.leave()


def test_view_only_begins_and_ends_in_a_live_session(node, host, api):
    viewer = Viewer(node, node.key.mint(host.target))
    viewer.send(KEY_DOWN + struct.pack(">BBHH", 5, 1, 7, 9))
    before = KEY_DOWN + struct.pack(">BBHH", 5, 1, 7, 9)
    wait_for(host, before)
    session_id = api.sessions()[0].session_id

    assert api.update(session_id, view_only=True).policy.view_only
    wait_for(host, before + KEY_UP + RELEASE)
    viewer.send(KEY_DOWN + update_request())
    wait_for(host, before + KEY_UP + RELEASE + update_request())
    assert api.sessions()[0].policy.view_only

    assert not api.update(session_id, view_only=False).policy.view_only
    viewer.send(KEY_DOWN)
    wait_for(host, before + KEY_UP + RELEASE + update_request() + KEY_DOWN)
    viewer.leave()


def test_a_session_whose_messages_are_unknown_cannot_be_restricted(node, host, api):
    viewer = Viewer(node, node.key.mint(host.target))
    viewer.send(b"\x63what is this")
    wait_for(host, b"\x63what is this")
    session = api.sessions()[0]

    with pytest.raises(grpc.RpcError) as refused:
        api.update(session.session_id, view_only=True, idle_s=5)

    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert api.sessions()[0].policy == session.policy
    viewer.leave()


def test_durations_change_in_a_live_session(node, host, api):
    idle = Viewer(node, node.key.mint(host.target, jti="idle"))
    short = Viewer(node, node.key.mint(host.target, jti="short"))
    ids = {session.token_id: session.session_id for session in api.sessions()}

    api.update(ids["idle"], idle_s=1)
    api.update(ids["short"], duration_s=1)

    expect_close(idle.wait_close(), "idle_timeout")
    expect_close(short.wait_close(), "max_duration")
    with pytest.raises(grpc.RpcError) as gone:
        api.update(ids["idle"], idle_s=60)
    assert gone.value.code() == grpc.StatusCode.NOT_FOUND


def test_announcements_reach_viewers_that_agreed_to_text(node, host, api):
    ours = Viewer(node, node.key.mint(host.target))
    stock = Viewer(node, node.key.mint(host.target), protocols=["binary"],
                   path="/websockify?token=" + node.key.mint(host.target))
    bare = Viewer(node, path="/websockify?token=" + node.key.mint(host.target), protocols=[])

    answer = api.announce("Maintenance <b>at</b> noon.\x07", level=2)

    assert (answer.sent_count, answer.unsupported_count) == (1, 2)
    for peer in host.peers:  # a picture behind it, so that there is something to read
        peer.write(b"\2")
    for viewer in (ours, stock, bare):
        assert viewer.read(1) == b"\2"
    assert not stock.web_socket.texts and not bare.web_socket.texts
    (text,) = ours.web_socket.texts
    assert json.loads(text) == {
        "view_only": False, "clipboard": "both",
        "announcement": {"id": 1, "text": "Maintenance <b>at</b> noon.", "level": "warning"}}


class Clipboards:
    """TigerVNC's clipboard on the machine's side, through an X tool."""

    def __init__(self, server):
        self._command = ["xclip", "-display", server.display, "-selection", "clipboard"]

    def copy(self, text):
        """Somebody in the machine copies `text`; xclip ends before the X server knows of it."""
        subprocess.run([*self._command, "-i"], input=text.encode(), timeout=10, check=True)
        wait_until(lambda: self.pasted() == text, 20, "the machine's own clipboard")

    def pasted(self):
        """What somebody in the machine would paste."""
        done = subprocess.run([*self._command, "-o"], capture_output=True, timeout=10, check=False)
        return done.stdout.decode()


class Watcher:
    """Reads updates of `viewer` until its end, and notes the clipboard texts among them."""

    def __init__(self, viewer):
        self.viewer, self.texts, self.updates = viewer, [], 0
        self.error = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            while True:
                self._message(self.viewer.read(1)[0])
        except Exception as error:  # the test looks at it
            self.error = error

    def _message(self, kind):
        read = self.viewer.read
        if kind == 0:
            read(1)
            for _ in range(struct.unpack(">H", read(2))[0]):
                _, _, width, height, encoding = struct.unpack(">HHHHi", read(12))
                assert encoding == 0, encoding
                read(width * height * 4)
            self.updates += 1
        elif kind == 3:
            read(3)
            self.texts.append(read(struct.unpack(">I", read(4))[0]).decode())
        else:
            assert kind == 2, kind


@pytest.mark.parametrize("clipboard", ["both", "from_console", "to_console", "off"])
def test_clipboard_of_a_real_machine(node, directory, clipboard):
    with Xtigervnc(directory) as server:
        clipboards = Clipboards(server)
        viewer = Viewer(node, node.key.mint(server.target, policy={"clipboard": clipboard}))
        watcher = Watcher(viewer)
        viewer.set_encodings(0)
        viewer.request_update()
        wait_until(lambda: watcher.updates == 1, 20, "the first picture")

        clipboards.copy("from the machine")
        if clipboard in ("both", "from_console"):
            wait_until(lambda: "from the machine" in watcher.texts, 20, "the machine's text")
        for expected in (2, 3, 4):
            viewer.request_update()
            wait_until(lambda: watcher.updates == expected, 20, "pictures to go on")
        viewer.send(struct.pack(">BxxxI", 6, 12) + b"to the host!")
        if clipboard in ("both", "to_console"):
            wait_until(lambda: clipboards.pasted() == "to the host!", 20, "the viewer's text there")
        viewer.request_update()
        wait_until(lambda: watcher.updates == 5, 20, "a picture behind the text")
        if clipboard in ("from_console", "off"):
            assert clipboards.pasted() == "from the machine"
        if clipboard in ("to_console", "off"):
            assert watcher.texts == []
        assert watcher.error is None
        viewer.leave()


def test_a_host_that_cannot_be_followed_ends_a_restricted_session(node, start_host):
    def odd(peer):
        peer.greet()
        peer.accept()
        peer.write(b"\x4d")
        peer.read_to_end()
    host = start_host(odd)

    open_viewer = Viewer(node, node.key.mint(host.target))
    assert open_viewer.read(1) == b"\x4d"  # nobody looks
    closed = Viewer(node, node.key.mint(host.target, policy={"clipboard": "off"}))
    expect_close(closed.wait_close(), "host_protocol_error")
    open_viewer.leave()
