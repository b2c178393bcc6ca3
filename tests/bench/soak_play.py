"""The stage of a soak: a node with its certificate, what is expected of its metrics, and what it says."""

import collections
import contextlib
import json
import os
import pathlib
import threading
import time

from harness.certificates import Authority
from harness.ends import counted
from peers import Durable

TOKEN_SECONDS = 60
# How people's consoles end; a load that is over just goes.
ORDINARY = {"viewer_closed", "viewer_lost"}


class Certificate:
    """One that is renewed as Kubernetes renews mounted ones: a link to a folder is switched."""

    def __init__(self, place):
        self._place, self._count = place, 0
        self._link = place / "current"
        self.renew()
        self.files = self._link / "localhost.pem", self._link / "localhost.key.pem"

    def renew(self):
        self._count += 1
        folder = self._place / f"certificate{self._count % 2}"
        folder.mkdir(exist_ok=True)
        Authority(folder).issue("localhost")
        new = self._place / "next"
        new.symlink_to(folder)
        os.replace(new, self._link)


class LogTail:
    """What a growing log says since the last look."""

    def __init__(self, file):
        self._file = open(file, encoding="utf-8", errors="replace")

    def close(self):
        self._file.close()

    def events(self):
        for line in iter(self._file.readline, ""):
            with contextlib.suppress(ValueError):  # the process' last words need not be JSON
                yield json.loads(line)


class Play:
    """One node and everything that is known of it. Thread-safe where acts use it."""

    def __init__(self, place, ports, seconds, rate):
        self.seconds, self.rate = seconds, rate
        self.certificate = Certificate(pathlib.Path(place))
        self._peer = Durable(ports, self.certificate.files, os.cpu_count())
        self.node = self._peer.node
        self._lock = threading.Lock()
        self._expected = collections.Counter()
        self.errors = collections.Counter()
        self.busiest = 0
        self.descriptors_before = self.node.descriptors()
        self._log = LogTail(self.node.log)
        self._serial = 0

    def __enter__(self):
        self._peer.__enter__()
        return self

    def __exit__(self, *ended):
        self._log.close()
        self._peer.__exit__(*ended)

    @contextlib.contextmanager
    def way(self, source, tls, viewers, subject=None):
        """The options of a load, whose tokens are gone when it is over."""
        way = self._peer.way(source, tls, viewers, subject, exp=int(time.time()) + TOKEN_SECONDS)
        yield way
        way["tokens"].unlink()

    def target(self):
        return f"tcp://127.0.0.1:{self._peer.sources['answer']}"

    def expect(self, reason, count=1):
        """That many ends or refusals for this reason are meant."""
        with self._lock:
            self._expected[reason] += count

    def wrong(self, what, count=1):
        with self._lock:
            self.errors[what] += count

    def serial(self):
        """A number that nobody else got."""
        with self._lock:
            self._serial += 1
            return self._serial

    def descriptors_at_rest(self, most):
        """How many the node holds once it has closed what it closes; `most` is what is hoped for."""
        end = time.monotonic() + 20
        while (count := self.node.descriptors()) > most and time.monotonic() < end:
            time.sleep(0.05)
        return count

    def check(self):
        """Compares what the node counted with what was meant, and looks through its log."""
        metrics = self.node.metrics()
        for reason in _reasons(metrics) - ORDINARY:
            difference = int(counted(self.node, reason)) - self._expected[reason]
            if difference:
                self.wrong(f"{reason}: {'more' if difference > 0 else 'fewer'} than were meant",
                           abs(difference))
                self._expected[reason] += difference  # told once
        for name, labels in [("porthole_reloads_total", {"result": "failed"}),
                             ("porthole_audit_lost_total", {}), ("porthole_accept_errors_total", {})]:
            bad = int(metrics.get(name, **labels))
            if bad > self._expected[name]:
                self.wrong(name, bad - self._expected[name])
                self._expected[name] = bad
        for event in self._log.events():
            if event["level"] in ("error", "warning"):
                self.wrong(f"log: {event['event']}: {event.get('detail', '')}")
        return metrics


def _reasons(metrics):
    """Those that sessions' ends and refusals are counted by."""
    return {label for name, labels in metrics.series()
            if name in ("porthole_sessions_ended_total", "porthole_admissions_total")
            for _, label in labels} - {"admitted"}
