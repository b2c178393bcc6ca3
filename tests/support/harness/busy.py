"""A node to which everything happens that dashboards and alerts are about."""

import contextlib
import socket
import struct
import subprocess
import threading

from processes import wait_until

from harness.node import PORTHOLECTL, portholectl, sanitizer_environment
from harness.rfb_host import FakeHost
from harness.tokens import TokenKey
from harness.viewer import Viewer
from harness.vnc_servers import free_port

PASSWORD = "secret12"


def guarded(peer):
    """A host that asks for a password and sends a picture's worth of bytes."""
    peer.greet(types=b"\2")
    if not peer.check_password(PASSWORD):
        reason = b"no"
        peer.write(struct.pack(">II", 1, len(reason)) + reason)
        return
    peer.accept()
    peer.write(b"\2" * 20000)  # Bells: bytes that no viewer has to answer
    peer.read_to_end()


def configuration(certificate, private_key, mtls):
    """What the node must be started with: a plain listener, one with TLS, the control API twice."""
    return {
        "listeners": [{"address": "127.0.0.1", "port": 0},
                      {"address": "127.0.0.1", "port": 0,
                       "tls": {"certificate_file": str(certificate),
                               "private_key_file": str(private_key)}}],
        "control": mtls["configuration"],
    }


class Busy:
    """People, attackers and a management server of one node. A context manager: at its end they
    all leave."""

    def __init__(self, node, mtls):
        self._node, self._mtls = node, mtls
        self._hosts = contextlib.ExitStack()
        self._host = self._hosts.enter_context(FakeHost(guarded))
        self._staying = []
        self._watch = subprocess.Popen(
            [PORTHOLECTL, "--address", node.control_address, "sessions", "watch"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=sanitizer_environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watch.terminate()
        self._watch.wait(30)
        for viewer in self._staying:
            viewer.leave()
        self._hosts.close()

    def token(self, **changes):
        return self._node.key.mint(self._host.target,
                                   console={"password": PASSWORD} | changes.pop("console", {}),
                                   **changes)

    def someone_comes(self, **how):
        viewer = Viewer(self._node, self.token(sub=how.pop("subject", "user-1")), **how)
        viewer.read(20000)
        for keysym in b"uptime\r":
            viewer.key(keysym)
        return viewer

    def someone_stays(self):
        self._staying.append(self.someone_comes(tls=True))

    def consoles_open_and_close(self):
        """One that its viewer leaves, one over TLS, one that the management server ends."""
        self.someone_comes().leave()
        self.someone_comes(tls=True).leave()
        revoked = self.someone_comes(subject="user-2")
        self._node.control("sessions", "revoke", "--subject", "user-2", "--reason", "Go home.")
        assert revoked.wait_close().code == 4403

    def consoles_are_refused(self):
        """Tokens and hosts that are no good, and requests that are none."""
        used = self.token()
        Viewer(self._node, used).leave()
        nobody = f"tcp://127.0.0.1:{free_port()}"
        for token in (used, "x.y", TokenKey("other").mint(self._host.target),
                      self.token(iat=1, exp=2), self._node.key.mint(nobody),
                      self.token(console={"password": "wrong"})):
            assert Viewer(self._node, token, handshake=False).wait_close().code >= 4400
        assert self._node.http("/nothing-here")[0] == 404
        with socket.create_connection(self._node.tls_address, timeout=20) as scanner:
            scanner.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while scanner.recv(4096):
                    pass

    def control_is_used(self):
        """Calls that succeed, fail and are not allowed, and a block."""
        self._node.control("sessions", "list")
        self._node.control("node")
        self._node.control("blocks", "lift", "no-such-block", fails=True)
        self._node.control("sessions", "revoke", "--subject", "user-3", "--block-for", "10m",
                           "--reason", "On leave.")
        certificate, key = self._mtls["watcher"]
        refused = portholectl("--address", self._node.control_tcp_address,
                              "--ca", self._mtls["ca"], "--cert", certificate, "--key", key,
                              "node", "resume")
        assert "needs the role" in refused.stderr, refused.stderr

    def the_configuration_changes(self):
        """For the better; then for the worse, which the node refuses; then back."""
        good = lambda settings: settings.pop("nonsense", None)  # noqa: E731
        self._node.reload(good)
        self._node.reload(lambda settings: settings.update(nonsense=1))
        self._node.wait_for_event("reloaded", what="configuration", ok=False)
        self._node.reload(good)

    def all_of_it(self):
        self.someone_stays()
        self.consoles_open_and_close()
        self.consoles_are_refused()
        self.control_is_used()

    def until(self, condition, seconds, what):
        """Keeps the node busy until `condition()` is true; gives its value. ProcessFailed names
        `what` when that takes too long."""
        found, trouble = [], []

        def carry_on():
            try:
                while not found:
                    self.consoles_open_and_close()
                    self.consoles_are_refused()
                    self.control_is_used()
            except Exception as error:  # pylint: disable=broad-except
                trouble.append(error)

        people = threading.Thread(target=carry_on)
        people.start()
        try:
            return wait_until(lambda: trouble or condition(), seconds, what)
        finally:
            found.append(True)
            people.join()
            if trouble:
                raise trouble[0]
