"""What is measured: cases, each with the peers that take part and a function that measures one of
them. A function gives its figures by the names that METRICS explains."""

import dataclasses
import os
import typing

from loads import UPDATE_BYTES, Load

# The name in results: what it says in tables.
METRICS = {
    "mb_per_s": "MB/s",
    "cpu_s_per_gb": "CPU s/GB",
    "cpu_us_per_update": "CPU µs/update",
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
    "last_close_ms": "ms until the last close frame",
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


def kind(tls):
    return "TLS" if tls else "plain"


def latencies(result):
    return {name: result[name] for name in ("p50_us", "p99_us", "p999_us")}


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


def bulk(tls, viewers):
    def measure(bench, peer):
        way = peer.way("flood", tls, viewers)
        with Load("flood", way, viewers=viewers, seconds=bench.pick(8, 2)) as load:
            result, cpu = costed(peer, load, lambda result: result["bytes"] / 1e9)
        return {"mb_per_s": result["bytes"] / result["seconds"] / 1e6, "cpu_s_per_gb": cpu}
    return measure


def small(tls, viewers, rate):
    def measure(bench, peer):
        with paced(bench, peer, tls, viewers, rate, bench.pick(10, 2)) as load:
            result, cpu = costed(peer, load, lambda result: result["updates"] / 1e6)
        return latencies(result) | {"cpu_us_per_update": cpu}
    return measure


def setup(tls, parallel, resume):
    def measure(bench, peer):
        sessions = bench.pick(20000, 2000) // (20 if peer.slow else 1)
        way = peer.way("answer", tls, sessions)
        with Load("setup", way, sessions=sessions, parallel=parallel, resume=resume,
                  sources=4) as load:
            result, cpu = costed(peer, load, lambda result: result["sessions"] / 1e3)
        figures = {"per_second": result["per_second"], "p99_us": result["p99_us"],
                   "cpu_ms_per_session": cpu}
        if tls:
            figures["resumed"] = 100 * result["resumed"] / result["sessions"]
        return figures
    return measure


def hold(peer, tls, viewers, seconds):
    return Load("hold", peer.way("answer", tls, viewers), viewers=viewers, seconds=seconds,
                parallel=64, sources=2)


def idle(tls):
    def measure(bench, peer):
        viewers = bench.pick(9000, 1000)
        before = peer.resident_bytes()
        # Long enough for two WebSocket pings of each, which come after 20 s.
        with hold(peer, tls, viewers, bench.pick(45, 3)) as load:
            resident = peer.resident_bytes() - before
            result, cpu = costed(peer, load, lambda result: result["seconds"] / 100)
            assert result["bytes"] == 0, "an idle session received something"
        return {"bytes_per_session": resident / viewers, "cpu_percent": cpu}
    return measure


def rounds_of_all(tls):
    def measure(bench, peer):
        viewers = bench.pick(9000, 1000)
        descriptors = peer.wait_until_empty(None)
        resident = []
        for _ in range(bench.pick(10, 4)):
            with hold(peer, tls, viewers, 1):
                pass
            peer.wait_until_empty(descriptors)
            resident.append(peer.resident_bytes())
        return {"growth_percent": 100 * (resident[-1] / resident[1] - 1),
                "resident_mb": resident[-1] / 1e6}
    return measure


def mixed(bench, peer):
    seconds = bench.pick(15, 4)
    openings = 20 * (seconds + 2)
    with (hold(peer, True, bench.pick(2000, 500), 1),
          paced(bench, peer, True, 200, 4000, seconds) as updates):
        alone = updates.measure()
        with (Load("flood", peer.way("flood", True, 8), viewers=8, seconds=seconds) as flood,
              Load("setup", peer.way("answer", True, openings), sessions=openings, rate=20) as opens):
            flood.begin()
            opens.begin()
            result = updates.measure()
            flooded = flood.result()
            opened = opens.result()
    return latencies(result) | {
        "p99_alone_us": alone["p99_us"], "open_p99_us": opened["p99_us"],
        "mb_per_s": flooded["bytes"] / flooded["seconds"] / 1e6}


def slow(bench, peer):
    seconds = bench.pick(15, 3)
    viewers = bench.pick(500, 200)
    with paced(bench, peer, False, 100, 4000, seconds) as updates:
        alone = updates.measure()
        before = peer.resident_bytes()
        with Load("slow", peer.way("flood", False, viewers), viewers=viewers, slow_bytes=10000,
                  seconds=2 * seconds) as load:
            load.begin()
            result = updates.measure()
            resident = peer.resident_bytes() - before
            load.result()
    return latencies(result) | {"p99_alone_us": alone["p99_us"],
                                "bytes_per_slow_viewer": resident / viewers}


def growth(viewers):
    def measure(bench, peer):
        rate = min(4000, 500 * viewers)
        before, cpu_before = peer.resident_bytes(), peer.cpu_seconds()
        with paced(bench, peer, False, viewers, rate, bench.pick(8, 2)) as load:
            opening = peer.cpu_seconds() - cpu_before
            resident = peer.resident_bytes() - before
            result, cpu = costed(peer, load, lambda result: result["updates"] / 1e6)
        return latencies(result) | {"cpu_us_per_update": cpu,
                                    "bytes_per_session": resident / viewers,
                                    "cpu_ms_per_session": 1000 * opening / viewers}
    return measure


BOTH = ("porthole", "haproxy")


def setup_cases():
    for tls, resume in ((False, False), (True, False), (True, True)):
        for parallel in (16, 256):
            peers = ("porthole", "porthole, embedded store", "haproxy")
            if not resume:
                peers += ("websockify",)
            if not tls:
                peers += ("direct",)
            resumed = ", resumed" if resume else ""
            yield Case("setup", f"{parallel} in parallel, {kind(tls)}{resumed}", peers,
                       setup(tls, parallel, resume))


def cases(bench):
    for tls in (False, True):
        alone = () if tls else ("direct",)
        for viewers in (1, 16):
            yield Case("bulk", f"{viewers} console{'s' if viewers > 1 else ''}, {kind(tls)}",
                       (*BOTH, "websockify", *alone), bulk(tls, viewers))
        for viewers, rate in ((100, 4000), (2000, 20000)):
            yield Case("small", f"{viewers:,} consoles, {rate:,} updates/s, {kind(tls)}",
                       (*BOTH, *alone), small(tls, viewers, rate))
        yield Case("idle", f"{bench.pick(9000, 1000):,} sessions, {kind(tls)}", BOTH, idle(tls))
        yield Case("idle", f"rounds of {bench.pick(9000, 1000):,} sessions, {kind(tls)}", BOTH,
                   rounds_of_all(tls))
    yield from setup_cases()
    yield Case("mixed", "idle, small, flooding and opening, TLS", BOTH, mixed)
    yield Case("slow", "viewers of 10 KB/s, plain", BOTH, slow)
    for workers in (1, 2):
        for viewers in bench.pick((1, 10, 100, 1000, 9000), (1, 10, 100, 1000)):
            yield Case("growth", f"{viewers:,} session{'s' if viewers > 1 else ''}, "
                       f"{workers} worker{'s' if workers > 1 else ''}", BOTH, growth(viewers),
                       workers=workers, sessions=viewers)
