"""Real VNC servers from Debian's packages, each on a port of its own choosing."""

import pathlib
import secrets
import socket
import subprocess

from processes import Child, read_if_there, wait_until
from qmp import connect


def wait_until_listening(child, address):
    """Waits until `child` accepts connections: at a port of loopback, or at a unix socket."""
    def accepts():
        if isinstance(address, int):
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", address)) == 0
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(address)) == 0
    wait_until(accepts, 30, f"{child.name} to listen", child)


class Server:
    """A started server; stops with its `with` block."""

    child = None
    port = None

    @property
    def target(self):
        return f"tcp://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.child.stop()


class Qemu(Server):
    """A QEMU machine without a guest: its firmware's screen is enough for a VNC server. A
    password is set over QMP, as a cloud does."""

    def __init__(self, directory, password=None):
        control = pathlib.Path(directory) / "qmp.sock"
        vnc = "127.0.0.1:0,to=99" + (",password=on" if password else "")
        self.child = Child("QEMU", [
            "qemu-system-x86_64", "-nodefaults", "-accel", "tcg", "-m", "32", "-vga", "std",
            "-display", "none", "-S", "-vnc", vnc, "-qmp", f"unix:{control},server=on,wait=off",
        ], pathlib.Path(directory) / "qemu.log")
        self.qmp = connect(control, self.child)
        self.port = self.qmp.vnc_port()
        if password:
            self.qmp.set_vnc_password(password)

    def clients(self):
        """Who is connected to QEMU's VNC server."""
        return self.qmp.execute("query-vnc")["clients"]


def free_port():
    """A port that was free a moment ago, for servers that cannot choose one themselves."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class _Display:
    """An X server with a display number that it chose itself."""

    def __init__(self, name, command, directory):
        self.numbers = pathlib.Path(directory) / f"{name}.display"
        self.numbers.touch()
        # -displayfd wants an inherited descriptor; a shell gives it one.
        self.child = Child(name, [
            "sh", "-c", 'out=$1; shift; exec "$@" -displayfd 3 3> "$out"', name, self.numbers,
            *command], pathlib.Path(directory) / f"{name}.log")
        number = wait_until(lambda: read_if_there(self.numbers).strip(), 30, f"{name}'s display",
                            self.child)
        self.display = f":{number}"


class Xtigervnc(Server):
    """TigerVNC's X server. It bans an address after some failures, which behind a proxy is
    everybody's: that is off."""

    def __init__(self, directory, password=None):
        directory = pathlib.Path(directory)
        self.port = free_port()
        security = ["-SecurityTypes", "None"]
        if password:
            file = directory / "vnc-password"
            file.write_bytes(subprocess.run(["tigervncpasswd", "-f"], input=password.encode(),
                                            stdout=subprocess.PIPE, check=True).stdout)
            file.chmod(0o600)
            security = ["-SecurityTypes", "VncAuth", "-PasswordFile", file]
        server = _Display("Xtigervnc", [
            "Xtigervnc", "-rfbport", self.port, "-interface", "127.0.0.1", "-UseBlacklist=0",
            "-geometry", "320x240", "-depth", "24", "-desktop", "tiger", "-AlwaysShared=1",
            *security], directory)
        self.child = server.child
        self.display = server.display
        wait_until_listening(self.child, self.port)


class X11vnc(Server):
    """x11vnc, showing an Xvfb."""

    def __init__(self, directory, password=None):
        directory = pathlib.Path(directory)
        self._screen = _Display("Xvfb", ["Xvfb", "-screen", "0", "320x240x24"], directory)
        self.port = free_port()
        security = ["-nopw"]
        if password:
            file = directory / "x11vnc-password"
            subprocess.run(["x11vnc", "-storepasswd", password, file], check=True,
                           capture_output=True)
            security = ["-rfbauth", file]
        self.child = Child("x11vnc", [
            "x11vnc", "-display", self._screen.display, "-rfbport", self.port, "-localhost",
            "-forever", "-shared", "-noshm", "-q", *security], directory / "x11vnc.log")
        wait_until_listening(self.child, self.port)

    def stop(self):
        super().stop()
        self._screen.child.stop()


def random_password():
    """Eight letters: VncAuth ignores what comes after them."""
    return secrets.token_hex(4)
