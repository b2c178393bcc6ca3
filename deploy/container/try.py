#!/usr/bin/python3
"""Runs an unpacked image of Porthole as an orchestrator would (its own user, no capabilities, a
read-only root, empty volumes) and opens a console through it:

    deploy/container/try.py ROOT IMAGE.json    (what `buildah inspect --type image` says)
"""

import json
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))

from harness.http_status import status_of  # noqa: E402
from harness.rfb_host import FakeHost  # noqa: E402
from harness.viewer import Viewer  # noqa: E402
from harness.vnc_servers import free_port  # noqa: E402
from processes import Child, wait_until  # noqa: E402

# Tools that make programs; none of them belongs into what runs.
FORBIDDEN = ["cc", "gcc", "clang-19", "ld", "ld.lld-19", "cmake", "ninja", "node", "npm", "make"]


def check_image(root, image):
    settings = image["Docker"]["config"]
    assert settings["User"] == "10001:10001", settings
    assert settings["Entrypoint"] == ["/usr/bin/porthole"], settings
    assert settings.get("StopSignal", "SIGTERM") == "SIGTERM", settings
    assert settings["Healthcheck"]["Test"][-2:] == ["--probe", "ready"], settings
    assert settings["Labels"]["org.opencontainers.image.revision"] != "unknown", settings
    for name in FORBIDDEN:
        for place in ("usr/bin", "usr/local/bin"):
            assert not (root / place / name).exists(), f"{name} is in the image"
    return settings


class Container:
    """The running image. Its writable places are empty and its own."""

    # Mounts in a namespace of the process' own, so that they are gone with it.
    START = """
mount --bind "$0" "$0"
mount -t tmpfs -o uid=10001,gid=10001,mode=0700 none "$0/var/lib/porthole"
mount --bind "$1" "$0/run/porthole"
mount --bind "$2" "$0/etc/porthole/config.yaml"
mount -t proc proc "$0/proc"
mount -o remount,bind,ro "$0"
root=$0; shift 2
exec chroot "$root" setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs \\
  --bounding-set=-all --inh-caps=-all "$@"
"""

    def __init__(self, root, place, command):
        self.port, self.admin = free_port(), free_port()
        self.run = place / "run"
        self.run.mkdir(mode=0o700)
        subprocess.run(["chown", "10001:10001", self.run], check=True)
        settings = place / "config.yaml"
        settings.write_text(json.dumps({
            "listeners": [{"address": "127.0.0.1", "port": self.port}],
            "admin": {"port": self.admin}, "targets": {"allow_denied": ["127.0.0.1/32"]}}))
        settings.chmod(0o644)
        self._enter = ["unshare", "--mount", "/bin/sh", "-ec", self.START, root, self.run, settings]
        self.child = Child("the container", [*self._enter, *command], place / "log")

    def execute(self, *words):
        """Runs words beside it, as `exec` does."""
        done = subprocess.run([str(word) for word in (*self._enter, *words)], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def answers(self, path):
        return status_of(self.admin, path)


class Front:
    """What a Viewer wants of a node."""

    def __init__(self, port):
        self.address, self.tls_address = ("127.0.0.1", port), None


def main():
    root, image = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
    settings = check_image(root, image)
    with tempfile.TemporaryDirectory(prefix="porthole-") as place, FakeHost() as host:
        container = Container(root, pathlib.Path(place), settings["Entrypoint"] + settings["Cmd"])
        wait_until(lambda: container.answers("/livez") == 200, 60, "the node", container.child)
        container.execute("portholectl", "keys", "put", "one", "--generate", "--save",
                          "/run/porthole/key")
        assert container.answers("/readyz") == 200
        container.execute(*settings["Healthcheck"]["Test"][1:])
        token = container.execute(
            "portholectl", "token", "mint", "--key-id", "one", "--key-file", "/run/porthole/key",
            "--subject", "user-1", "--console", "vm-1", "--name", "web-1", "--target",
            host.target).strip()
        viewer = Viewer(Front(container.port), token)
        assert viewer.name == "fake", viewer.name
        viewer.leave()
        assert container.child.stop(30) == 0, container.child.last_words()
    print("container: a console was opened through it; probe, drain and end are as they should be")


if __name__ == "__main__":
    main()
