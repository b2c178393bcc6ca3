"""Prometheus' text format (version 0.0.4), read into something that tests can ask."""

import re

LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """One scrape."""

    def __init__(self, text):
        self.text = text
        self._values = {}
        for line in text.splitlines():
            found = LINE.fullmatch(line)
            if found:
                labels = frozenset(LABEL.findall(found[2] or ""))
                self._values[found[1], labels] = float(found[3])

    def __getitem__(self, name):
        """The value of a metric without labels. KeyError when it is not there."""
        return self._values[name, frozenset()]

    def get(self, name, **labels):
        """The sum over every series of that name with these labels; 0 when there is none."""
        wanted = set(labels.items())
        return sum(value for (this, its), value in self._values.items()
                   if this == name and wanted <= its)

    def series(self):
        """(name, labels as a set of pairs) of each."""
        return self._values.keys()

    def names(self):
        return {name for name, _ in self._values}

    def label_values(self, label):
        return {value for _, its in self._values for name, value in its if name == label}
