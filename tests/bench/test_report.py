"""What a run's figures become."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import harness  # noqa: E402,F401  (finds the demo's modules)

from budgets import verdicts  # noqa: E402
from plots import write_plots  # noqa: E402
from report import markdown, number  # noqa: E402


def figures(peer, values, case="1 console, plain", metric="cpu_s_per_gb", **where):
    return [{"workload": "bulk", "case": case, "peer": peer, "round": number_of_round,
             "metric": metric, "value": value, "workers": 2, "sessions": 0} | where
            for number_of_round, value in enumerate(values)]


# In the second round the machine had other things to do.
NOISY = figures("porthole", [0.5, 5.0, 0.6]) + figures("haproxy", [1.0, 10.0, 1.0])


def run_of(measurements, failures=()):
    machine = {"cpus": 2, "cpu": "one", "kernel": "6.1", "load": 0.1, "versions": ["HAProxy 2.6"]}
    return {"commit": "abc", "quick": False, "rounds": 3, "machine": machine,
            "failures": list(failures), "measurements": measurements}


def test_a_budget_is_held_against_the_ratio_within_each_round():
    found, = verdicts(NOISY)

    assert (found["least"], found["median"], found["most"]) == (0.5, 0.5, 0.6)
    assert found["met"]


def test_a_budget_is_missed_by_the_median():
    found, = verdicts(figures("porthole", [0.7, 0.7, 0.1]) + figures("haproxy", [1, 1, 1]))

    assert found["median"] == 0.7 and not found["met"]


def test_a_least_figure_is_met_from_above():
    measurements = (figures("porthole", [900], metric="per_second", workload="setup")
                    + figures("haproxy", [1000], metric="per_second", workload="setup"))
    found, = verdicts(measurements)

    assert found["met"] and found["limit"] == 0.8


def test_a_budget_without_its_measurements_is_not_judged():
    assert not list(verdicts(figures("porthole", [0.5])))


def test_the_table_has_medians_spread_and_ratios():
    text = markdown(run_of(NOISY))

    assert "| 1 console, plain | CPU s/GB | 0.60 (0.50 – 5.00) | 1.00 (1.00 – 10.0) | " \
           "0.50 × (0.50 – 0.60) |" in text
    assert "| met |" in text


def test_failures_stand_in_the_table():
    assert "- **failed**: bulk: lost 3" in markdown(run_of(NOISY, ["bulk: lost 3"]))


@pytest.mark.parametrize("value, text", [(12345.6, "12,346"), (123.4, "123"), (12.34, "12.3"),
                                         (1.234, "1.23"), (0, "0.00"), (-45.6, "-45.6")])
def test_numbers_have_three_digits_that_count(value, text):
    assert number(value) == text


def test_every_workload_has_its_plot(tmp_path):
    growing = [m for sessions in (1, 10) for m in figures(
        "porthole", [3], f"{sessions} sessions", workload="growth", sessions=sessions)]

    write_plots(NOISY + growing, tmp_path)

    for name in ("bulk", "growth"):
        assert "<svg" in (tmp_path / f"{name}.svg").read_text()
