"""When a soak says that a node grew."""

import pytest

from growth import MIB, TOKEN_BYTES, Sample, complaints, growth, remembered


def steady(cycles=12, grows=0, admitted=1000, seconds=20, descriptors=26):
    """Samples of a node that keeps 40 MiB, its tokens, and `grows` bytes more each cycle."""
    samples = []
    for number in range(1, cycles + 1):
        sample = Sample(number * seconds, number * admitted, 40 * MIB, descriptors)
        known = remembered(samples, sample)
        samples.append(Sample(sample.seconds, sample.admitted,
                              40 * MIB + TOKEN_BYTES * known + grows * number, descriptors))
    return samples


def test_what_stays_as_it_is_passes():
    samples = steady()

    assert growth(samples) == 0
    assert not list(complaints(samples))


def test_used_tokens_are_remembered_for_their_time_and_then_forgotten():
    samples = steady(cycles=20, admitted=100, seconds=30)

    assert [remembered(samples, sample) for sample in samples[:7]] == [
        100, 200, 300, 400, 500, 500, 500]


def test_growth_cycle_after_cycle_is_told():
    grown = list(complaints(steady(grows=MIB)))

    assert len(grown) == 1 and "4.0 MiB more" in grown[0]


@pytest.mark.parametrize("cycles, says", [(5, False), (6, True)])
def test_a_short_run_says_nothing_of_memory(cycles, says):
    assert (growth(steady(cycles=cycles)) is not None) == says


def test_a_descriptor_that_stays_is_told():
    samples = steady()
    samples.append(Sample(500, 13000, samples[-1].resident, 27))

    assert any("1 descriptors more" in said for said in complaints(samples))
