"""Fixtures: Porthole processes and places for their files."""

import contextlib
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

from harness.node import Node  # noqa: E402
from harness.rfb_host import FakeHost  # noqa: E402


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
