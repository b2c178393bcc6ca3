"""A soak of one short cycle, and that it would tell of an end that nobody meant."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import harness  # noqa: E402,F401  (finds the demo's modules)
from harness.viewer import Viewer  # noqa: E402

from loads import sources  # noqa: E402
from soak import perform  # noqa: E402
from soak_play import Play  # noqa: E402

BENCH = pathlib.Path(__file__).parent


def test_a_short_one_passes_and_says_so():
    done = subprocess.run([BENCH / "soak.py", "1", "--cycle", "2", "--rate", "10"],
                          capture_output=True, text=True, timeout=150, check=False,
                          env=os.environ)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("passed\n") and "in 1 cycles" in done.stdout


@pytest.fixture
def play():
    with (tempfile.TemporaryDirectory(prefix="porthole-soak-") as place, sources() as ports,
          Play(place, ports, seconds=1, rate=1) as play):
        yield play


def test_what_nobody_meant_is_an_error_by_its_name(play):
    def guesses(play):
        Viewer(play.node, "x.y", handshake=False).leave()
        play.node.wait_for_metric(1, "porthole_admissions_total", result="token_invalid")

    def expects_too_much(play):
        play.expect("revoked", 2)

    def fails(_):
        raise AssertionError("so it is")

    perform(play, {"guesses": guesses, "expects": expects_too_much, "fails": fails})
    play.check()
    play.check()

    assert play.errors == {"token_invalid: more than were meant": 1,
                           "revoked: fewer than were meant": 2,
                           "fails: AssertionError: so it is": 1}


def test_a_reload_that_fails_is_an_error(play):
    play.node.reload(lambda settings: settings.update(nonsense=1))
    play.check()

    assert play.errors["porthole_reloads_total"] == 1
    assert any(name.startswith("log: reloaded") for name in play.errors)
