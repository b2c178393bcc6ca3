"""Workloads that move bytes or open sessions."""

from cases import costed, hold, latencies, paced
from loads import Load


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
        sessions = bench.pick(10000, 2000) // (20 if peer.slow else 1)
        way = peer.way("answer", tls, sessions)
        with Load("setup", way, sessions=sessions, parallel=parallel, resume=resume,
                  sources=4) as load:
            result, cpu = costed(peer, load, lambda result: result["sessions"] / 1e3)
        figures = {"per_second": result["per_second"], "p99_us": result["p99_us"],
                   "cpu_ms_per_session": cpu}
        if resume:
            figures["resumed"] = 100 * result["resumed"] / result["sessions"]
        return figures
    return measure


def mixed(bench, peer):
    seconds = bench.pick(15, 4)
    # What disturbs lasts longer than what is disturbed.
    openings = 20 * (seconds + 3)
    with (hold(peer, True, bench.pick(2000, 500), 1),
          paced(bench, peer, True, 200, 4000, seconds) as updates):
        alone = updates.measure()
        with (Load("flood", peer.way("flood", True, 8), viewers=8, seconds=seconds + 3) as flood,
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
                  seconds=2 * seconds + 2) as load:
            load.begin()
            result = updates.measure()
            middle = peer.resident_bytes()
            load.result()
            resident = peer.resident_bytes()
    return latencies(result) | {"p99_alone_us": alone["p99_us"],
                                "bytes_per_slow_viewer": (resident - before) / viewers,
                                "slow_growth_percent": 100 * (resident / middle - 1)}
