"""The commands that people type: what they refuse, they refuse at once and in a sentence."""

import pathlib
import socket
import subprocess

import pytest

TREE = pathlib.Path(__file__).parents[2]


def run(*words, environment=None):
    """(exit code, standard output, standard error) of a command that must end at once."""
    done = subprocess.run([TREE / words[0], *words[1:]], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30, check=False,
                          env=environment)
    return done.returncode, done.stdout, done.stderr


def test_the_demo_names_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        code, output, complaint = run("deploy/demo/run", "--port", port)

    assert (code, output) == (1, "")
    assert f"port {port} is taken" in complaint


@pytest.mark.parametrize("words, named", [
    (["--port"], "--port"), (["--port", "65536"], "65536"), (["--port", "http"], "http"),
    (["--port", "-1"], "-1"), (["--colour"], "--colour"), (["--state"], "--state"),
])
def test_the_demo_names_a_flag_that_is_wrong(words, named):
    code, output, complaint = run("deploy/demo/run", *words)

    assert (code, output) == (1, "")
    assert named in complaint.splitlines()[-1]


def test_a_link_needs_a_running_demo(directory):
    code, output, complaint = run("deploy/demo/link", str(directory))

    assert (code, output) == (1, "")
    assert str(directory) in complaint


def test_a_part_of_the_tests_that_does_not_exist_is_named():
    code, _, complaint = run("tests/run", "untit")

    assert code == 2 and "untit" in complaint
    assert run("tests/run", "unit", "surplus")[0] == 2


def test_a_package_list_that_does_not_exist_is_named():
    code, _, complaint = run("deploy/packages/install", "kitchen")

    assert code == 1 and "kitchen" in complaint


def test_a_machine_without_apt_is_told_so(directory):
    for name in ("readlink", "dirname", "bash", "env"):
        (directory / name).symlink_to(f"/usr/bin/{name}")

    code, _, complaint = run("deploy/packages/install", "build",
                             environment={"PATH": str(directory)})

    assert code == 1 and "Debian 12" in complaint


def test_an_installation_without_root_is_told_so(directory):
    """As an ordinary user without sudo, with a package missing."""
    for name in ("readlink", "dirname", "bash", "env", "sed", "apt-get", "dpkg-query"):
        (directory / name).symlink_to(f"/usr/bin/{name}")
    for name, text in {"id": "echo 1000", "dpkg-query": "exit 1"}.items():
        (directory / name).unlink(missing_ok=True)
        (directory / name).write_text(f"#!/usr/bin/bash\n{text}\n")
        (directory / name).chmod(0o755)

    code, _, complaint = run("deploy/packages/install", "demo",
                             environment={"PATH": str(directory)})

    assert code == 1
    assert "install sudo" in complaint and "qemu-system-x86" in complaint
