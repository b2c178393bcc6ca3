"""No file descriptors left. Not under UndefinedBehaviorSanitizer: to look at an object's type it
needs pipe(2), and takes its failure for a bad object."""

import socket

from harness.viewer import Viewer
from processes import wait_until


def test_without_descriptors_it_waits_and_goes_on(start_node, host):
    node = start_node(most_descriptors=80)
    viewer = Viewer(node, node.key.mint(host.target))
    sockets = [socket.create_connection(node.address, timeout=20) for _ in range(120)]
    wait_until(lambda: node.descriptors() >= 75, 10, "the descriptors to run out")

    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key of the open session")

    for sock in sockets:
        sock.close()
    wait_until(lambda: node.descriptors() < 60, 20, "the descriptors to be back")
    assert node.metrics().get("porthole_accept_errors_total", reason="descriptors") >= 1
    Viewer(node, node.key.mint(host.target)).leave()
    viewer.leave()
