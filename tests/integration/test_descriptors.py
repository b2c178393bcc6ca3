"""No file descriptors left. Not under UndefinedBehaviorSanitizer: to look at an object's type it
needs pipe(2), and takes its failure for a bad object."""

import contextlib
import socket

from harness.viewer import Viewer
from harness.websocket import Refused, Stream, WebSocket, open_socket, read_response
from processes import wait_until

MOST = 100
REQUEST = b"GET /assets/page-ABCDEFGH.js HTTP/1.1\r\nHost: x\r\n\r\n"


def fill(node):
    """Connections that stay, as many as the node takes; and its answer to the one more."""
    taken = []
    for _ in range(2 * MOST):
        sock = open_socket(node.address)
        sock.sendall(REQUEST)
        answer = read_response(Stream(sock))
        if answer.status != 200:
            sock.close()
            return taken, answer
        taken.append(sock)
    raise AssertionError("the node never said that it is full")


def test_the_last_descriptors_are_kept_for_saying_so(start_node, host):
    node = start_node(most_descriptors=MOST)
    viewer = Viewer(node, node.key.mint(host.target))

    taken, answer = fill(node)

    assert answer.status == 503 and answer.headers["retry-after"] == "5"
    assert b"This console server is full." in answer.body
    with contextlib.suppress(Refused):
        Viewer(node, node.key.mint(host.target))
        raise AssertionError("a full node admitted somebody")
    status, _, page = node.http("/console?token=x")
    assert status == 503 and "This console server is full." in page
    viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 22, 10, "a key of the open session")
    for sock in taken:
        sock.close()
    viewer.leave()
    wait_until(lambda: node.descriptors() < MOST - 40, 20, "the descriptors to be back")
    Viewer(node, node.key.mint(host.target)).leave()


def test_without_descriptors_it_waits_and_goes_on(start_node, start_host):
    host = start_host(lambda peer: (peer.greet(), peer.accept(), peer.read_to_end()))
    node = start_node(most_descriptors=MOST)
    taken, _ = fill(node)
    # A connection that becomes a session needs one more, and so gets at those that are kept.
    for number, sock in enumerate(taken):
        token = node.key.mint(host.target, console={"id": f"console-{number}"})
        WebSocket(sock, "x", "/websockify", ["binary", f"porthole.token.{token}"])
    sockets = [socket.create_connection(node.address, timeout=20) for _ in range(MOST)]
    wait_until(lambda: node.descriptors() >= MOST, 20, "the descriptors to run out")

    for sock in [*taken, *sockets]:
        sock.close()
    wait_until(lambda: node.descriptors() < MOST - 40, 20, "the descriptors to be back")
    assert node.metrics().get("porthole_accept_errors_total", reason="descriptors") >= 1
    Viewer(node, node.key.mint(host.target)).leave()
