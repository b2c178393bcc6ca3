"""A new version on every node of a fleet while people work: as docs/operating.md says."""

import signal
import threading
import uuid

import pytest

from harness.abuse import REQUEST_BYTES, echo
from harness.front_proxies import PROXY_ADDRESS, Balancer
from harness.tokens import TokenKey
from harness.viewer import Viewer
from harness.vnc_servers import free_port
from processes import wait_until

# A balancer that asks every 100 ms, twice, has noticed long before the delay is over.
SHUTDOWN = {"delay": "3s", "grace": "1h"}


@pytest.fixture
def fleet(start_node):
    """Two nodes with ports that stay theirs over a restart."""
    key = TokenKey()
    proxies = {"trusted": [f"{PROXY_ADDRESS}/32"], "proxy_protocol": True}
    return [start_node(key=key, shutdown=SHUTDOWN,
                       listeners=[{"address": "127.0.0.1", "port": free_port(),
                                   "proxies": proxies}],
                       admin={"address": "127.0.0.1", "port": free_port()})
            for _ in range(2)]


def round_trip(viewer):
    viewer.request_update()
    assert len(viewer.read(REQUEST_BYTES)) == REQUEST_BYTES


class Crowd:
    """People who open a console through the balancer, use it and leave, all the time."""

    def __init__(self, open_console):
        self._open, self._over = open_console, threading.Event()
        self._thread = threading.Thread(target=self._come_and_go)
        self._trouble = []
        self.served = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        assert not self._trouble, self._trouble

    def _come_and_go(self):
        try:
            while not self._over.wait(0.02):
                viewer = self._open()
                round_trip(viewer)
                viewer.leave()
                self.served += 1
        except Exception as failure:  # pylint: disable=broad-except
            self._trouble.append(failure)


def opened(node):
    return node.metrics()["porthole_sessions_opened_total"]


def someone_on(node, front, target):
    """A viewer whom the balancer sent to that node."""
    for _ in range(20):
        console = uuid.uuid4().hex
        viewer = Viewer(front, node.key.mint(target, console={"id": console}))
        if node.control_json("sessions", "list", "--console", console).get("sessions"):
            return viewer
        viewer.leave()
    raise AssertionError("the balancer never chose that node")


def test_nobody_is_dropped_when_every_node_gets_a_new_version(fleet, start_host, directory):
    host = start_host(echo)
    with Balancer(directory, fleet) as front:
        def open_console():
            return Viewer(front, fleet[0].key.mint(host.target))

        with Crowd(open_console) as crowd:
            for node, other in [fleet, fleet[::-1]]:
                staying = someone_on(node, front, host.target)
                node.child.signal(signal.SIGTERM)
                node.wait_for_metric(1, "porthole_draining")
                before = opened(other)
                wait_until(lambda: opened(other) >= before + 20, 20, "the other to serve everybody")
                round_trip(staying)  # an hour is theirs; this one is done sooner
                staying.leave()
                assert node.child.wait(20) == 0

                node.start()
                wait_until(lambda: opened(node) > 0, 20, "the new one to have its people")
    assert crowd.served > 40
