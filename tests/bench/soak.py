#!/usr/bin/env -S /usr/bin/python3 -B
"""A node under everything at once, for a chosen time; tests/bench/soak builds what it needs and calls
it. Prints a line a cycle and a verdict, and ends with 1 when something was not as it should be."""

import argparse
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import grpc  # noqa: E402

import harness  # noqa: E402,F401  (finds the demo's modules)
from processes import ProcessFailed  # noqa: E402

from growth import LEAST_CYCLES, MIB, Sample, complaints, growth, remembered  # noqa: E402
from harness.websocket import Closed, Refused  # noqa: E402
from loads import LoadFailed, sources  # noqa: E402
from soak_acts import AFTERWARDS, TOGETHER  # noqa: E402
from soak_play import Play  # noqa: E402

FAILURES = (LoadFailed, ProcessFailed, AssertionError, OSError, EOFError, Closed, Refused,
            grpc.RpcError)


def perform(play, acts):
    """All of them at once, to their end; what fails is an error of that act's name."""
    def run(name, act):
        try:
            act(play)
        except FAILURES as failure:
            play.wrong(f"{name}: {type(failure).__name__}: {str(failure)[:300]}")

    threads = [threading.Thread(target=run, args=item) for item in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cycle(play, began, samples):
    """Everything once, and then what the node holds at rest."""
    perform(play, TOGETHER)
    perform(play, AFTERWARDS)
    try:
        play.node.wait_for_sessions(0)
    except ProcessFailed:
        play.wrong("sessions that did not end")
    hoped = samples[0].descriptors if samples else play.descriptors_before
    descriptors = play.descriptors_at_rest(hoped)
    metrics = play.check()
    return Sample(seconds=time.monotonic() - began, resident=play.node.resident_bytes(),
                  admitted=int(metrics.get("porthole_admissions_total", result="admitted")),
                  descriptors=descriptors)


def tell(play, samples):
    sample = samples[-1]
    print(f"{sample.seconds:7.0f} s  {sample.admitted:9}  {sample.resident / MIB:10.1f}  "
          f"{play.busiest / MIB:10.1f}  {remembered(samples, sample):10}  {sample.descriptors:11}  "
          f"{sum(play.errors.values()):6}", flush=True)


def verdict(play, samples):
    """Prints it; whether all is well."""
    wrong = list(complaints(samples))
    grown = growth(samples)
    print(f"\n{samples[-1].admitted} consoles in {len(samples)} cycles; descriptors at rest "
          f"{samples[0].descriptors}, then {samples[-1].descriptors}")
    if grown is None:
        print(f"memory: too short for a verdict (fewer than {LEAST_CYCLES} cycles)")
    else:
        print(f"memory: {grown / MIB:+.2f} MiB from the middle third to the last, without used tokens")
    for what, count in sorted(play.errors.items()):
        wrong.append(f"{count} x {what}")
    for line in wrong:
        print(f"WRONG: {line}")
    print("FAILED" if wrong else "passed")
    return not wrong


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/soak", description=__doc__)
    parser.add_argument("seconds", type=int, nargs="?", default=120)
    parser.add_argument("--cycle", type=float, default=10, help="seconds of all at once")
    parser.add_argument("--rate", type=float, default=40, help="consoles opened a second, twice")
    given = parser.parse_args()
    if given.seconds < 1 or given.cycle < 1 or not 1 <= given.rate <= 400:
        parser.error("SECONDS and --cycle are at least 1, --rate is 1 to 400")
    began, samples = time.monotonic(), []
    with (tempfile.TemporaryDirectory(prefix="porthole-soak-") as place, sources() as ports,
          Play(place, ports, given.cycle, given.rate) as play):
        print("     time   consoles  MiB at rest  MiB at most  tokens kept  descriptors  errors")
        while not samples or time.monotonic() - began < given.seconds:
            samples.append(cycle(play, began, samples))
            tell(play, samples)
        well = verdict(play, samples)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
