"""What the node acknowledged outlives it: kills, full disks, and stores that it must refuse."""

import contextlib
import json
import random
import sqlite3
import subprocess
import threading
import time

import grpc
import pytest

from harness.durable_calls import DurableCalls
from harness.ends import expect_close
from harness.node import PORTHOLE, configuration, sanitizer_environment
from harness.tokens import TokenKey
from harness.viewer import Viewer
from harness.websocket import Closed, Refused
from processes import wait_until

KILLS = 100
# What an operation may meet when the process goes.
GONE = (grpc.RpcError, OSError, Closed, Refused, EOFError, AssertionError)


class Load:
    """Management servers and viewers that work until the node dies, and write down what it
    acknowledged."""

    def __init__(self, node, target, number):
        self._node, self._target, self._number = node, target, number
        self.keys, self.deleted, self.blocks, self.tokens = {}, set(), set(), []
        self._threads = [threading.Thread(target=self._until_gone, args=(work,))
                         for work in (self._put_keys, self._put_keys, self._block, self._claim,
                                      self._claim)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def amount(self):
        return min(len(self.keys), len(self.blocks), len(self.tokens))

    def _until_gone(self, work):
        with contextlib.suppress(*GONE), DurableCalls(self._node) as calls:
            work(calls)

    def _put_keys(self, calls):
        while True:
            key = TokenKey(f"k{self._number}-{random.getrandbits(60):x}")
            calls.put_key(key)
            self.keys[key.key_id] = key
            if len(self.keys) > 4:
                old = next(iter(self.keys))
                del self.keys[old]
                calls.delete_key(old)
                self.deleted.add(old)

    def _block(self, calls):
        while True:
            self.blocks.add(calls.block_console(f"gone-{random.getrandbits(60):x}", 86400))

    def _claim(self, _):
        while True:
            token = self._node.key.mint(self._target)
            Viewer(self._node, token, seconds=10)
            self.tokens.append(token)


def expect_kept(node, loads):
    """Everything that the node acknowledged to these is there."""
    with DurableCalls(node) as calls:
        keys, blocks = calls.key_ids(), calls.block_ids()
    for load in loads:
        assert load.keys.keys() <= keys
        assert not load.deleted & keys
        assert load.blocks <= blocks
        for token in load.tokens:
            expect_close(Viewer(node, token, handshake=False).wait_close(), "token_used")


def test_nothing_acknowledged_is_lost_however_often_it_is_killed(start_node, host):
    node = start_node()
    loads = []
    for number in range(KILLS):
        with Load(node, host.target, number) as load:
            # At any point: of the first work, or in the middle of it.
            least = random.choice([0, 1, 1, 2])
            wait_until(lambda: load.amount() >= least, 60, "some work", node.child)  # noqa: B023
            time.sleep(random.uniform(0, 0.05))  # the point, not a wait
            node.kill()
        loads.append(load)
        node.start()
        expect_kept(node, [load])
    expect_kept(node, loads)
    assert sum(len(load.tokens) for load in loads) > KILLS
    assert sum(len(load.keys) + len(load.deleted) for load in loads) > KILLS


def test_a_full_disk_refuses_everything_and_loses_nothing(start_node, host):
    """The system's limit on a file's size stands for the full disk."""
    node = start_node(most_file_bytes=300_000)
    kept = []
    with DurableCalls(node) as calls:
        with pytest.raises(grpc.RpcError) as refused:
            for number in range(1000):
                key = TokenKey(f"key-{number}-of-many")
                calls.put_key(key)
                kept.append(key.key_id)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "the store cannot write" in refused.value.details()
        assert kept and f"key-{len(kept)}-of-many" not in calls.key_ids()
        with pytest.raises(grpc.RpcError) as refused:
            calls.block_console("c", 60)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE

    token = node.key.mint(host.target)
    viewer = Viewer(node, token, handshake=False)
    expect_close(viewer.wait_close(), "internal_error")
    status, _, text = node.admin("/readyz?verbose")
    assert status == 503 and "[-]store failed" in text
    assert node.events("store_failed")

    subprocess.run(["prlimit", "--pid", str(node.child.pid), "--fsize=unlimited"], check=True)
    wait_until(lambda: node.admin("/readyz")[0] == 200, 20, "a ready node")
    Viewer(node, token).leave()
    node.kill()
    node.start()
    with DurableCalls(node) as calls:
        assert set(kept) <= calls.key_ids()


def test_a_token_from_before_a_restart_opens_its_console_once(node, host):
    token, used = node.key.mint(host.target), node.key.mint(host.target)
    Viewer(node, used).leave()
    time.sleep(1.1 - time.time() % 1)  # a token's time is in whole seconds
    assert node.terminate() == 0
    node.start()

    Viewer(node, token).leave()
    for again in (token, used):
        expect_close(Viewer(node, again, handshake=False).wait_close(), "token_used")
    assert node.control_json("node")["store"]["kind"].lower().endswith("embedded")


def test_a_store_that_forgets_takes_no_token_from_before_the_restart(start_node, host):
    node = start_node(state={"store": "memory"})
    token = node.key.mint(host.target)
    time.sleep(1.1 - time.time() % 1)
    node.kill()
    node.start()
    node.put_key(node.key)

    expect_close(Viewer(node, token, handshake=False).wait_close(), "token_expired")
    assert not list(node.directory.glob("state*"))


def test_a_store_that_was_lost_takes_no_token_from_before(node, host):
    token = node.key.mint(host.target)
    time.sleep(1.1 - time.time() % 1)
    node.kill()
    for file in (node.directory / "state").iterdir():
        file.unlink()
    node.start()
    node.put_key(node.key)

    expect_close(Viewer(node, token, handshake=False).wait_close(), "token_expired")
    Viewer(node, node.key.mint(host.target)).leave()


class Stopped:
    """A node that has run once, and its files."""

    def __init__(self, node):
        assert node.terminate() == 0
        self.directory = node.directory
        self.database = node.directory / "state" / "state.db"
        self.key = node.directory / "key-encryption-key"

    def run(self):
        done = subprocess.run([PORTHOLE, "--config", self.directory / "porthole.yaml"],
                              capture_output=True, text=True, timeout=60, check=False,
                              env=sanitizer_environment())
        assert done.returncode == 2, done.stderr
        return done.stderr.splitlines()[-1]

    def sql(self, statement):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            connection.execute(statement)
            connection.commit()


def break_schema(stopped):
    stopped.sql("PRAGMA user_version = 999")


def break_file(stopped):
    content = bytearray(stopped.database.read_bytes())
    content[4096:8192] = bytes(4096)
    stopped.database.write_bytes(content)


def break_key(stopped):
    stopped.key.write_text("0" * 64)


def open_key(stopped):
    stopped.key.chmod(0o644)


# What is done to a node's store, and what the node says then.
BROKEN = {
    "a newer schema": (break_schema, ["state.db", "newer version", "999"]),
    "a damaged file": (break_file, ["state.db", "damaged"]),
    "an empty file": (lambda stopped: stopped.database.write_bytes(b""), ["state.db", "empty"]),
    "another key": (break_key, ["state.db", "key-encryption-key"]),
    "no key": (lambda stopped: stopped.key.unlink(), ["key-encryption-key", "is not"]),
    "a key for all to read": (open_key, ["key-encryption-key", "0600"]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_store_that_cannot_be_trusted_is_refused_in_a_sentence(node, what):
    damage, told = BROKEN[what]
    stopped = Stopped(node)
    damage(stopped)
    before = stopped.database.read_bytes()

    sentence = stopped.run()

    assert sentence.startswith("porthole: ")
    for word in told:
        assert word in sentence, sentence
    assert stopped.database.read_bytes() == before


def test_two_processes_cannot_share_a_store(node, directory):
    other = directory / "other"
    (other / "control").mkdir(parents=True)
    other.joinpath("control").chmod(0o700)
    file = other / "porthole.yaml"
    state = {"state_dir": str(node.directory / "state"),
             "key_encryption_key_file": str(node.directory / "key-encryption-key")}
    file.write_text(json.dumps(configuration(other, {"state": state})))

    done = subprocess.run([PORTHOLE, "--config", file], capture_output=True, text=True,
                          timeout=60, check=False, env=sanitizer_environment())

    assert done.returncode == 2
    assert "another process uses the state directory" in done.stderr
    assert node.admin("/readyz")[0] == 200
