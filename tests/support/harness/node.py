"""A running Porthole process: its configuration, its ports, and everything it can tell."""

import http.client
import json
import os
import pathlib
import signal
import subprocess

from json_log import events
from processes import Child, ProcessFailed, read_if_there, wait_until

from harness.metrics import Metrics
from harness.tokens import TokenKey

PORTHOLE = os.environ.get("PORTHOLE_BINARY", "porthole")
PORTHOLECTL = os.environ.get("PORTHOLECTL_BINARY", "portholectl")

# A page as the viewer's build makes it, as small as can be.
PAGES = {
    "console.html": "<!doctype html><title>{{console_name}}</title>"
                    "<script type=module src=/assets/page-ABCDEFGH.js></script>",
    "terminal.html": "<!doctype html><title>{{console_name}}</title><p>terminal",
    "error.html": "<!doctype html><title>No console</title>"
                  "<p data-reason=\"{{reason}}\">{{sentence}}</p>",
    "assets/page-ABCDEFGH.js": "document.title += '.';\n",
}


def write_pages(directory):
    for name, text in PAGES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


LEAKS = pathlib.Path(__file__).parents[1] / "sanitizers" / "leaks.supp"


def sanitizer_environment():
    """The caller's, with little memory kept back from re-use, since tests measure the process."""
    options = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=16",
               "LSAN_OPTIONS": f"suppressions={LEAKS}:print_suppressions=0"}
    return os.environ | {name: f"{os.environ.get(name, '')}:{value}"
                         for name, value in options.items()}


def merged(base, changes):
    """`base` with `changes` laid over it, dictionaries member by member."""
    result = dict(base)
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(name), dict):
            value = merged(result[name], value)
        result[name] = value
    return result


def configuration(directory, changes):
    """A configuration for tests: ports chosen by the system, loopback targets allowed, limits
    that no test meets by accident."""
    base = {
        "node_id": "node-under-test",
        "workers": 2,
        "listeners": [{"address": "127.0.0.1", "port": 0}],
        "control": {"unix_socket": {"path": str(directory / "control" / "control.sock")}},
        "admin": {"address": "127.0.0.1", "port": 0},
        "viewer": {"directory": str(write_pages(directory / "viewer"))},
        "state": {"state_dir": str(directory / "state"),
                  "key_encryption_key_file": str(directory / "key-encryption-key")},
        "audit": {"file": str(directory / "audit.log")},
        "targets": {"allow_denied": ["127.0.0.1/32"]},
        "limits": {
            "sessions_per_console": 1000, "sessions_per_subject": 5000,
            "sessions_per_address": 5000, "connections_per_address": 5000,
            "attempts_per_address_burst": 100000, "attempts_per_address_per_minute": 100000,
        },
    }
    return merged(base, changes)


def permits(*security):
    """What stands under `hosts` so that these security types alone are agreed on with hosts."""
    return {"rules": [{"to": {}, "security": list(security)}]}


def portholectl(*words):
    """Runs portholectl with these arguments to its end."""
    return subprocess.run([PORTHOLECTL, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False,
                          env=sanitizer_environment())


class Node:
    """A Porthole with a token key in it. A context manager: the exit sends SIGTERM and checks
    that the process ends well, which under AddressSanitizer includes that nothing leaked.
    `most_descriptors` and `most_file_bytes` are limits that the system sets it."""

    def __init__(self, directory, key=None, most_descriptors=4096, most_file_bytes=None,
                 **changes):
        self.directory = pathlib.Path(directory)
        (self.directory / "control").mkdir(mode=0o700)
        file = self.directory / "porthole.yaml"
        # JSON is YAML, too.
        file.write_text(json.dumps(configuration(self.directory, changes), indent=1))
        limits = [f"--nofile={most_descriptors}"]
        if most_file_bytes is not None:
            limits.append(f"--fsize={most_file_bytes}:unlimited")
        self._command = ["prlimit", *limits, PORTHOLE, "--config", file]
        self._starts = 0
        self.start()
        self.key = key or TokenKey()
        self.put_key(self.key)

    def start(self):
        """Starts the process, once it has ended for a second time, with a log of its own."""
        self._starts += 1
        self.log = self.directory / f"porthole{self._starts if self._starts > 1 else ''}.log"
        self.child = Child("porthole", self._command, self.log, env=sanitizer_environment())
        wait_until(lambda: self.events("started"), 60, "porthole's start", self.child)
        public = self.events("listening", what="public")
        self.address = self._address_of(public, tls=False)
        self.tls_address = self._address_of(public, tls=True)
        self.admin_address = self._address_of(self.events("listening", what="admin"))
        control = [event["address"] for event in self.events("listening", what="control")]
        self.control_address = control[0]
        self.control_tcp_address = control[1] if len(control) > 1 else None

    def kill(self):
        """As a crash of the process ends it."""
        self.child.signal(signal.SIGKILL)
        self.child.wait(30)

    @staticmethod
    def _address_of(listening, **members):
        for event in listening:
            if members.items() <= event.items():
                host, _, port = event["address"].rpartition(":")
                return host, int(port)
        return None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.child.stop()
            print(f"--- the end of porthole's log\n{self.child.last_words(60)}")
            return
        code = self.terminate()
        assert code == 0, f"porthole ended with {code}:\n{self.child.last_words(60)}"

    def terminate(self, seconds=30):
        """SIGTERM; gives the exit code."""
        if self.child.exit_code() is None:
            self.child.signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def reload(self, change=None):
        """SIGHUP, with a changed configuration file; waits until both parts are done."""
        if change:
            self.change_configuration(change)
        before = len(self.events("reloaded", what="certificate"))
        self.child.signal(signal.SIGHUP)
        wait_until(lambda: len(self.events("reloaded", what="certificate")) > before, 20,
                   "the reload")

    def change_configuration(self, change):
        """Lets `change` alter what the configuration file says, and writes that."""
        file = self.directory / "porthole.yaml"
        changed = json.loads(file.read_text())
        change(changed)
        file.write_text(json.dumps(changed))

    # The control API, through portholectl.
    def control(self, *words, fails=False):
        """Runs portholectl against this node: what it printed, or with `fails` its complaint."""
        done = portholectl("--address", self.control_address, *words)
        if fails:
            assert done.returncode != 0, f"{words} succeeded: {done.stdout}"
            return done.stderr
        if done.returncode != 0:
            raise ProcessFailed(f"portholectl {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout

    def control_json(self, *words):
        return json.loads(self.control("--output", "json", *words))

    def put_key(self, key):
        file = self.directory / f"{key.key_id}.key"
        file.write_text(key.text() + "\n")
        self.control("keys", "put", key.key_id, "--material-file", file)

    # HTTP.
    def http(self, path, method="GET", headers=None, address=None):
        """One plain HTTP request to the public listener: (status, headers, text)."""
        connection = http.client.HTTPConnection(*(address or self.address), timeout=20)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return response.status, names, response.read().decode()
        finally:
            connection.close()

    def admin(self, path):
        return self.http(path, address=self.admin_address)

    def metrics(self):
        status, _, text = self.admin("/metrics")
        assert status == 200
        return Metrics(text)

    # What can be seen from outside.
    def events(self, name=None, **members):
        return events(self.log, name, **members)

    def wait_for_event(self, name, seconds=20, **members):
        """The first log line of that event with these members."""
        return wait_until(lambda: self.events(name, **members), seconds,
                          f"a log line {name} {members}")[0]

    def wait_for_sessions(self, count, seconds=30):
        """Waits until the registry holds exactly that many sessions."""
        wait_until(lambda: self.metrics().get("porthole_sessions") == count, seconds,
                   f"{count} sessions")

    def wait_for_metric(self, value, name, seconds=20, **labels):
        wait_until(lambda: self.metrics().get(name, **labels) == value, seconds,
                   f"{name} {labels} = {value}")

    def descriptors(self):
        """How many file descriptors the process holds."""
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def resident_bytes(self):
        return self._memory("VmRSS:")

    def peak_resident_bytes(self):
        """The most that it was ever."""
        return self._memory("VmHWM:")

    def _memory(self, name):
        for line in read_if_there(f"/proc/{self.child.pid}/status").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise ProcessFailed("porthole is gone")
