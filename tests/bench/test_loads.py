"""The load programs against each other, with nothing in between."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import harness  # noqa: E402,F401  (finds the demo's modules)

from loads import UPDATE_BYTES, Load, LoadFailed, Source  # noqa: E402
from peers import Direct  # noqa: E402


@pytest.fixture
def ways():
    """How loads come to a host that floods, and to one that answers."""
    with Source("flood") as flood, Source("answer", UPDATE_BYTES) as answer:
        yield {"flood": {"port": flood.port}, "answer": {"port": answer.port}}


def test_a_flood_is_read_by_everyone_again_and_again(ways):
    with Load("flood", ways["flood"], viewers=3, seconds=0.3, warm_up=0.1) as load:
        first, second = load.measure(), load.measure()

    assert first["bytes"] > 1e5 and second["bytes"] > 1e5


def test_paced_requests_are_all_answered_at_the_rate_asked_for(ways):
    with Load("paced", ways["answer"], viewers=10, rate=500, seconds=1, warm_up=0.1,
              update_bytes=UPDATE_BYTES) as load:
        result = load.measure()

    assert result["unanswered"] == 0
    # A busy machine may keep it from sending the last ones; too many it never sends.
    assert 100 <= result["updates"] <= 510
    assert 0 < result["p50_us"] <= result["p99_us"] <= result["p999_us"] <= result["longest_us"]


def test_every_session_is_opened_and_closed(ways):
    with Load("setup", ways["answer"], sessions=200, parallel=16, sources=3) as load:
        result = load.measure()

    assert result["sessions"] == 200 and result["lost"] == 0
    assert result["per_second"] == pytest.approx(200 / result["seconds"])


def test_openings_keep_their_rate(ways):
    with Load("setup", ways["answer"], sessions=10, rate=20) as load:
        result = load.measure()

    assert result["sessions"] == 10
    assert result["seconds"] >= 9 / 20


def test_idle_viewers_receive_nothing(ways):
    with Load("hold", ways["flood"], viewers=20, seconds=0.2) as load:
        assert load.measure()["bytes"] == 0


def test_slow_viewers_read_no_more_than_they_may(ways):
    with Load("slow", ways["flood"], viewers=5, slow_bytes=10000, seconds=1) as load:
        result = load.measure()

    assert 0 < result["bytes"] <= 5 * 11000


def test_lost_viewers_are_a_failure_that_says_why():
    with Source("answer", UPDATE_BYTES) as source:
        load = Load("hold", {"port": source.port}, viewers=3, seconds=3, warm_up=0)
        load.begin()
    with load, pytest.raises(LoadFailed, match="lost 3: the far end closed"):
        load.result()


@pytest.mark.parametrize("mode, options", [("paced", {}), ("slow", {}), ("setup", {})])
def test_a_measure_without_its_numbers_is_refused(ways, mode, options):
    with pytest.raises(LoadFailed, match="ended with 1"):
        Load(mode, ways["answer"], **options)


def test_a_websocket_load_says_what_a_host_without_one_answers(ways):
    with pytest.raises(LoadFailed, match="ended with 1"):
        Load("hold", ways["answer"] | {"framing": "websocket"})


def test_nothing_in_between_costs_nothing(ways):
    with Direct({"answer": ways["answer"]["port"]}, (None, None), 1) as peer:
        assert peer.way("answer", False, 1)["port"] == ways["answer"]["port"]
        assert peer.cpu_seconds() == 0
