#!/usr/bin/env -S /usr/bin/python3 -B
"""Runs workloads and writes results.json, a table and plots; tests/bench/run builds what it needs
and calls it. With PORTHOLE_BINARY and PORTHOLECTL_BINARY as the integration tests have them."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import harness  # noqa: E402,F401  (finds the demo's modules)
from harness.certificates import Authority  # noqa: E402
from processes import ProcessFailed  # noqa: E402

from budgets import verdicts  # noqa: E402
from cases import METRICS, Bench  # noqa: E402
from loads import TOP, LoadFailed, sources  # noqa: E402
from peers import KINDS, haproxy_program  # noqa: E402
from plots import write_plots  # noqa: E402
from report import markdown, number  # noqa: E402
from workloads import cases  # noqa: E402


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout + done.stderr).splitlines()[0].strip() if done.stdout + done.stderr else ""


def machine():
    models = [line.partition(":")[2].strip()
              for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    return {"cpus": os.cpu_count(), "cpu": models[0] if models else platform.machine(),
            "kernel": platform.release(), "load": round(os.getloadavg()[0], 2),
            "versions": [first_line(haproxy_program(), "-v").partition(" - ")[0],
                         first_line("openssl", "version").partition(" (")[0]]}


def commit():
    found = first_line("git", "-C", str(TOP), "rev-parse", "--short", "HEAD")
    changed = first_line("git", "-C", str(TOP), "status", "--porcelain", "--untracked-files=no")
    return found + (" with changes" if changed else "")


def measured(bench, case, name, where):
    """The figures of one peer, started for this."""
    with KINDS[name](*where, case.workers) as peer:
        figures = case.measure(bench, peer)
        if not peer.children:  # nothing in between costs nothing
            figures = {metric: value for metric, value in figures.items()
                       if not metric.startswith(("cpu_", "bytes_"))}
        return figures


def in_turn(chosen, rounds):
    """(round, case, peer): every case with its peers, whose order moves on from round to round."""
    for number_of_round in range(rounds):
        for case in chosen:
            shift = number_of_round % len(case.peers)
            for name in case.peers[shift:] + case.peers[:shift]:
                yield number_of_round, case, name


def record(run, bench, where, turn):
    """Measures one peer; a failure is written down, and the others still have their turn."""
    number_of_round, case, name = turn
    what = f"{case.workload}: {case.name}: {name}"
    try:
        figures = measured(bench, case, name, where)
    except (LoadFailed, ProcessFailed, AssertionError) as failure:
        run["failures"].append(f"{what}: {failure}")
        print(f"{what}: FAILED: {failure}", flush=True)
        return
    said = ", ".join(f"{METRICS[metric]} {number(value)}" for metric, value in figures.items())
    print(f"{what}: {said}", flush=True)
    run["measurements"] += [
        {"workload": case.workload, "case": case.name, "peer": name, "round": number_of_round,
         "metric": metric, "value": value, "workers": case.workers, "sessions": case.sessions}
        for metric, value in figures.items()]


def write(run, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(run, indent=1) + "\n")
    (folder / "table.md").write_text(markdown(run))


def arguments():
    known = list(dict.fromkeys(case.workload for case in cases(Bench(quick=True))))
    parser = argparse.ArgumentParser(prog="tests/bench/run",
                                     description="Porthole and its peers on the same work.")
    parser.add_argument("--quick", action="store_true", help="about a minute for each workload")
    parser.add_argument("--rounds", type=int, help="default: 3, with --quick 1")
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    parser.add_argument("--rsa", action="store_true", help="an RSA certificate, not ECDSA")
    parser.add_argument("--into", type=pathlib.Path, default=TOP / "build/bench/results")
    parser.add_argument("workload", nargs="*", help=f"default all: {', '.join(known)}")
    given = parser.parse_args()
    for workload in given.workload:
        if workload not in known:
            parser.error(f"there is no workload '{workload}', only {', '.join(known)}")
    given.rounds = given.rounds or (1 if given.quick else 3)
    return given


def main():
    given = arguments()
    bench = Bench(given.quick)
    chosen = [case for case in cases(bench) if given.case in case.name
              and (not given.workload or case.workload in given.workload)]
    if not chosen:
        sys.exit(f"no case has '{given.case}' in its name")
    run = {"made": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
           "commit": commit(), "quick": given.quick, "rounds": given.rounds,
           "machine": machine(), "failures": [], "measurements": []}
    with tempfile.TemporaryDirectory(prefix="porthole-bench-") as place, sources() as ports:
        certificate = Authority(pathlib.Path(place)).issue("localhost", rsa_key=given.rsa)
        for turn in in_turn(chosen, given.rounds):
            record(run, bench, (ports, certificate), turn)
            # Each time, so that what was measured is not lost when somebody ends us.
            run["budgets"] = list(verdicts(run["measurements"]))
            write(run, given.into)
    write_plots(run["measurements"], given.into)
    print(f"\n{(given.into / 'table.md').read_text()}\nin {given.into}")
    return 1 if run["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
