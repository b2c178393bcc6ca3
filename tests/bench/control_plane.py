"""Workloads of the control API over many live sessions, and what they do to the bytes of others."""

import contextlib
import statistics
import threading
import time

import grpc

from cases import hold, latencies, paced
from harness.control_api import SessionApi
from loads import Load

CROWD = "crowd"  # the subject of those who are listed and revoked


@contextlib.contextmanager
def in_background(work):
    """Runs `work(over)` in a thread until the block's end sets `over`; its exception is ours then."""
    over, failures = threading.Event(), []

    def run():
        try:
            work(over)
        except Exception as failure:  # told below, where somebody sees it
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def updates_of_others(bench, peer):
    return paced(bench, peer, False, 100, 4000, bench.pick(10, 3))


def revoke(viewers):
    """All at once: until the last of them has its close frame, while others' updates go on."""
    def measure(bench, peer):
        with (SessionApi(peer.node) as calls, updates_of_others(bench, peer) as updates,
              hold(peer, False, viewers, bench.pick(15, 8), subject=CROWD) as load):
            alone = updates.measure()
            assert calls.count() == viewers + 100  # opens the channel, too
            load.begin()
            updates.begin()
            began = time.monotonic()
            calls.revoke(subject=CROWD)
            result = updates.result()
            revoked = load.result(most_lost=viewers)
            assert revoked["lost"] == viewers, f"{revoked['lost']} of {viewers} saw their end"
        return latencies(result) | {"p99_alone_us": alone["p99_us"],
                                    "last_close_ms": 1000 * (revoked["last_loss_s"] - began)}
    return measure


def revoke_unread(viewers):
    """All at once, of viewers that hardly read: until the last of them is reset."""
    def measure(_, peer):
        way = peer.way("flood", False, viewers, subject=CROWD)
        # A byte each tenth of a second; by the end of the warm-up every buffer on the way is full.
        with (SessionApi(peer.node) as calls,
              Load("slow", way, viewers=viewers, slow_bytes=10, seconds=8, warm_up=2) as load):
            assert calls.count() == viewers  # opens the channel, too
            load.begin()
            began = time.monotonic()
            calls.revoke(subject=CROWD)
            revoked = load.result(most_lost=viewers)
            assert revoked["lost"] == viewers, f"{revoked['lost']} of {viewers} saw their end"
        return {"last_reset_ms": 1000 * (revoked["last_loss_s"] - began)}
    return measure


def listing(viewers):
    """Over and over, while others' updates go on."""
    def measure(bench, peer):
        took = []

        def list_on(over):
            while not over.is_set():
                began = time.monotonic()
                assert calls.count() == viewers + 100
                took.append(1000 * (time.monotonic() - began))

        with (SessionApi(peer.node) as calls, updates_of_others(bench, peer) as updates,
              hold(peer, False, viewers, 1, subject=CROWD)):
            alone = updates.measure()
            with in_background(list_on):
                result = updates.measure()
        return latencies(result) | {"p99_alone_us": alone["p99_us"],
                                    "list_ms": statistics.median(took)}
    return measure


def watching(viewers):
    """A watcher reads along while sessions come and go and others' updates go on."""
    def measure(bench, peer):
        seen = []
        with (SessionApi(peer.node) as calls, updates_of_others(bench, peer) as updates):
            alone = updates.measure()
            stream = calls.watch()

            def read_along(_):
                with contextlib.suppress(grpc.RpcError):  # cancelled below
                    seen.extend(event.session.subject for event in stream)
                assert stream.code() == grpc.StatusCode.CANCELLED, stream.details()

            def come_and_go(over):
                while not over.is_set():
                    with hold(peer, False, viewers, 1, subject=CROWD):
                        pass

            with in_background(read_along):
                with in_background(come_and_go):
                    result = updates.measure()
                stream.cancel()
        assert seen.count(CROWD) >= viewers, f"the watcher saw {seen.count(CROWD)} events"
        return latencies(result) | {"p99_alone_us": alone["p99_us"]}
    return measure
