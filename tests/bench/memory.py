"""Workloads of many sessions: what each costs."""

from cases import costed, hold, latencies, paced


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
