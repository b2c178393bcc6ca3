"""Reads what Porthole logs: one JSON object a line, between other programs' plain lines."""

import json

from processes import read_if_there


def events(path, name=None, **members):
    """All log lines so far, as dictionaries; only those of event `name` with these members."""
    whole_lines = read_if_there(path).rpartition("\n")[0]
    lines = [json.loads(line) for line in whole_lines.splitlines() if line.startswith("{")]
    return [line for line in lines
            if (name is None or line.get("event") == name) and members.items() <= line.items()]
