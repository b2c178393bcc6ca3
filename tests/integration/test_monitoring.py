"""The dashboard and the rules of deploy/monitoring, over a real Prometheus that scrapes a real node
to which everything happens: no panel and no rule may be empty by a typo."""

import json
import math
import pathlib
import re
import subprocess

import grpc
import pytest
import yaml
from cryptography import x509

from harness import busy
from harness.certificates import Authority
from harness.prometheus import Prometheus
from processes import ProcessFailed, wait_until

PLACE = pathlib.Path(__file__).parents[2] / "deploy" / "monitoring"
RULES = PLACE / "porthole.rules.yml"
VARIABLES = {"$job": "porthole", "$instance": ".+", "$__rate_interval": "1m"}

# What stays at nought in a good run: there must be a series, its value is free.
QUIET = {"Draining", "Connections not accepted", "Audit records lost", "Self-test"}

SELECTOR = re.compile(r"\b((?:[a-z]+(?:_[a-z]+)*:)?(?:porthole|process)_[a-z0-9_:]+|up)"
                      r"(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-z_]+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')
# Whose series begin with their first call.
CODES = {code.name for code in grpc.StatusCode}


def queries():
    """(panel's title, query) of the dashboard, its variables replaced as Grafana does it."""
    for panel in json.loads((PLACE / "porthole.dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            assert "$" not in expression, f"{panel['title']}: a variable that is not there"
            yield panel["title"], expression


def rules():
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def shows(prometheus, title, expression):
    values = [value for value in prometheus.query(expression) if not math.isnan(value)]
    return bool(values) if title in QUIET else any(values)


def empty_ones(prometheus):
    return [f"{title}: {expression}" for title, expression in queries()
            if not shows(prometheus, title, expression)]


def strangers(prometheus, expression):
    """What `expression` selects by and no series has: metrics, labels and their values, each word
    of an alternative by itself."""
    for name, matchers in SELECTOR.findall(expression):
        known = [labels for labels, _ in prometheus.series(f'{{__name__="{name}"}}')]
        if not known:
            yield name
        for label, operator, value in MATCHER.findall(matchers):
            values = {labels[label] for labels in known if label in labels}
            for word in value.split("|") if "~" in operator else [value]:
                if label == "code" and word in CODES:
                    continue
                if not any(re.fullmatch(word, its) for its in values):
                    yield f'{name}{{{label}="{word}"}}'


def check_rules(prometheus):
    for rule in prometheus.rules():
        assert rule["health"] == "ok", rule
    for rule in rules():
        missing = list(strangers(prometheus, rule["expr"]))
        assert not missing, f"{rule.get('alert', rule.get('record'))} selects {missing}"
        if "record" in rule:
            assert prometheus.query(rule["record"]), f"{rule['record']} records nothing"


@pytest.fixture
def watched(start_node, mtls, directory):
    """(busy, prometheus): a node with people, and a Prometheus that saw it before they came."""
    certificate, key = Authority(directory, "Public CA").issue("public", x509.DNSName("localhost"))
    node = start_node(**busy.configuration(certificate, key, mtls))
    with Prometheus(directory, node.admin_address, RULES) as prometheus, \
            busy.Busy(node, mtls) as people:
        wait_until(lambda: prometheus.query("porthole_token_keys") == [1.0], 40, "the first scrape")
        people.the_configuration_changes()
        people.all_of_it()
        yield people, prometheus


def test_every_panel_shows_a_busy_node_and_every_rule_selects_what_is_there(watched):
    people, prometheus = watched

    try:
        people.until(lambda: not empty_ones(prometheus), 60, "every panel to show something")
    except ProcessFailed as error:
        raise AssertionError("\n".join(empty_ones(prometheus))) from error

    for title, expression in queries():
        missing = list(strangers(prometheus, expression))
        assert not missing, f"{title} selects {missing}"
    check_rules(prometheus)
    codes = {labels["code"] for labels, _ in prometheus.series("porthole_control_requests_total")}
    # The busy run's wrong passwords come to this type, and its password-less host to no failure.
    failures = 'porthole_host_handshake_failures_total{type="%s"}'
    assert prometheus.query(failures % "VncAuth")[0] > 0
    assert prometheus.query(failures % "none_chosen") == [0.0]
    assert codes >= {"OK", "NOT_FOUND", "PERMISSION_DENIED"}
    # The check itself sees a wrong metric, label, value and alternative.
    for typo in ("porthole_sesions", 'porthole_sessions{stat="active"}',
                 'porthole_sessions{state="activ"}', 'porthole_sessions{state=~"active|dialing"}'):
        assert list(strangers(prometheus, f"rate({typo}[5m])")), typo


def promtool(*words):
    return subprocess.run(["promtool", *words], cwd=PLACE, capture_output=True, text=True,
                          timeout=60, check=False)


def test_the_rules_are_good():
    checked = promtool("check", "rules", RULES.name)
    assert checked.returncode == 0 and "SUCCESS" in checked.stdout, checked.stderr

    tried = promtool("test", "rules", "porthole.alerts.test.yml", "porthole.recording.test.yml")
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_each_alert_is_tried_both_ways_and_each_record_once():
    alerts = yaml.safe_load((PLACE / "porthole.alerts.test.yml").read_text())["tests"]
    tried = {(one["alertname"], bool(one["exp_alerts"]))
             for test in alerts for one in test["alert_rule_test"]}
    records = yaml.safe_load((PLACE / "porthole.recording.test.yml").read_text())["tests"]
    computed = {one["expr"].split("{")[0] for test in records for one in test["promql_expr_test"]}

    for rule in rules():
        if "alert" in rule:
            assert {(rule["alert"], True), (rule["alert"], False)} <= tried, rule["alert"]
        else:
            assert rule["record"] in computed, rule["record"]


def test_each_alert_has_its_paragraph_in_the_docs():
    page = (PLACE.parents[1] / "docs" / "monitoring.md").read_text()

    named = set(re.findall(r"^\| `(Porthole[A-Za-z]+)` \|", page, re.MULTILINE))

    assert named == {rule["alert"] for rule in rules() if "alert" in rule}


def test_the_dashboard_is_what_its_maker_writes():
    made = subprocess.run([PLACE / "make-dashboard", "--check"], capture_output=True, text=True,
                          timeout=30, check=False)

    assert made.returncode == 0, made.stdout
