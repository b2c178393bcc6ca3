"""Many viewers of hosts that do nothing, on one node; the integration tests' harness for benchmarks."""

import contextlib
import pathlib
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

from harness.node import Node  # noqa: E402
from harness.rfb_host import FakeHost  # noqa: E402
from harness.viewer import Viewer  # noqa: E402


@contextlib.contextmanager
def crowd(count):
    """(node, viewers): a node with that many sessions and room for more."""
    over = threading.Event()

    def still(peer):
        """Nothing after the handshake, so that this process has its time for the viewers."""
        peer.greet()
        peer.accept()
        over.wait()

    with tempfile.TemporaryDirectory(prefix="porthole-") as place, FakeHost(still) as host, Node(
            pathlib.Path(place), most_descriptors=2 * count + 1000,
            limits={"sessions_per_console": count + 1, "sessions_per_subject": count + 10,
                    "sessions_per_address": count + 10, "connections_per_address": count + 10}) as node:
        viewers = [Viewer(node, node.key.mint(host.target)) for _ in range(count)]
        try:
            yield node, viewers
        finally:
            for viewer in viewers:
                viewer.web_socket.socket.close()
            over.set()
