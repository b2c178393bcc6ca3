"""A node under a service manager, and asked by a container's health check."""

import json
import socket
import subprocess

import pytest

from harness.node import PORTHOLE, sanitizer_environment
from harness.viewer import Viewer
from processes import wait_until


class Manager:
    """A service manager's socket: what it was told, in order."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)
        self._told = []

    def told(self):
        try:
            while True:
                self._told.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            return self._told


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_a_service_manager_is_told(start_node, directory, monkeypatch, kind):
    path = str(directory / "notify.sock")
    monkeypatch.setenv("NOTIFY_SOCKET", path if kind == "path" else f"@{path}")
    manager = Manager(path if kind == "path" else f"\0{path}")
    node = start_node()
    wait_until(lambda: "READY=1" in manager.told(), 20, "READY=1", node.child)
    wait_until(lambda: manager.told().count("WATCHDOG=1") >= 2, 20, "the watchdog's food", node.child)
    assert "STOPPING=1" not in manager.told()

    assert node.terminate() == 0
    told = manager.told()
    assert told[0] == "READY=1"
    assert "STOPPING=1" in told


def test_a_manager_that_is_gone_is_nobodys_trouble(start_node, directory, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(directory / "nobody.sock"))
    node = start_node()
    assert node.admin("/readyz")[0] == 200


def test_a_nodes_watchdog_is_fed_while_it_drains(start_node, host, directory, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(directory / "notify.sock"))
    manager = Manager(str(directory / "notify.sock"))
    node = start_node(shutdown={"grace": "60s"})
    viewer = Viewer(node, node.key.mint(host.target))
    node.child.signal(15)
    wait_until(lambda: "STOPPING=1" in manager.told(), 20, "STOPPING=1", node.child)
    fed = manager.told().count("WATCHDOG=1")
    wait_until(lambda: manager.told().count("WATCHDOG=1") > fed, 20, "food while draining",
               node.child)
    viewer.leave()
    assert node.child.wait(30) == 0


@pytest.fixture
def probe(directory):
    """Asks a node as its container would, with its own configuration."""
    def ask(node, what, **admin):
        file = directory / "probe.yaml"
        configuration = json.loads((node.directory / "porthole.yaml").read_text())
        configuration["admin"] = {"address": node.admin_address[0],
                                  "port": node.admin_address[1]} | admin
        file.write_text(json.dumps(configuration))
        return subprocess.run([PORTHOLE, "--config", file, "--probe", what], capture_output=True,
                              text=True, timeout=60, check=False, env=sanitizer_environment())
    return ask


def test_a_probe_says_whether_the_node_is_ready(start_node, probe):
    node = start_node()
    for what in ["live", "ready"]:
        done = probe(node, what)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), what
    assert probe(node, "ready", address="0.0.0.0").returncode == 0

    node.control("node", "drain", "--deadline", "10m")
    assert probe(node, "live").returncode == 0
    done = probe(node, "ready")
    assert done.returncode == 1
    assert "not_draining" in done.stderr


def test_a_probe_without_a_node_says_so(start_node, start_host, probe):
    node = start_node()
    assert node.terminate() == 0
    done = probe(node, "live")
    assert done.returncode == 1
    assert f"127.0.0.1:{node.admin_address[1]}" in done.stderr

    done = probe(node, "live", port=0)
    assert done.returncode == 2
    assert "admin.port" in done.stderr

    silent = start_host(lambda peer: peer.read_to_end())
    done = probe(node, "ready", port=silent.port)
    assert done.returncode == 1
    assert "4 s" in done.stderr
    silent.wait_for_ends()

    done = probe(node, "strange")
    assert done.returncode == 2
    assert "strange" in done.stderr
