"""`portholectl sessions watch` against a real node: on a terminal, and into a pipe."""

import json
import os
import pty
import subprocess

from harness.node import PORTHOLECTL, sanitizer_environment
from harness.viewer import Viewer
from processes import wait_until


class Watch:
    """`portholectl sessions watch`, on a terminal of its own or into a pipe."""

    def __init__(self, node, terminal):
        self._ours, theirs = pty.openpty() if terminal else os.pipe()
        os.set_blocking(self._ours, False)
        self._child = subprocess.Popen(
            [PORTHOLECTL, "--address", node.control_address, "sessions", "watch"],
            stdin=subprocess.DEVNULL, stdout=theirs, env=sanitizer_environment())
        os.close(theirs)
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.terminate()
        self._child.wait(20)
        os.close(self._ours)

    def shows(self, *words):
        """Waits until everything of `words` was written since the last time."""
        def read():
            try:
                self.text += os.read(self._ours, 65536).decode()
            except BlockingIOError:
                pass
            return all(word in self.text for word in words)
        wait_until(read, 30, f"the watch to show {words}, not {self.text[-2000:]!r}")
        seen, self.text = self.text, ""
        return seen


def test_a_watch_on_a_terminal_is_a_live_table(node, host):
    with Watch(node, terminal=True) as watch:
        watch.shows("0 sessions", "CONSOLE")
        viewer = Viewer(node, node.key.mint(host.target, console={"name": "web-7"}, sub="anna"))
        assert "\x1b[H" in watch.shows("1 sessions", "web-7", "anna", "active")
        viewer.leave()
        watch.shows("0 sessions")


def test_a_watch_into_a_pipe_is_lines_of_json(node, host):
    with Watch(node, terminal=False) as watch:
        watch.shows('"type":"synced"')
        viewer = Viewer(node, node.key.mint(host.target, sub="anna"))
        watch.shows('"state":"SESSION_STATE_ACTIVE"')
        viewer.leave()
        last = json.loads(watch.shows('"type":"ended"').splitlines()[-1])

    assert last["session"]["subject"] == "anna"
    assert last["session"]["end_reason"] == "END_REASON_VIEWER_CLOSED"


def test_a_watch_outlives_its_node_and_says_so(start_node):
    node = start_node()
    with Watch(node, terminal=False) as watch:
        watch.shows('"type":"synced"')
        node.terminate()
        assert node.control_address in watch.shows('"type":"lost"')
