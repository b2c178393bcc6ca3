"""Both ends of a benchmark: sources that play VNC servers and loads that play viewers, the C++
programs of tests/bench/load."""

import contextlib
import json
import os
import pathlib
import select
import subprocess
import time

TOP = pathlib.Path(__file__).parents[2]
TOOLS = pathlib.Path(os.environ.get("PORTHOLE_BENCH_TOOLS", TOP / "build/bench/tests/bench/load"))


class LoadFailed(Exception):
    """A load program ended early, was late, or lost viewers."""


class Tool:
    """A program that takes lines and prints JSON lines. It ends with its standard input, so that
    none outlives us."""

    def __init__(self, program, *words):
        self._name = f"{program} {' '.join(map(str, words))}"
        self._process = subprocess.Popen([TOOLS / program, *map(str, words)], bufsize=0,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait(20)
        self._process.stdout.close()

    def send(self, line):
        self._process.stdin.write(line.encode() + b"\n")

    def receive(self, seconds):
        """The next line's JSON."""
        deadline = time.monotonic() + seconds
        output = self._process.stdout
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise LoadFailed(f"{self._name}: nothing in {seconds} s")
            more = os.read(output.fileno(), 65536)
            if not more:
                raise LoadFailed(f"{self._name}: ended with {self._process.wait(20)}")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)


class Source(Tool):
    """A VNC server for thousands: floods once asked, or answers each request with so many bytes."""

    def __init__(self, *role):
        super().__init__("bench_vnc_source", *role)
        self.port = self.receive(20)["port"]


UPDATE_BYTES = 1024


@contextlib.contextmanager
def sources():
    """The ports of both kinds of hosts."""
    with Source("flood") as flood, Source("answer", UPDATE_BYTES) as answer:
        yield {"flood": flood.port, "answer": answer.port}


def words_of(options):
    """{"rate": 20, "tls": True} as a command line."""
    for name, value in options.items():
        if value is True:
            yield f"--{name.replace('_', '-')}"
        elif value is not False:
            yield f"--{name.replace('_', '-')}"
            yield value


class Load(Tool):
    """Viewers that came in by `way` (a peer's), ready to be measured."""

    def __init__(self, mode, way, seconds=5, **options):
        self._seconds = seconds
        super().__init__("bench_viewer_load", mode, *words_of(way | options | {"seconds": seconds}))
        event = self.receive(150)
        assert event["event"] == "ready", event

    def begin(self):
        """Starts and warms up; what is counted is counted from now on."""
        self.send("go")
        assert self.receive(60 + self._seconds)["event"] == "begin"

    def result(self, most_lost=0):
        """What was counted. LoadFailed when more viewers were lost than that."""
        result = self.receive(300 + self._seconds)
        if result["lost"] > most_lost:
            raise LoadFailed(f"{self._name}: lost {result['lost']}: {result['complaint']}")
        if result.get("unanswered"):
            raise LoadFailed(f"{self._name}: {result['unanswered']} requests were not answered")
        return result

    def measure(self):
        self.begin()
        return self.result()
