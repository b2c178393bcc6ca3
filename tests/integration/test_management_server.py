"""The SDK's worked example against real nodes."""

import contextlib
import os
import queue
import subprocess
import threading
from concurrent import futures

from harness.ends import expect_close
from harness.node import sanitizer_environment
from harness.viewer import Viewer

PROGRAM = os.environ.get("MANAGEMENT_SERVER_BINARY", "management_server")


class ManagementServer:
    """The example, its commands and its lines."""

    def __init__(self, *nodes):
        self._child = subprocess.Popen(
            [PROGRAM, "https://consoles.example", *(node.control_address for node in nodes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=sanitizer_environment())
        self._lines = queue.Queue()
        self._unheard = []
        self._reader = threading.Thread(
            target=lambda: [self._lines.put(line.rstrip("\n")) for line in self._child.stdout])
        self._reader.start()

    def tell(self, command):
        self._child.stdin.write(command + "\n")
        self._child.stdin.flush()

    def hear(self, beginning):
        """The first line not yet heard that begins so."""
        while True:
            for line in self._unheard:
                if line.startswith(beginning):
                    self._unheard.remove(line)
                    return line
            self._unheard.append(self._lines.get(timeout=30))

    def open(self, user, console, host):
        """The token of a link."""
        self.tell(f"open {user} {console} {host.target}")
        link = self.hear("link ")
        assert link.startswith("link https://consoles.example/console?token=")
        return link.partition("token=")[2]

    def finish(self):
        with contextlib.suppress(BrokenPipeError):
            self.tell("quit")
        code = self._child.wait(30)
        self._reader.join()
        self._child.stdin.close()
        self._child.stdout.close()
        return code


def test_it_opens_consoles_sees_them_and_ends_them_everywhere(start_node, host):
    nodes = [start_node(node_id="first"), start_node(node_id="second")]
    server = ManagementServer(*nodes)
    for _ in nodes:
        server.hear("ready ")

    viewers = [Viewer(node, server.open("alice", f"vm-{i}", host)) for i, node in enumerate(nodes)]
    other = Viewer(nodes[0], server.open("bob", "vm-3", host))
    opened = dict(line.removeprefix("opened ").split(" by ")[::-1]
                  for line in (server.hear("opened ") for _ in range(3)))
    assert set(opened) == {"alice on vm-0", "alice on vm-1", "bob on vm-3"}
    with futures.ThreadPoolExecutor() as reader:
        closed = [reader.submit(viewer.wait_close) for viewer in viewers]
        server.tell("end alice Your shift is over.")
        server.hear("ended 2 sessions of alice")
    for close in closed:
        expect_close(close.result(), "revoked", words="Your shift is over.")
    for who in ("alice on vm-0", "alice on vm-1"):
        server.hear(f"ended {opened[who]}: END_REASON_REVOKED")

    other.leave()
    server.hear(f"ended {opened['bob on vm-3']}: END_REASON_VIEWER_CLOSED")
    assert server.finish() == 0


def test_it_sees_a_node_go(start_node):
    first, second = start_node(), start_node()
    server = ManagementServer(first, second)
    for _ in range(2):
        server.hear("ready ")

    first.terminate()

    assert first.control_address in server.hear("lost ")
    server.tell("end alice Bye.")
    assert first.control_address in server.hear("error "), "nobody may think that all is well"
    assert server.finish() == 0
