"""portholectl as a person meets it: completed by bash, explained by its manual and its help."""

import re
import subprocess

import pytest

from harness.node import portholectl


@pytest.fixture(name="complete")
def _complete(directory):
    """What bash offers for the words of a command line: complete("portholectl", "ses")."""
    script = directory / "portholectl.bash"
    script.write_text(portholectl("completion", "bash").stdout)

    def complete(*words):
        offered = subprocess.run(
            ["bash", "-uc", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _portholectl; '
             'printf "%s\\n" "${COMPREPLY[@]}"', script, *words],
            capture_output=True, text=True, timeout=20, check=True, cwd=directory)
        assert offered.stderr == ""
        return set(offered.stdout.split())
    return complete


def test_commands_are_completed(complete):
    assert {"keys", "token", "sessions", "blocks", "node", "fleet"} <= complete("portholectl", "")
    assert complete("portholectl", "ses") == {"sessions"}
    assert complete("portholectl", "sessions", "") == {
        "list", "watch", "revoke", "update", "announce"}
    assert complete("portholectl", "--output", "json", "node", "d") == {"drain"}
    assert complete("portholectl", "sessions", "list", "") == set()
    assert "manual" not in complete("portholectl", ""), "it is hidden"


def test_options_are_completed(complete):
    assert complete("portholectl", "sessions", "revoke", "--blo") == {"--block-for"}
    assert "--address" in complete("portholectl", "node", "--"), "those of the program, too"
    assert "--block-for" not in complete("portholectl", "sessions", "list", "--")


def test_values_are_completed(complete, directory):
    (directory / "operator.pem").touch()
    assert complete("portholectl", "--output", "") == {"table", "json"}
    assert complete("portholectl", "sessions", "update", "--clipboard", "o") == {"off"}
    assert complete("portholectl", "--cert", "op") == {"operator.pem"}
    assert complete("portholectl", "--key", "op") == {"operator.pem"}
    assert complete("portholectl", "sessions", "list", "--key", "op") == set(), "a token key's id"


def test_the_completion_is_sound_bash():
    checked = subprocess.run(["bash", "-n"], input=portholectl("completion", "bash").stdout,
                             capture_output=True, text=True, timeout=20, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_manual_is_sound_and_names_every_command(directory):
    page = directory / "portholectl.1"
    page.write_text(portholectl("manual").stdout)

    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True,
                          text=True, timeout=20, check=False)
    text = subprocess.run(["mandoc", "-T", "ascii", page], capture_output=True, text=True,
                          timeout=20, check=True).stdout

    assert (lint.returncode, lint.stdout) == (0, "")
    for words in ("keys put ID", "sessions watch", "sessions announce TEXT", "blocks lift ID",
                  "node drain", "fleet status", "context.yaml", "PORTHOLE_ADDRESS"):
        assert words in re.sub(".\b", "", text), words


def test_help_is_there_for_every_command(complete):
    def check(*path):
        done = portholectl(*path, "--help")
        assert done.returncode == 0 and "Usage: " in done.stdout, path
        for child in complete("portholectl", *path, "") - {"table", "json"}:
            check(*path, child)
    check()
