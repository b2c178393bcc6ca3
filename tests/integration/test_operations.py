"""What an operator meets: the command line, the configuration, metrics, health, reading the log."""

import json
import signal
import subprocess

import pytest

from harness.ends import expect_close
from harness.node import PORTHOLE, PORTHOLECTL, configuration
from harness.prometheus import Prometheus, check_metrics
from harness.viewer import Viewer
from processes import wait_until


def run(*words, text=""):
    """A porthole that must end by itself: (exit code, what it wrote)."""
    done = subprocess.run([PORTHOLE, *map(str, words)], input=text, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_default_configuration_is_a_good_one(directory):
    code, text, _ = run("--print-default-config")
    assert code == 0 and "listeners:" in text
    file = directory / "porthole.yaml"
    file.write_text(text)

    code, _, complaint = run("--check-config", file)

    assert code == 0, complaint


def test_says_its_version():
    for program in (PORTHOLE, PORTHOLECTL):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30,
                              check=True)
        assert "0.1" in done.stdout


@pytest.mark.parametrize("words", [
    ["--nonsense"], ["--config"], ["--config", "no-such-file.yaml"], ["--config", "/"],
    ["--check-config", "no-such-file.yaml"], ["surplus"],
])
def test_a_bad_flag_gets_one_clear_error(words):
    code, _, complaint = run(*words)

    assert code not in (0, -signal.SIGABRT, -signal.SIGSEGV)
    assert complaint.strip() and len(complaint.strip().splitlines()) <= 5
    assert words[-1].lstrip("-").split(".")[0] in complaint


# A broken configuration, and what the complaint must name beside file and line.
BROKEN = {
    "an unknown key": ("workers: 1\ncolour: red\n", "colour", 2),
    "an unknown key inside": ("limits:\n  sesions: 1\n", "sesions", 2),
    "a key twice": ("workers: 1\nnode_id: a\nworkers: 2\n", "workers", 3),
    "a word for a number": ("workers: many\n", "workers", 1),
    "a negative number": ("workers: -1\n", "workers", 1),
    "a number that is too big": ("limits:\n  sessions: 99999999999\n", "sessions", 2),
    "no limit at all": ("limits:\n  sessions: 0\n", "sessions", 2),
    "a port that is none": ("admin:\n  port: 65536\n", "port", 2),
    "a duration without a unit": ("timeouts:\n  dial: 10\n", "dial", 2),
    "a duration in fortnights": ("timeouts:\n  dial: 1fortnight\n", "dial", 2),
    "an address that is a name": ("admin:\n  address: localhost\n", "address", 2),
    "a list where a map belongs": ("limits: [1]\n", "limits", 1),
    "a map where a list belongs": ("listeners: {port: 1}\n", "listeners", 1),
    "a word that is not of the enumeration": ("log:\n  level: loud\n", "level", 2),
    "a prefix that is none": ("targets:\n  allow_denied: [\"10.0.0.0/33\"]\n", "allow_denied", 2),
    "half a TLS pair": ("listeners:\n  - tls:\n      certificate_file: a\n", "private_key_file", 2),
    "no YAML": ("a: [\n", "", 2),
    "tabs": ("limits:\n\tsessions: 1\n", "", 2),
    "a default that is not allowed": ("policy:\n  sharing: [shared]\n  default_sharing: takeover\n",
                                      "default_sharing", 3),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_configuration_is_named_by_file_line_and_key(directory, what):
    text, key, line = BROKEN[what]
    file = directory / "broken.yaml"
    file.write_text(text)

    code, _, complaint = run("--check-config", file)

    assert code not in (0, -signal.SIGABRT, -signal.SIGSEGV), complaint
    assert "broken.yaml" in complaint and key in complaint, complaint
    assert f":{line}" in complaint or f"line {line}" in complaint, complaint
    assert run("--config", file)[0] == code


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n"])
def test_an_empty_configuration_is_the_default(directory, text):
    file = directory / "empty.yaml"
    file.write_text(text)

    code, _, complaint = run("--check-config", file)

    assert code == 0, complaint


@pytest.mark.parametrize("text", ["&a [*a]\n", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
                                  "\0\1\2", "%" * 5000, "[" * 100000, "- " * 50000])
def test_hostile_yaml_is_refused(directory, text):
    file = directory / "hostile.yaml"
    file.write_text(text)

    code, _, complaint = run("--check-config", file)

    assert code not in (0, -signal.SIGABRT, -signal.SIGSEGV), complaint[-500:]
    assert "hostile.yaml" in complaint


def test_missing_certificate_files_are_named(directory):
    file = directory / "tls.yaml"
    file.write_text("listeners:\n  - port: 0\n    tls:\n      certificate_file: /no/cert.pem\n"
                    "      private_key_file: /no/key.pem\nadmin:\n  port: 0\n")

    code, _, complaint = run("--config", file)

    assert code > 0 and "/no/cert.pem" in complaint


def test_a_port_that_is_taken_is_named(node, directory):
    place = directory / "second"
    (place / "control").mkdir(parents=True, mode=0o700)
    changed = configuration(place, {"listeners": [
        {"address": "127.0.0.1", "port": node.address[1]}]})
    (place / "porthole.yaml").write_text(json.dumps(changed))

    code, _, complaint = run("--config", place / "porthole.yaml")

    assert code > 0 and str(node.address[1]) in complaint
    assert node.admin("/livez")[0] == 200


def test_metrics_are_clean_and_complete(node, host):
    viewer = Viewer(node, node.key.mint(host.target))
    viewer.leave()
    node.wait_for_sessions(0)

    metrics = node.metrics()

    assert check_metrics(metrics.text) == ""
    for name in ("porthole_sessions", "porthole_sessions_opened_total",
                 "porthole_sessions_ended_total", "porthole_session_duration_seconds_count",
                 "porthole_bytes_total", "porthole_messages_total", "porthole_admissions_total",
                 "porthole_handshake_duration_seconds_count", "porthole_host_security_total",
                 "porthole_tls_handshakes_total", "porthole_http_refused_total",
                 "porthole_accept_errors_total", "porthole_token_keys", "porthole_blocks",
                 "porthole_control_requests_total",
                 "porthole_control_request_duration_seconds_count", "porthole_draining",
                 "porthole_build_info", "process_open_fds", "process_resident_memory_bytes",
                 "process_cpu_seconds_total", "process_start_time_seconds"):
        assert name in metrics.names(), name


def test_no_label_grows_with_the_users(node, host):
    for number in range(5):
        Viewer(node, node.key.mint(host.target, sub=f"user-{number}", jti=f"jti-{number}",
                                   console={"id": f"console-{number}"})).leave()
    node.wait_for_sessions(0)

    text = node.metrics().text

    for name in ("user-1", "jti-1", "console-1", "127.0.0.1", "key-1"):
        assert f'"{name}' not in text.replace(f'listener="{name}', "")


def test_bytes_are_counted_each_way(node, start_host):
    def talks(peer):
        peer.greet()
        peer.accept()
        peer.write(b"\2" * 1000)
        peer.read_to_end()
    host = start_host(talks)
    viewer = Viewer(node, node.key.mint(host.target))
    viewer.read(1000)
    for _ in range(10):
        viewer.key(97)
    wait_until(lambda: len(host.peers[0].received) >= 14 + 80, 10, "the keys")
    viewer.leave()
    node.wait_for_sessions(0)

    metrics = node.metrics()

    assert 1000 <= metrics.get("porthole_bytes_total", direction="to_viewer") < 1200
    assert 80 <= metrics.get("porthole_bytes_total", direction="to_host") < 140
    ended = node.wait_for_event("session_ended")
    assert ended["reason"] == "viewer_closed"


def test_a_real_prometheus_scrapes_it(node, host, directory):
    viewer = Viewer(node, node.key.mint(host.target))
    with Prometheus(directory, node.admin_address) as prometheus:
        wait_until(lambda: prometheus.query('sum(porthole_sessions)') == [1.0], 40,
                   "Prometheus to see the session")
        assert prometheus.query('up{job="porthole"}') == [1.0]
    viewer.leave()


def test_a_log_line_is_one_json_object(node, host):
    Viewer(node, node.key.mint(host.target, sub='x","event":"forged","y":"',
                               console={"name": '{"event":"forged"}\u00e9\\'})).leave()
    node.wait_for_sessions(0)
    node.wait_for_event("session_ended")

    for line in node.log.read_text().splitlines():
        event = json.loads(line)
        assert {"time", "level", "event"} <= event.keys()
        assert event["event"] != "forged"


def test_two_nodes_do_not_share_tokens(start_node, host):
    first, second = start_node(), start_node()
    token = first.key.mint(host.target)

    Viewer(first, token).leave()
    expect_close(Viewer(second, token, handshake=False).wait_close(), "token_invalid")
