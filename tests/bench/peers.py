"""What stands between viewers and hosts in a benchmark: Porthole, and what it is compared with. Each
is started afresh for a measurement and says what it cost."""

import contextlib
import os
import pathlib
import shutil
import tempfile

from loads import TOP
from harness.node import Node
from harness.tokens import TokenKey
from harness.vnc_servers import free_port, wait_until_listening
from processes import Child, ProcessFailed, wait_until

TICK = os.sysconf("SC_CLK_TCK")
MOST_DESCRIPTORS = 20000
MOST_SESSIONS = 9500


def haproxy_program():
    unpacked = TOP / "build/packages/haproxy/usr/sbin/haproxy"
    return unpacked if unpacked.exists() else shutil.which("haproxy") or "/usr/sbin/haproxy"


def fields_of(pid):
    """/proc/PID/stat behind the name, which may hold anything."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def children_of(pid):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield from (task / "children").read_text().split()


class Peer:
    """One proxy between `sources` (name to port) and viewers. A context manager."""

    slow = False  # whether it takes a process for each viewer

    def __init__(self, sources, certificate, workers):
        self.sources = sources
        self.certificate, self.private_key = certificate
        self.workers = workers
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="porthole-bench-"))
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            for child in self.children:
                self.check_end(child, child.stop(60))
        finally:
            shutil.rmtree(self.directory)

    def check_end(self, child, code):
        """Complains when the process did not end as it should."""

    def way(self, source, tls, viewers, subject=None):
        """The options of a load whose viewers come to that source, each once; as that subject, where
        there are subjects."""
        raise NotImplementedError

    def cpu_seconds(self):
        """User and system time so far, of ended and living children, too."""
        return sum(self._cpu_of(child.pid) for child in self.children)

    def _cpu_of(self, pid):
        try:
            own = sum(int(field) for field in fields_of(pid)[11:15]) / TICK
            return own + sum(self._cpu_of(child) for child in children_of(pid))
        except (FileNotFoundError, ProcessLookupError):
            return 0  # its parent has counted it by now

    def resident_bytes(self):
        page = os.sysconf("SC_PAGE_SIZE")
        return sum(int(fields_of(child.pid)[21]) * page for child in self.children)

    def wait_until_empty(self, descriptors):
        """Waits until hardly more descriptors are open than before the sessions."""
        def count():
            return sum(len(os.listdir(f"/proc/{child.pid}/fd")) for child in self.children)
        if descriptors is not None:
            wait_until(lambda: count() <= descriptors + 16, 60, "sessions to end")
        return count()


class Porthole(Peer):
    """A node with limits that no load meets."""

    def __init__(self, *where, **state):
        super().__init__(*where)
        listener = {"address": "127.0.0.1", "port": 0}
        tls = {"certificate_file": str(self.certificate),
               "private_key_file": str(self.private_key)}
        many = 1000000
        self.node = Node(
            self.directory, key=TokenKey(), most_descriptors=MOST_DESCRIPTORS, workers=self.workers,
            listeners=[listener, listener | {"tls": tls}], state=state or {"store": "memory"},
            limits={"sessions": MOST_SESSIONS, "sessions_per_console": many,
                    "sessions_per_subject": many, "sessions_per_address": many,
                    "connections": MOST_SESSIONS, "connections_per_address": many,
                    "attempts_per_address_burst": many, "attempts_per_address_per_minute": many})
        self.children.append(self.node.child)
        self._token_files = 0

    def check_end(self, child, code):
        if code != 0:
            raise ProcessFailed(f"porthole ended with {code}:\n{child.last_words(3)}")

    def way(self, source, tls, viewers, subject=None, **claims):
        self._token_files += 1
        file = self.directory / f"tokens{self._token_files}"
        target = f"tcp://127.0.0.1:{self.sources[source]}"
        file.write_text("".join(
            self.node.key.mint(target, sub=subject or source, **claims) + "\n"
            for _ in range(viewers)))
        file.chmod(0o600)
        port = (self.node.tls_address if tls else self.node.address)[1]
        return {"port": port, "framing": "websocket", "tls": tls, "tokens": file}


class HaProxy(Peer):
    """HAProxy as Debian has it, in TCP mode, and terminating TLS."""

    def __init__(self, *where):
        super().__init__(*where)
        both = self.directory / "haproxy.pem"
        both.touch(mode=0o600)
        both.write_bytes(self.certificate.read_bytes() + self.private_key.read_bytes())
        self._ports = {}
        lines = ["global", f"  nbthread {self.workers}", f"  maxconn {MOST_SESSIONS}", "defaults",
                 "  mode tcp", "  timeout connect 10s", "  timeout client 1h", "  timeout server 1h"]
        for name, port in self.sources.items():
            for tls in (False, True):
                self._ports[name, tls] = free_port()
                secure = f" ssl crt {both} ssl-min-ver TLSv1.3" if tls else ""
                lines += [f"listen {name}-{'tls' if tls else 'plain'}",
                          f"  bind 127.0.0.1:{self._ports[name, tls]}{secure}",
                          f"  server host 127.0.0.1:{port}"]
        configuration = self.directory / "haproxy.cfg"
        configuration.write_text("\n".join(lines) + "\n")
        self.children.append(Child(
            "haproxy", ["prlimit", f"--nofile={MOST_DESCRIPTORS}", haproxy_program(), "-db", "-f",
                        configuration], self.directory / "haproxy.log"))
        for port in self._ports.values():
            wait_until_listening(self.children[0], port)

    def way(self, source, tls, viewers, subject=None):
        return {"port": self._ports[source, tls], "framing": "rfb", "tls": tls}


class Websockify(Peer):
    """websockify, which takes a process for each viewer; one for each source and kind."""

    slow = True

    def __init__(self, *where):
        super().__init__(*where)
        self._ports = {}
        for name, target in self.sources.items():
            for tls in (False, True):
                port = self._ports[name, tls] = free_port()
                secure = ["--ssl-only", "--cert", self.certificate, "--key", self.private_key]
                self.children.append(Child(
                    "websockify", ["websockify", *(secure if tls else []), f"127.0.0.1:{port}",
                                   f"127.0.0.1:{target}"], self.directory / "websockify.log"))
                wait_until_listening(self.children[-1], port)

    def way(self, source, tls, viewers, subject=None):
        return {"port": self._ports[source, tls], "framing": "websocket", "tls": tls}


class Direct(Peer):
    """Nothing in between: what the load itself can do. Without TLS."""

    def way(self, source, tls, viewers, subject=None):
        assert not tls
        return {"port": self.sources[source], "framing": "rfb", "tls": False}


class Durable(Porthole):
    """A node whose used tokens survive power loss: on a disk, which /tmp need not be."""

    def __init__(self, *where):
        place = TOP / "build/bench"
        place.mkdir(parents=True, exist_ok=True)
        self._state = tempfile.mkdtemp(dir=place, prefix="state-")
        super().__init__(*where, store="embedded", state_dir=self._state)

    def __exit__(self, *ended):
        try:
            super().__exit__(*ended)
        finally:
            shutil.rmtree(self._state)


KINDS = {"porthole": Porthole, "porthole, embedded store": Durable, "haproxy": HaProxy,
         "websockify": Websockify, "direct": Direct}
