"""Workloads of the control API over many live sessions, and what they do to the bytes of others."""

import contextlib
import statistics
import threading
import time

import grpc

from cases import hold, latencies, paced
from harness.control_api import messages
from loads import Load

SERVICE = "/porthole.control.v1.SessionService/"
CROWD = "crowd"  # the subject of those who are listed and revoked
PAGE = 1000


class Calls:
    """SessionService of a node. A context manager."""

    def __init__(self, node):
        self._messages = messages("session_service")
        self._channel = grpc.insecure_channel(node.control_address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def _method(self, kind, name, answer):
        return getattr(self._channel, kind)(
            SERVICE + name, request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=answer.FromString)

    def list_all(self):
        """How many sessions there are, page after page."""
        call = self._method("unary_unary", "ListSessions", self._messages.ListSessionsResponse)
        count, page = 0, ""
        while True:
            answer = call(self._messages.ListSessionsRequest(page_size=PAGE, page_token=page),
                          timeout=60)
            count += len(answer.sessions)
            page = answer.next_page_token
            if not page:
                return count

    def revoke(self, subject):
        call = self._method("unary_unary", "RevokeSessions", self._messages.RevokeSessionsResponse)
        request = self._messages.RevokeSessionsRequest()
        request.selector.subject = subject
        return call(request, timeout=60)

    def watch(self):
        """The stream of events; cancel() ends it."""
        call = self._method("unary_stream", "WatchSessions", self._messages.WatchSessionsResponse)
        return call(self._messages.WatchSessionsRequest())


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
        with (Calls(peer.node) as calls, updates_of_others(bench, peer) as updates,
              hold(peer, False, viewers, bench.pick(15, 8), subject=CROWD) as load):
            alone = updates.measure()
            assert calls.list_all() == viewers + 100  # opens the channel, too
            load.begin()
            updates.begin()
            began = time.monotonic()
            calls.revoke(CROWD)
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
        with (Calls(peer.node) as calls,
              Load("slow", way, viewers=viewers, slow_bytes=10, seconds=8, warm_up=2) as load):
            assert calls.list_all() == viewers  # opens the channel, too
            load.begin()
            began = time.monotonic()
            calls.revoke(CROWD)
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
                assert calls.list_all() == viewers + 100
                took.append(1000 * (time.monotonic() - began))

        with (Calls(peer.node) as calls, updates_of_others(bench, peer) as updates,
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
        with (Calls(peer.node) as calls, updates_of_others(bench, peer) as updates):
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
