"""What a build says that it is made from, where there is a repository and where there is none."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

SERVER = pathlib.Path(__file__).parents[2] / "server"
FILES = ["revision.cmake", "revision.txt", ".gitattributes"]
# Nothing of the machine's own settings, and nobody's hooks.
GIT = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "-c",
       "commit.gpgsign=false"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def run(place, *words, fails=False):
    done = subprocess.run(list(map(str, words)), cwd=place, capture_output=True, text=True,
                          timeout=60, check=False, env=ENVIRONMENT | {"GIT_CONFIG_GLOBAL": "/dev/null"})
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout.strip()


def revision(tree, given="", fails=False):
    """What a build of `tree` would say."""
    output = tree / "revision.cc"
    said = run(tree, "cmake", f"-DSOURCE={tree}", f"-DOUTPUT={output}", f"-DGIVEN={given}", "-P",
               tree / "server/revision.cmake", fails=fails)
    return said if fails else re.search('kRevision = "(.*)";', output.read_text())[1]


@pytest.fixture
def tree(tmp_path):
    """The sources without a repository."""
    (tmp_path / "tree/server").mkdir(parents=True)
    for name in FILES:
        shutil.copy(SERVER / name, tmp_path / "tree/server" / name)
    return tmp_path / "tree"


@pytest.fixture
def clone(tree):
    run(tree, *GIT, "init", "--quiet")
    run(tree, *GIT, "add", "server")
    run(tree, *GIT, "commit", "--quiet", "--message", "all")
    return tree


def commit_of(clone):
    return run(clone, *GIT, "rev-parse", "HEAD")[:12]


def test_a_clone_is_its_commit(clone):
    assert revision(clone) == commit_of(clone)


def test_changes_are_told(clone):
    (clone / "server/revision.txt").write_text("something else\n")

    assert revision(clone) == commit_of(clone) + "-dirty"


def test_without_a_repository_nothing_is_known(tree):
    assert revision(tree) == "unknown"


def test_somebody_elses_repository_is_not_asked(tree):
    (tree.parent / "theirs").write_text("x")
    run(tree.parent, *GIT, "init", "--quiet")
    run(tree.parent, *GIT, "add", "theirs")
    run(tree.parent, *GIT, "commit", "--quiet", "--message", "theirs")

    assert revision(tree) == "unknown"


def test_an_archive_knows_its_commit(clone, tmp_path):
    run(clone, *GIT, "archive", "--prefix=unpacked/", f"--output={tmp_path}/it.tar", "HEAD")
    run(tmp_path, "tar", "-xf", "it.tar")

    assert revision(tmp_path / "unpacked") == commit_of(clone)


def test_what_is_given_counts(clone):
    assert revision(clone, given="v0.1.0") == "v0.1.0"


def test_what_cannot_be_a_name_is_refused(tree):
    assert "no revision's name" in revision(tree, given='x";system("y', fails=True)
