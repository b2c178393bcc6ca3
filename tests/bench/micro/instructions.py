#!/usr/bin/python3
"""Counts, under callgrind, the instructions of our own code that each piece of the data plane
executes, and holds them against instructions.txt: a regression shows where a timed test would
flake. What libraries execute is left out, since they choose by the machine's CPU.

    instructions.py [--refresh] [PROGRAM]      default: the one that tests/run builds

--refresh writes the table anew: when a change is meant to cost that, or made something cheaper.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
TABLE = HERE / "instructions.txt"
PROGRAM = TOP / "build/bench/tests/bench/micro/bench_instructions"
DEARER = 1.05  # than the table: refused
CHEAPER = 0.90  # than the table: it should say so, or the gain may be lost unseen
SECONDS = 120
HEAD = """# Instructions of our own code each time a piece is done, compiled as a release by Debian 12's clang 19.
# Made by tests/bench/micro/instructions.py --refresh, which also says what it means.
"""


def own_cost(lines, program):
    """What `program` itself executed, by a callgrind dump without compressed names."""
    total = 0
    ours = called = False
    for line in lines:
        if line.startswith("ob="):
            ours = line[3:] == program
        elif line.startswith("calls="):
            called = True  # the next line is what the call cost, which its callee has, too
        elif re.match(r"\d+ \d+$", line):
            if ours and not called:
                total += int(line.split()[1])
            called = False
    return total


def piece_of(lines):
    mark = "desc: Trigger: Client Request: "
    return next((line[len(mark):] for line in lines if line.startswith(mark)), None)


def counted(program):
    """The instructions of each piece in one round. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--compress-strings=no",
             "--compress-pos=no", f"--callgrind-out-file={folder}/dump", program],
            capture_output=True, text=True, timeout=SECONDS, check=False)
        rounds = re.search(r"^(\d+) rounds$", run.stdout, re.MULTILINE)
        if run.returncode != 0 or not rounds:
            raise RuntimeError(f"{program} did not end well under callgrind:\n{run.stderr}")
        counts = {}
        for dump in pathlib.Path(folder).iterdir():
            lines = dump.read_text().splitlines()
            if piece := piece_of(lines):
                counts[piece] = round(own_cost(lines, program) / int(rounds[1]))
    if not counts or 0 in counts.values():
        raise RuntimeError(f"callgrind counted nothing in {program}: {counts}")
    return counts


def read(text):
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {piece: int(count) for piece, count in rows}


def written(counts):
    return HEAD + "".join(f"{piece:30}{count:>10}\n" for piece, count in sorted(counts.items()))


def problems(table, counts):
    for piece in sorted(table.keys() - counts.keys()):
        yield f"{piece}: in the table, but there is no such piece"
    for piece in sorted(counts.keys() - table.keys()):
        yield f"{piece}: {counts[piece]} instructions, not in the table"
    for piece in sorted(table.keys() & counts.keys()):
        before, now = table[piece], counts[piece]
        change = f"{piece}: {before} -> {now} instructions ({(now - before) / before:+.1%})"
        if now > before * DEARER:
            yield f"{change}: dearer than the {DEARER - 1:.0%} that are let pass"
        elif now < before * CHEAPER:
            yield f"{change}: cheaper; keep the gain in the table"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--refresh", action="store_true", help="write the table anew")
    parser.add_argument("program", nargs="?", type=pathlib.Path, default=PROGRAM)
    wanted = parser.parse_args()
    try:
        counts = counted(str(wanted.program.resolve(strict=True)))
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        sys.exit(f"instructions: {error}")
    if wanted.refresh:
        TABLE.write_text(written(counts))
        return
    found = list(problems(read(TABLE.read_text()), counts))
    for problem in found:
        print(f"instructions: {problem}", file=sys.stderr)
    if found:
        sys.exit("instructions: where that is meant, tests/bench/micro/instructions.py --refresh "
                 "and commit the table with the reason")
    print(f"instructions: {len(counts)} pieces as in the table")


if __name__ == "__main__":
    main()
