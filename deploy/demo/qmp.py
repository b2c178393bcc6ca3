"""QEMU's machine protocol (QMP): one JSON object a line over a unix socket."""

import json
import socket

from processes import wait_until


class QmpError(Exception):
    """QEMU refused a command; the text is QEMU's own."""


class Qmp:
    """A connection to one running QEMU. Events are skipped; nothing here waits longer than
    `seconds`."""

    def __init__(self, path, seconds=20):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(seconds)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        json.loads(self._lines.readline())
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        """Runs one command and gives its `return` value; raises QmpError when QEMU says no."""
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self._lines.readline()
            if not line:
                raise QmpError(f"{command}: QEMU closed the connection")
            answer = json.loads(line)
            if "error" in answer:
                raise QmpError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def vnc_port(self):
        """The TCP port that QEMU's VNC server chose."""
        return int(self.execute("query-vnc")["service"])

    def set_vnc_password(self, password):
        self.execute("set_password", protocol="vnc", password=password)

    def close(self):
        self._lines.close()
        self._socket.close()


def connect(path, *qemu, seconds=30):
    """The connection to a QEMU that is starting; waits until it listens at `path`, and
    ProcessFailed when the child `qemu` ends first."""
    def attempt():
        try:
            return Qmp(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
    return wait_until(attempt, seconds, "QEMU's control socket", *qemu)
