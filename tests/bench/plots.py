"""A run's results as SVG: bars for each workload, lines for growth."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from cases import METRICS  # noqa: E402
from results import in_order, spread, values  # noqa: E402

PANEL = (7, 3.6)  # inches
COLOURS = {"porthole": "tab:blue", "porthole, embedded store": "tab:cyan", "haproxy": "tab:orange",
           "websockify": "tab:green", "direct": "tab:gray"}
STYLES = {1: "--", 2: "-"}  # by workers


def panels(count):
    figure, axes = plt.subplots(count, 1, figsize=(PANEL[0], PANEL[1] * count), squeeze=False,
                                constrained_layout=True)
    return figure, [row[0] for row in axes]


def bars(axis, measurements, workload, metric):
    """A group of bars for each case, a bar for each peer, with least and most as whiskers."""
    cases = in_order(measurements, "case", workload=workload, metric=metric)
    peers = in_order(measurements, "peer", workload=workload, metric=metric)
    width = 0.8 / len(peers)
    for position, peer in enumerate(peers):
        there = [(at, spread(figures)) for at, case in enumerate(cases)
                 if (figures := values(measurements, workload, case, metric, peer))]
        medians = [median for _, (median, _, _) in there]
        whiskers = [[median - least for _, (median, least, _) in there],
                    [most - median for _, (median, _, most) in there]]
        axis.bar([at + position * width for at, _ in there], medians, width, yerr=whiskers,
                 capsize=2, label=peer, color=COLOURS[peer])
    axis.set_xticks([at + 0.4 - width / 2 for at in range(len(cases))], cases, rotation=15,
                    ha="right", fontsize=7)
    axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))


def lines(axis, measurements, workload, metric):
    """A line for each peer and number of workers, along the number of sessions."""
    here = [m for m in measurements if m["workload"] == workload and m["metric"] == metric]
    for peer in in_order(here, "peer"):
        for workers in in_order(here, "workers"):
            points = []
            for case in in_order(here, "case", peer=peer, workers=workers):
                sessions = in_order(here, "sessions", case=case)[0]
                points.append((sessions, *spread(values(here, workload, case, metric, peer))))
            # Less than can be measured has no place on a logarithmic axis.
            points = sorted(point for point in points if point[1] > 0)
            along = [point[0] for point in points]
            line = axis.plot(along, [point[1] for point in points], marker="o",
                             color=COLOURS[peer], linestyle=STYLES[workers],
                             label=f"{peer}, {workers} worker{'s' if workers > 1 else ''}")[0]
            axis.fill_between(along, [point[2] for point in points],
                              [point[3] for point in points], color=line.get_color(), alpha=0.15)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("sessions")


def plot(measurements, workload, file):
    metrics = in_order(measurements, "metric", workload=workload)
    along = any(in_order(measurements, "sessions", workload=workload))
    figure, axes = panels(len(metrics))
    for axis, metric in zip(axes, metrics):
        (lines if along else bars)(axis, measurements, workload, metric)
        axis.set_ylabel(METRICS[metric])
        axis.legend(fontsize=7)
        axis.grid(axis="y", alpha=0.3)
    figure.suptitle(workload)
    figure.savefig(file)
    plt.close(figure)


def write_plots(measurements, folder):
    for workload in in_order(measurements, "workload"):
        plot(measurements, workload, folder / f"{workload}.svg")
