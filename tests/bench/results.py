"""What a run measured: a list of {workload, case, peer, round, metric, value, workers, sessions}."""

import statistics


def _by_round(measurements, *where):
    return {m["round"]: m["value"] for m in measurements
            if (m["workload"], m["case"], m["metric"], m["peer"]) == where}


def values(measurements, workload, case, metric, peer):
    """The figures of one peer, round after round."""
    return list(_by_round(measurements, workload, case, metric, peer).values())


def ratios(measurements, workload, case, metric, peer, against):
    """One peer's figure over another's of the same round: what a noisy machine does to a round, it
    does to both."""
    ours = _by_round(measurements, workload, case, metric, peer)
    theirs = _by_round(measurements, workload, case, metric, against)
    return [value / theirs[number] for number, value in ours.items() if theirs.get(number)]


def spread(figures):
    """(median, least, most)."""
    return statistics.median(figures), min(figures), max(figures)


def in_order(measurements, name, **where):
    """The different values of that member, as they came."""
    return list(dict.fromkeys(m[name] for m in measurements
                              if all(m[key] == value for key, value in where.items())))
