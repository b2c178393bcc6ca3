"""What a case of a benchmark is, what its figures are called, and what the measuring functions share.
A function is given (bench, peer) and gives {metric: value}."""

import dataclasses
import os
import typing

from loads import UPDATE_BYTES, Load

# The name in results: what it says in tables.
METRICS = {
    "mb_per_s": "MB/s",
    "cpu_s_per_gb": "CPU s/GB",
    "cpu_us_per_update": "CPU µs/update",
    "updates_per_s": "updates/s",
    "p50_us": "p50 µs",
    "p99_us": "p99 µs",
    "p999_us": "p99.9 µs",
    "p99_alone_us": "p99 µs without the others",
    "per_second": "sessions/s",
    "cpu_ms_per_session": "CPU ms/session opened",
    "resumed": "resumed, %",
    "bytes_per_session": "bytes/idle session",
    "cpu_percent": "CPU at rest, %",
    "growth_percent": "memory after the last round over the second, %",
    "resident_mb": "resident MB",
    "open_p99_us": "p99 µs to ServerInit",
    "bytes_per_slow_viewer": "bytes/slow viewer",
    "slow_growth_percent": "memory at the end over the middle, %",
    "last_close_ms": "ms until the last close frame",
    "last_reset_ms": "ms until the last reset",
    "list_ms": "ms to list all",
}


@dataclasses.dataclass
class Bench:
    """How much, in this run."""

    quick: bool

    def pick(self, full, quick):
        return quick if self.quick else full


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of a workload's table."""

    workload: str
    name: str
    peers: tuple
    measure: typing.Callable  # of (bench, peer), to {metric: value}
    workers: int = os.cpu_count()
    sessions: int = 0  # where plots go along it


def latencies(result):
    """Updates that came late came all the same: a proxy that cannot keep the rate shows in both."""
    return {"updates_per_s": result["updates"] / result["seconds"]} | {
        name: result[name] for name in ("p50_us", "p99_us", "p999_us")}


def paced(bench, peer, tls, viewers, rate, seconds):
    """Viewers that ask for updates at an even rate."""
    way = peer.way("answer", tls, viewers)
    return Load("paced", way, viewers=viewers, rate=rate, update_bytes=UPDATE_BYTES,
                seconds=seconds, warm_up=bench.pick(1, 0.5))


def costed(peer, load, count):
    """(result, CPU seconds of the peer for each of what `count` says of the result)."""
    load.begin()
    before = peer.cpu_seconds()
    result = load.result()
    return result, (peer.cpu_seconds() - before) / count(result)


def hold(peer, tls, viewers, seconds, **more):
    """Viewers that do nothing."""
    return Load("hold", peer.way("answer", tls, viewers, **more), viewers=viewers, seconds=seconds,
                sources=2)
