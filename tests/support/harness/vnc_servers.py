"""Real VNC servers from Debian's packages, each on a port of its own choosing."""

import os
import pathlib
import secrets
import select
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
    password is set over QMP, as a cloud does. `credentials` are tls_x509() or TLS_ANONYMOUS.
    Listens on a port of `address`, or with `path` on a unix socket there instead."""

    def __init__(self, directory, password=None, credentials=None, websocket=False,
                 address="127.0.0.1", path=None):
        control = pathlib.Path(directory) / "qmp.sock"
        vnc = ((f"unix:{path}" if path else f"{address}:0,to=99")
               + (",password=on" if password else "")
               + (",tls-creds=tls" if credentials else ""))
        tls = ["-object", credentials] if credentials else []
        if websocket:
            self.websocket_port = free_port()
            vnc += f",websocket={self.websocket_port}"
        self.child = Child("QEMU", [
            "qemu-system-x86_64", "-nodefaults", "-accel", "tcg", "-m", "32", "-vga", "std",
            "-display", "none", "-S", *tls, "-vnc", vnc, "-qmp", f"unix:{control},server=on,wait=off",
        ], pathlib.Path(directory) / "qemu.log")
        self.qmp = connect(control, self.child)
        self.port = None if path else self.qmp.vnc_port()
        if password:
            self.qmp.set_vnc_password(password)

    def clients(self):
        """Who is connected to QEMU's VNC server."""
        return self.qmp.execute("query-vnc")["clients"]


TLS_ANONYMOUS = "tls-creds-anon,id=tls,endpoint=server"


def tls_x509(directory, authority, certificate, verify_peer=False):
    """QEMU's certificates, laid out in a directory as it wants them, and its option for them."""
    directory = pathlib.Path(directory) / "x509"
    directory.mkdir()
    for name, file in zip(("ca-cert", "server-cert", "server-key"),
                          (authority.certificate, *certificate)):
        (directory / f"{name}.pem").write_bytes(file.read_bytes())
    return (f"tls-creds-x509,id=tls,endpoint=server,dir={directory},"
            f"verify-peer={'on' if verify_peer else 'off'}")


def free_port():
    """A port for servers that cannot choose one themselves. The system chose it and gives it to nobody
    for a minute: a connection to it is left in TIME_WAIT, which stops only who does not name a port."""
    with (socket.create_server(("127.0.0.1", 0)) as server,
          socket.create_connection(server.getsockname()) as client):
        accepted, _ = server.accept()
        accepted.close()  # first, so that this port is the one that waits
        assert client.recv(1) == b""
        return server.getsockname()[1]


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
    everybody's: that is off. `types` are its words for security types; those with a user name take
    `user` (name, password), by PAM."""

    def __init__(self, directory, password=None, types=None, certificate=None, user=None):
        directory = pathlib.Path(directory)
        self.port = free_port()
        security = ["-SecurityTypes", types or ("VncAuth" if password else "None")]
        if password:
            file = directory / "vnc-password"
            file.write_bytes(subprocess.run(["tigervncpasswd", "-f"], input=password.encode(),
                                            stdout=subprocess.PIPE, check=True).stdout)
            file.chmod(0o600)
            security += ["-PasswordFile", file]
        if certificate:
            security += ["-X509Cert", certificate[0], "-X509Key", certificate[1]]
        if user:
            security += ["-PAMService", "porthole-test", "-PlainUsers", user[0]]
        server = _Display("Xtigervnc", [
            *(_with_pam_user(directory, *user) if user else ()), "Xtigervnc", "-rfbport", self.port, "-interface", "127.0.0.1", "-UseBlacklist=0",
            "-geometry", "320x240", "-depth", "24", "-desktop", "tiger", "-AlwaysShared=1",
            *security], directory)
        self.child = server.child
        self.display = server.display
        wait_until_listening(self.child, self.port)


def _with_pam_user(directory, name, password):
    """How a command is begun for which PAM knows one user, whom the system need not know."""
    services = directory / "pam.d"
    services.mkdir()
    check = services / "check"
    check.write_text("#!/bin/sh\nread -r given\n"
                     f'[ "$PAM_USER" = "{name}" ] && [ "$given" = "{password}" ]\n')
    check.chmod(0o700)
    (services / "porthole-test").write_text(
        f"auth required pam_exec.so expose_authtok quiet {check}\n"
        "account required pam_permit.so\n")
    return ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/pam.d && exec "$@"', services]


class X11vnc(Server):
    """x11vnc, showing an Xvfb. With a `certificate` it speaks TLS: `vencrypt` is its option."""

    def __init__(self, directory, password=None, certificate=None, vencrypt="support"):
        directory = pathlib.Path(directory)
        self._screen = _Display("Xvfb", ["Xvfb", "-screen", "0", "320x240x24"], directory)
        self.port = free_port()
        security = ["-nopw"]
        if password:
            file = directory / "x11vnc-password"
            subprocess.run(["x11vnc", "-storepasswd", password, file], check=True,
                           capture_output=True)
            security = ["-rfbauth", file]
        if certificate:
            both = directory / "x11vnc.pem"
            both.write_bytes(b"".join(file.read_bytes() for file in certificate))
            both.chmod(0o600)
            security += ["-ssl", both, "-vencrypt", vencrypt]
        # OpenSSL 3 has no anonymous TLS at its ordinary level of security.
        lax = directory / "openssl.cnf"
        lax.write_text("openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n"
                       "[c]\nCipherString=ALL:aNULL:@SECLEVEL=0\n")
        self.child = Child("x11vnc", [
            "x11vnc", "-display", self._screen.display, "-rfbport", self.port, "-localhost",
            "-forever", "-shared", "-noshm", "-q", *security], directory / "x11vnc.log",
            env=os.environ | {"OPENSSL_CONF": str(lax)})
        wait_until_listening(self.child, self.port)

    def dial(self, place):
        """Tells the running server to dial a viewer that listens."""
        subprocess.run(["x11vnc", "-display", self._screen.display, "-remote",
                        f"connect:{place}"], check=True, capture_output=True, timeout=20)

    def stop(self):
        super().stop()
        self._screen.child.stop()


class TightServer(Server):
    """A program on LibVNCServer that offers Tight beside None or VncAuth."""

    def __init__(self, directory, password=None):
        self.port = free_port()
        self.child = Child("tight_server", [
            os.environ["TIGHT_SERVER_BINARY"], self.port, *([password] if password else [])],
            pathlib.Path(directory) / "tight_server.log")
        wait_until_listening(self.child, self.port)


def offering_only(server, security_type):
    """A script for a FakeHost: passes `server`'s bytes on, but of its security types only one."""
    def script(peer):
        with socket.create_connection(("127.0.0.1", server.port)) as host:
            peer.write(read_exactly(host, 12))
            host.sendall(peer.read(12))
            types = read_exactly(host, read_exactly(host, 1)[0])
            assert security_type in types, types
            peer.write(bytes([1, security_type]))
            _splice(host, peer.socket)
    return script


def read_exactly(source, size):
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise EOFError("the VNC server hung up")
        data += part
    return data


def _splice(one, other):
    """Passes bytes on both ways until either side ends."""
    while True:
        for source in select.select([one, other], [], [])[0]:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


class Websockify(Server):
    """websockify, which gives a VNC server's port a WebSocket."""

    def __init__(self, directory, vnc_port):
        self.port = free_port()
        self.child = Child("websockify", [
            "websockify", f"127.0.0.1:{self.port}", f"127.0.0.1:{vnc_port}",
        ], pathlib.Path(directory) / "websockify.log")
        wait_until_listening(self.child, self.port)


def random_password():
    """Eight letters: VncAuth ignores what comes after them."""
    return secrets.token_hex(4)
