"""A run's results as Markdown: a table for each workload and one of the budgets."""

from budgets import verdicts
from cases import METRICS
from results import in_order, ratios, spread, values


def number(value):
    """Three digits that count."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def figure(figures, unit=""):
    if not figures:
        return ""
    median, least, most = spread(figures)
    around = f" ({number(least)} – {number(most)})" if len(figures) > 1 else ""
    return f"{number(median)}{unit}{around}"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def workload_rows(measurements, workload, peers):
    for case in in_order(measurements, "case", workload=workload):
        for metric in in_order(measurements, "metric", workload=workload, case=case):
            where = (workload, case, metric)
            ratio = ratios(measurements, *where, "porthole", "haproxy")
            yield [case, METRICS[metric],
                   *(figure(values(measurements, *where, peer)) for peer in peers),
                   figure(ratio, " ×")]


def budget_rows(measurements):
    for found in verdicts(measurements):
        unit = " ×" if found["ratio"] else ""
        yield [found["budget"], found["case"],
               figure([found["least"], found["median"], found["most"]], unit),
               "met" if found["met"] else "**missed**"]


def made_how(run):
    machine = run["machine"]
    rounds = f"{run['rounds']} round{'s' if run['rounds'] > 1 else ''}"
    quick = ", scaled down (`--quick`)" if run["quick"] else ""
    return (f"Made by `tests/bench/run` at {run['commit']}, {rounds}{quick}, on {machine['cpus']} × "
            f"{machine['cpu']}, Linux {machine['kernel']}, load average {machine['load']} at the "
            f"start; {', '.join(machine['versions'])}. Median (least – most) of the rounds; the "
            "ratio is Porthole's figure over HAProxy's of the same round.")


def markdown(run):
    measurements = run["measurements"]
    lines = ["# Benchmark", "", made_how(run)]
    if run["failures"]:
        lines += ["", *(f"- **failed**: {failure}" for failure in run["failures"])]
    lines += ["", "## Budgets", ""]
    lines += table(["budget", "case", "observed", ""], budget_rows(measurements))
    for workload in in_order(measurements, "workload"):
        peers = in_order(measurements, "peer", workload=workload)
        lines += ["", f"## {workload.capitalize()}", ""]
        lines += table(["case", "", *peers, "ratio"], workload_rows(measurements, workload, peers))
    return "\n".join(lines) + "\n"
