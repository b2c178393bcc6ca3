"""The demo's Porthole: its certificate, its configuration, its process and its token key."""

import os
import subprocess

from json_log import events
from processes import Child, ProcessFailed, wait_until

CONFIGURATION = """\
# Made by deploy/demo/run.
listeners:
  - address: 127.0.0.1
    port: {port}
    tls:
      certificate_file: {state}/certificate.pem
      private_key_file: {state}/private-key.pem
control:
  unix_socket:
    path: {state}/control/control.sock
admin:
  port: 0
viewer:
  directory: {viewer}
state:
  state_dir: {state}/state
  key_encryption_key_file: {state}/key-encryption-key
audit:
  file: {state}/audit.log
targets:
  # The virtual machine runs on this very machine; loopback is denied otherwise.
  allow_denied: ["127.0.0.1/32"]
"""


def run_quietly(command):
    """Runs a command and gives its output; ProcessFailed with its error text."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise ProcessFailed(f"{os.path.basename(str(command[0]))} failed: "
                            f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def make_certificate(state):
    run_quietly([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "30", "-subj", "/CN=Porthole demo",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", state / "private-key.pem", "-out", state / "certificate.pem"])


class Proxy:
    """A running Porthole with one TLS listener on `port` (0: the system chooses)."""

    def __init__(self, build, state, port):
        self._ctl = build / "client-sdk" / "cli" / "portholectl"
        self._state = state
        make_certificate(state)
        (state / "control").mkdir(mode=0o700)
        configuration = state / "porthole.yaml"
        configuration.write_text(CONFIGURATION.format(port=port, state=state,
                                                      viewer=build / "viewer"))
        log = state / "porthole.log"
        self.child = Child("Porthole", [build / "server" / "porthole", "--config", configuration],
                           log)
        wait_until(lambda: events(log, "started"), 30, "Porthole's listeners", self.child)
        self.base_url = f"https://{events(log, 'listening', what='public')[0]['address']}"

    def push_key(self, key_id, key_file):
        """Makes a token key and pushes it over gRPC, as a management server does."""
        run_quietly([self._ctl, "--address", f"unix:{self._state}/control/control.sock",
                     "keys", "put", key_id, "--generate", "--save", key_file])

    def stop(self):
        self.child.stop()
