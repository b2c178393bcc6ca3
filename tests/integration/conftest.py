"""Fixtures: Porthole processes and places for their files."""

import contextlib
import ipaddress
import pathlib
import shutil
import sys
import tempfile

import pytest
from cryptography import x509

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

from harness.certificates import Authority  # noqa: E402
from harness.node import Node  # noqa: E402
from harness.rfb_host import FakeHost  # noqa: E402
from harness.vnc_servers import free_port  # noqa: E402


@contextlib.contextmanager
def short_directory():
    """A directory for a while, whose path is short enough for unix sockets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="porthole-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def directory():
    with short_directory() as path:
        yield path


@pytest.fixture
def start_node(directory):
    """Starts Porthole with changes to the tests' configuration: start_node(limits={…})."""
    nodes = []
    with contextlib.ExitStack() as stack:
        def start(**changes):
            place = directory / f"node{len(nodes)}"
            place.mkdir()
            nodes.append(stack.enter_context(Node(place, **changes)))
            return nodes[-1]
        start.nodes = nodes
        yield start


@pytest.fixture
def node(start_node):
    """A Porthole as the tests' configuration has it."""
    return start_node()


@pytest.fixture
def start_host():
    """Starts scripted VNC servers: start_host(script)."""
    with contextlib.ExitStack() as stack:
        yield lambda *script: stack.enter_context(FakeHost(*script))


@pytest.fixture
def host(start_host):
    """A VNC server without a password that only listens."""
    return start_host()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    start = item.funcargs.get("start_node") if hasattr(item, "funcargs") else None
    if report.failed and report.when == "call" and start:
        for node in start.nodes:
            report.sections.append((f"log of {node.directory.name}", node.child.last_words(60)))


@pytest.fixture
def mtls(directory):
    """What a control API over TCP needs, and callers' certificates."""
    trusted, foreign = Authority(directory, "Trusted CA"), Authority(directory, "Foreign CA")
    uri = x509.UniformResourceIdentifier
    server = trusted.issue("server", x509.DNSName("localhost"), x509.IPAddress(
        ipaddress.ip_address("127.0.0.1")))
    return {
        "configuration": {
            "tcp": {"port": free_port(), "certificate_file": str(server[0]),
                    "private_key_file": str(server[1]),
                    "client_ca_file": str(trusted.certificate)},
            "callers": [{"name": "uri:spiffe://cloud/manager", "role": "admin"},
                        {"name": "cn:watcher", "role": "viewer"}],
        },
        "ca": trusted.certificate,
        "manager": trusted.issue("manager", uri("spiffe://cloud/manager")),
        "watcher": trusted.issue("watcher"),
        "stranger": trusted.issue("stranger"),
        "foreigner": foreign.issue("foreigner", uri("spiffe://cloud/manager")),
    }
