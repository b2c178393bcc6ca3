"""docs/operating.md against a real node: every metric, every reason and every code that the page
explains is one that the node has, and the other way round."""

import itertools
import pathlib
import re

import pytest

from conftest import short_directory
from harness.certificates import Authority
from harness.ends import CODES
from harness.node import Node
from harness.rfb_host import FakeHost
from harness.viewer import Viewer

PAGE = (pathlib.Path(__file__).parents[2] / "docs/operating.md").read_text()
# Series of these begin with what they are about; their names and labels are known all the same.
HISTOGRAM = re.compile("_(bucket|sum|count)$")


def rows(heading):
    """The cells of the table that follows the line `heading`."""
    lines = iter(PAGE.split(f"\n{heading}\n", 1)[1].splitlines())
    table = itertools.takewhile(lambda line: line.startswith("|"),
                                itertools.dropwhile(lambda line: not line.startswith("|"), lines))
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]
    return cells[2:]  # without the head and its line


def words(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module", name="scrape")
def make_scrape(tmp_path_factory):
    """What a node exposes to whom a console was opened, over TLS."""
    certificate, key = Authority(tmp_path_factory.mktemp("authority")).issue("localhost")
    tls = {"certificate_file": str(certificate), "private_key_file": str(key)}
    with short_directory() as place, FakeHost() as host, Node(
            place, listeners=[{"address": "127.0.0.1", "port": 0, "tls": tls}]) as node:
        Viewer(node, node.key.mint(host.target), tls=True).leave()
        node.wait_for_sessions(0)
        return node.metrics()


def test_every_metric_is_explained_with_its_labels(scrape):
    exposed = {}
    for name, labels in scrape.series():
        kind = HISTOGRAM.sub("", name)
        kind = kind if f"# TYPE {kind} histogram" in scrape.text else name
        exposed.setdefault(kind, set()).update(label for label, _ in labels if label != "le")

    explained = {}
    for name in itertools.chain.from_iterable(words(row[0]) for row in rows("## Every metric")):
        found = re.fullmatch(r"([a-z_]+)(?:\{([a-z,]+)\})?", name)
        explained[found[1]] = set(found[2].split(",")) if found[2] else set()

    assert explained == exposed


def test_every_end_is_explained_with_its_code(scrape):
    explained = {}
    for row in rows('## "My console does not open"'):
        reasons, codes = words(row[0]), re.split(", ", row[1])
        if len(reasons) == 1:
            codes = codes[:1]
        explained |= dict(zip(reasons, codes, strict=True))

    assert explained.keys() == values(scrape, "porthole_sessions_ended_total", "reason")
    for reason, code in CODES.items():
        assert explained[reason] == str(code), reason


def values(scrape, name, label):
    return {dict(labels)[label] for its, labels in scrape.series() if its == name}


def test_every_refusal_is_explained(scrape):
    explained = [reason for row in rows("`porthole_http_refused_total` by reason:")
                 for reason in words(row[0])]

    assert len(explained) == len(set(explained))
    assert set(explained) == values(scrape, "porthole_http_refused_total", "reason")


@pytest.mark.parametrize("metric, label", [
    ("porthole_sessions", "state"), ("porthole_bytes_total", "direction"),
    ("porthole_accept_errors_total", "reason"), ("porthole_tls_handshakes_total", "result"),
    ("porthole_tls_handshakes_total", "side"), ("porthole_reloads_total", "what"),
    ("porthole_reloads_total", "result"), ("porthole_handshake_duration_seconds_count", "side"),
])
def test_every_value_of_a_label_is_named(scrape, metric, label):
    row = next(row for row in rows("## Every metric")
               if row[0].startswith(f"`{HISTOGRAM.sub('', metric)}"))
    named = {word for cell in row[1:] for word in words(cell)}

    assert values(scrape, metric, label) <= named
