"""The Debian package in a Debian of its own: installed, run as its unit says, upgraded, purged; and
what lintian and systemd say of it."""

import configparser
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import harness  # noqa: E402,F401  (finds the demo's modules)
from harness.http_status import status_of  # noqa: E402
from harness.vnc_servers import free_port  # noqa: E402
from processes import Child, wait_until  # noqa: E402

BUILD = pathlib.Path(os.environ.get("RELEASE_BUILD", TOP / "build" / "release"))
DEBIAN = TOP / "build" / "packages" / "bookworm.tar"
UNIT = TOP / "deploy" / "systemd" / "porthole.service"
# What systemd would make, by the unit's words.
DIRECTORIES = {"StateDirectory": "var/lib", "RuntimeDirectory": "run", "LogsDirectory": "var/log"}


def run(*words, **more):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300,
                          check=False, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", name="package")
def make_package(tmp_path_factory):
    place = tmp_path_factory.mktemp("deb")
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", place)
    return next(place.glob("*.deb"))


@pytest.fixture(scope="module", name="newer")
def make_newer(package, tmp_path_factory):
    """The same with a higher version."""
    place = tmp_path_factory.mktemp("newer")
    run("dpkg-deb", "-R", package, place / "tree")
    control = place / "tree" / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("Version: 0.1.0", "Version: 0.2.0"))
    run("dpkg-deb", "--root-owner-group", "-b", place / "tree", place / "porthole_0.2.0.deb")
    return place / "porthole_0.2.0.deb"


class Debian:
    """A Debian in a directory."""

    def __init__(self, root):
        self.root = root
        run("tar", "--extract", "--numeric-owner", "--file", DEBIAN, "--directory", root)
        shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
        self.sh("apt-get update -qq")

    def inside(self, *words):
        """The command that runs these words in there, with a /proc that is gone with it."""
        return ["unshare", "--mount", "/bin/sh", "-ec",
                'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"', self.root, *words]

    def sh(self, script):
        return run(*self.inside("/bin/sh", "-ec", script),
                   env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})

    def install(self, package):
        shutil.copy(package, self.root / "tmp")
        return self.sh(f"apt-get install -y -qq --no-install-recommends /tmp/{package.name} 2>&1")

    def file(self, path):
        return self.root / path.lstrip("/")


class Service:
    """What the unit starts, as systemd would. A context manager; the exit stops it."""

    def __init__(self, debian, log):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(debian.file("/lib/systemd/system/porthole.service"))
        facts = unit["Service"]
        for word, parent in DIRECTORIES.items():
            mode = facts[f"{word}Mode"]
            debian.sh(f"install -d -o {facts['User']} -g {facts['Group']} -m {mode} "
                      f"/{parent}/{facts[word]}")
        as_user = ["setpriv", f"--reuid={facts['User']}", f"--regid={facts['Group']}",
                   "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        self.child = Child("porthole", debian.inside(*as_user, *facts["ExecStart"].split()), log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.child.stop(30) == 0, self.child.last_words()


@pytest.fixture(scope="module", name="debian")
def make_debian(tmp_path_factory):
    return Debian(tmp_path_factory.mktemp("root"))


def test_lives_from_installation_to_purge(debian, package, newer, tmp_path):
    before = set(debian.sh("find / -xdev -name '*porthole*'").split())
    debian.install(package)
    public, admin = free_port(), free_port()
    settings = debian.file("/etc/porthole/config.yaml")
    settings.write_text(f"listeners: [{{port: {public}}}]\nadmin: {{port: {admin}}}\n")
    assert debian.sh("porthole --check-config /etc/porthole/config.yaml").strip().endswith("ok")

    with Service(debian, tmp_path / "first.log") as service:
        wait_until(lambda: status_of(admin, "/livez") == 200, 60, "the node", service.child)
        assert status_of(public, "/console") == 400
        debian.sh("portholectl keys put first --generate --save /tmp/key")
        assert status_of(admin, "/readyz") == 200
        assert debian.sh("stat -c %U:%a /run/porthole /var/lib/porthole").split() == [
            "porthole:700", "porthole:700"]

    debian.install(newer)
    assert "0.2.0" in debian.sh("dpkg-query -W porthole")
    assert str(public) in settings.read_text(), "the administrator's configuration is gone"
    with Service(debian, tmp_path / "second.log") as service:
        wait_until(lambda: status_of(admin, "/readyz") == 200, 60, "the kept key", service.child)

    debian.sh("apt-get remove -y -qq porthole 2>&1")
    assert settings.exists() and debian.file("/var/lib/porthole/state").exists()
    debian.sh("apt-get purge -y -qq porthole 2>&1; rm -rf /run/porthole /tmp/porthole*")
    left = set(debian.sh("find / -xdev -name '*porthole*'").split()) - before
    assert not left, f"purging leaves {left}"


def test_lintian_is_content(package):
    found = run("lintian", "--allow-root", "--fail-on", "error,warning", package)

    assert not [line for line in found.splitlines() if line[:2] in ("E:", "W:")], found


def test_systemd_is_content(tmp_path):
    # 1.5 of 10; the score wants a file, verify a program that is there.
    run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", UNIT)
    text = UNIT.read_text()
    good = tmp_path / "porthole.service"
    good.write_text(text.replace("/usr/bin/porthole", "/bin/true"))
    bad = tmp_path / "bad.service"
    bad.write_text(good.read_text().replace("ProtectHome=", "ProtectHomes="))

    run("systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", good)
    with pytest.raises(AssertionError, match="ProtectHomes"):
        run("systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", bad)
