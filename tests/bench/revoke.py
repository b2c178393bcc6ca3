#!/usr/bin/env -S /usr/bin/python3 -B
"""Measures how long RevokeSessions takes until the last viewer has its close frame.

revoke.py COUNT...: with PORTHOLE_BINARY and PORTHOLECTL_BINARY as the integration tests have them.
"""

import pathlib
import select
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

from harness.control_api import SessionApi, messages  # noqa: E402
from harness.node import Node  # noqa: E402
from harness.rfb_host import FakeHost  # noqa: E402
from harness.viewer import Viewer  # noqa: E402


DONE = threading.Event()


def still(peer):
    """A host that does nothing after its handshake, so that this process has the time for viewers."""
    peer.greet()
    peer.accept()
    DONE.wait()


def revoke_all(api):
    service = messages("session_service")
    request = service.RevokeSessionsRequest()
    request.selector.all = True
    return api._call("RevokeSessions", request, service.RevokeSessionsResponse)


def measure(count):
    with tempfile.TemporaryDirectory(prefix="porthole-") as place, FakeHost(still) as host, Node(
            pathlib.Path(place), most_descriptors=2 * count + 1000,
            limits={"sessions_per_console": count + 1}) as node, SessionApi(node) as api:
        viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(count)]
        poller = select.epoll()
        for viewer in viewers:
            poller.register(viewer.web_socket.socket, select.EPOLLIN | select.EPOLLET)
        api.sessions()  # opens the channel
        began = time.monotonic()
        caller = threading.Thread(target=revoke_all, args=(api,))
        caller.start()
        left = {viewer.web_socket.socket.fileno() for viewer in viewers}
        while left and time.monotonic() - began < 60:
            for descriptor, _ in poller.poll(1):
                left.discard(descriptor)
        took = time.monotonic() - began
        for viewer in viewers:
            viewer.web_socket.socket.close()
        caller.join()
        DONE.set()
        print(f"{count} sessions, {len(left)} without a close frame: last after {took * 1000:.1f} ms")
        DONE.clear()


for argument in sys.argv[1:] or ["1", "1000"]:
    measure(int(argument))
