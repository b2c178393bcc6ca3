"""SASL: QEMU's real one, and a host that speaks it where QEMU does not, without TLS (RFC 4616 and
5802, in QEMU's framing)."""

import base64
import hashlib
import hmac
import os
import pathlib
import socket
import struct
import subprocess

from processes import Child
from qmp import connect

from harness.identifying_hosts import finish
from harness.vnc_servers import Server

SASL = 20


class SaslQemu(Server):
    """A QEMU that asks for SASL, with its users and mechanisms in files of its own. `credentials`
    is QEMU's TLS object, without its id, or None."""

    def __init__(self, directory, username, password, mechanisms="SCRAM-SHA-256 PLAIN",
                 credentials=None):
        directory = pathlib.Path(directory)
        users = directory / "sasldb2"
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", users, "-u", socket.gethostname(),
                        username], input=password, text=True, check=True)
        (directory / "qemu.conf").write_text(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
            f"sasldb_path: {users}\nmech_list: {mechanisms}\n")
        control = directory / "qmp.sock"
        tls = ["-object", f"{credentials},id=t,endpoint=server"] if credentials else []
        self.child = Child("QEMU", [
            "qemu-system-x86_64", "-nodefaults", "-accel", "tcg", "-m", "32", "-vga", "std",
            "-display", "none", "-S", "-qmp", f"unix:{control},server=on,wait=off", *tls,
            "-vnc", "127.0.0.1:0,to=99,sasl=on" + (",tls-creds=t" if tls else ""),
        ], directory / "qemu.log", env=os.environ | {"SASL_CONF_PATH": str(directory)})
        self.qmp = connect(control, self.child)
        self.port = self.qmp.vnc_port()


def read_text(peer):
    return peer.read(struct.unpack(">I", peer.read(4))[0])


def read_token(peer):
    """A token without the NUL behind it; None for no token."""
    data = read_text(peer)
    assert data == b"" or data[-1] == 0
    return data[:-1] if data else None


def send(peer, token, complete):
    data = b"" if token is None else token + b"\0"
    peer.write(struct.pack(">I", len(data)) + data + bytes([complete]))


class SaslHost:
    """Security type 20. `knows`: the password that its proof in SCRAM is made with; without `proves`
    it says complete before it had to show any."""

    def __init__(self, username, password, mechanisms=b"SCRAM-SHA-256,PLAIN", knows=None,
                 iterations=4096, proves=True):
        self._username, self._password = username.encode(), password.encode()
        self._mechanisms = mechanisms
        self._knows = self._password if knows is None else knows.encode()
        self._iterations = iterations
        self._proves = proves
        self.mechanism = None

    def __call__(self, peer):
        assert peer.greet(types=bytes([SASL])) == SASL
        peer.write(struct.pack(">I", len(self._mechanisms)) + self._mechanisms)
        self.mechanism = read_text(peer).decode()
        right = self._plain(peer) if self.mechanism == "PLAIN" else self._scram(peer)
        if right:
            finish(peer, True)

    def _plain(self, peer):
        right = read_token(peer) == b"\0" + self._username + b"\0" + self._password
        if right:
            send(peer, None, True)
        return right

    def _scram(self, peer):
        first = read_token(peer)
        bare = first[first.index(b"n=", 2):]
        parts = dict(part.split(b"=", 1) for part in bare.split(b","))
        assert parts[b"n"] == self._username
        salt = os.urandom(16)
        nonce = parts[b"r"] + base64.b64encode(os.urandom(12))
        challenge = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(salt), self._iterations)
        send(peer, challenge, not self._proves)
        if not self._proves:
            return True
        last = read_token(peer)
        without_proof, proof = last.rsplit(b",p=", 1)
        words = b",".join([bare, challenge, without_proof])

        def keys(password):
            salted = hashlib.pbkdf2_hmac("sha256", password, salt, self._iterations)
            return [hmac.digest(salted, name, "sha256") for name in (b"Client Key", b"Server Key")]

        client_key = keys(self._password)[0]
        signature = hmac.digest(hashlib.sha256(client_key).digest(), words, "sha256")
        if bytes(a ^ b for a, b in zip(client_key, signature)) != base64.b64decode(proof):
            return False  # QEMU hangs up, too
        ours = hmac.digest(keys(self._knows)[1], words, "sha256")
        send(peer, b"v=" + base64.b64encode(ours), True)
        return True
