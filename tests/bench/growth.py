"""Whether a process grew: samples of a node at rest, taken cycle after cycle, and what is made of them."""

import dataclasses
import statistics

MIB = 1 << 20
# A used token in the table and the database's cache, and how long it is remembered: its own life, the
# skew, and a minute (design, section 4.1).
TOKEN_BYTES = 150
REMEMBERED_S = 60 + 30 + 60
# What an allocator's mood changes between two cycles that are alike.
NOISE_BYTES = 3 * MIB
# Fewer cycles than these say nothing of growth: the first third is warming up.
LEAST_CYCLES = 6


@dataclasses.dataclass(frozen=True)
class Sample:
    """The node with nobody there."""

    seconds: float  # since the beginning
    admitted: int   # tokens so far
    resident: int   # bytes
    descriptors: int


def remembered(samples, sample):
    """How many used tokens the node still knows of at that sample."""
    forgotten = [0] + [earlier.admitted for earlier in samples
                       if earlier.seconds <= sample.seconds - REMEMBERED_S]
    return sample.admitted - forgotten[-1]


def own_bytes(samples, sample):
    """Resident memory without what the tokens of the last minutes may take."""
    return sample.resident - TOKEN_BYTES * remembered(samples, sample)


def growth(samples):
    """Bytes that the last third of the samples has over the middle one; None for too few samples."""
    if len(samples) < LEAST_CYCLES:
        return None
    third = len(samples) // 3
    middle, last = samples[-2 * third:-third], samples[-third:]
    return (statistics.median(own_bytes(samples, sample) for sample in last)
            - statistics.median(own_bytes(samples, sample) for sample in middle))


def complaints(samples):
    """What is wrong with how the node grew, in words."""
    first, last = samples[0], samples[-1]
    if last.descriptors > first.descriptors:
        yield f"{last.descriptors - first.descriptors} descriptors more than after the first cycle"
    grown = growth(samples)
    if grown is not None and grown > NOISE_BYTES:
        yield (f"{grown / MIB:.1f} MiB more in the last third of the time than in the middle one, beside "
               f"{TOKEN_BYTES} bytes for each token that is remembered")
