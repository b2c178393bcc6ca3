"""docs/integrating.md, every command of it, in the order of the page."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import threading
import types
from concurrent import futures

from harness.ends import expect_close
from harness.node import PORTHOLE, PORTHOLECTL, sanitizer_environment, write_pages
from harness.viewer import Viewer
from harness.vnc_servers import free_port

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "integrating.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
DONE = "--- that was the block"


class Shell:
    """One bash for the whole page; ends when a command fails."""

    def __init__(self, directory):
        programs = directory / "programs"
        programs.mkdir()
        for name, path in {"porthole": PORTHOLE, "portholectl": PORTHOLECTL}.items():
            (programs / name).symlink_to(path)
        environment = sanitizer_environment() | {
            "PATH": f"{programs}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(directory / "none")}
        place = directory / "walk"
        place.mkdir()
        self._bash = subprocess.Popen(
            ["bash", "-euo", "pipefail"], cwd=place, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        # Whatever hangs, the test does not.
        self._watchdog = threading.Timer(120, self._end)
        self._watchdog.start()

    def _end(self):
        """Ends bash and what it started: the node holds the pipe, too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bash.pid, signal.SIGKILL)

    def run(self, block):
        """The output of one block."""
        self._bash.stdin.write(f"{block}\necho '{DONE}'\n")
        self._bash.stdin.flush()
        output = ""
        for line in self._bash.stdout:
            if line.rstrip("\n") == DONE:
                return output
            output += line
        self._end()
        raise AssertionError(f"it ended in\n{block}\nafter\n{output}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        self._bash.stdin.close()
        self._end()
        self._bash.wait()
        self._bash.stdout.close()


def prepared(block, ports, viewer):
    """The block with ports that are free here; a page for browsers, as none is installed."""
    for written, free in ports.items():
        block = re.sub(rf"\b{written}\b", str(free), block)
    return block.replace("admin: {port", f"viewer: {{directory: {viewer}}}\nadmin: {{port")


def test_the_page_is_a_walk_that_works(directory, host):
    ports = {8443: free_port(), 9443: free_port(), 9091: free_port(), 5901: host.port}
    node = types.SimpleNamespace(tls_address=("127.0.0.1", ports[8443]))
    pages = write_pages(directory / "viewer")
    viewer = None
    said = {}
    with Shell(directory) as shell, futures.ThreadPoolExecutor() as reader:
        for block in BLOCKS:
            # A browser answers the close frame; only then has the session ended.
            closed = reader.submit(viewer.wait_close) if "sessions revoke" in block else None
            output = shell.run(prepared(block, ports, pages))
            said[block.split("\n")[0]] = output
            link = re.search(r"https://localhost:\d+/console\?token=(\S+)", output)
            if link:
                viewer = Viewer(node, link[1], tls=True)
            if closed:
                expect_close(closed.result(), "revoked", words="Your shift is over.")
                assert "Ended 1 sessions." in output

    def output_of(command):
        return next(output for first, output in said.items() if first.startswith(command))
    assert "alice" in output_of("portholectl sessions list")
    assert '"type":"opened"' in output_of("portholectl sessions list")
    assert "Shown in" in output_of("session=") and "view only" in output_of("session=")
    assert "Lifted" in output_of("portholectl blocks list --output json")
    assert "admitting" in output_of("portholectl node drain")


def test_every_shell_block_is_run():
    fences = re.findall(r"^```(\w+)$", PAGE.read_text(), re.MULTILINE)

    assert len(BLOCKS) == fences.count("sh") >= 12
    assert set(fences) <= {"sh", "cmake", "sql"}
