#!/usr/bin/env -S /usr/bin/python3 -B
"""Measures what listing many sessions, over and over, does to the bytes of one: round trips of small
messages through the node, alone and while `portholectl sessions list` runs in a loop.

listing.py [COUNT]: with PORTHOLE_BINARY and PORTHOLECTL_BINARY as the integration tests have them.
"""

import contextlib
import statistics
import sys
import threading
import time

from crowd import crowd
from harness.rfb_host import FakeHost
from harness.viewer import Viewer

REQUEST_BYTES = 10  # FramebufferUpdateRequest
SECONDS = 5


def echo(peer):
    peer.greet()
    peer.accept()
    with contextlib.suppress(EOFError, OSError):
        while True:
            peer.write(peer.read(REQUEST_BYTES))


def round_trips(viewer):
    """How long each took, in milliseconds."""
    took, end = [], time.monotonic() + SECONDS
    while (began := time.monotonic()) < end:
        viewer.request_update()
        viewer.read(REQUEST_BYTES)
        took.append((time.monotonic() - began) * 1000)
    return sorted(took)


def report(what, took):
    print(f"{what:15} {len(took):6} round trips   p50 {statistics.median(took):.2f} ms   "
          f"p99 {took[len(took) * 99 // 100]:.2f} ms   p99.9 {took[len(took) * 999 // 1000]:.2f} ms   "
          f"longest {took[-1]:.2f} ms")


def measure(count):
    with crowd(count) as (node, _), FakeHost(echo) as host:
        viewer = Viewer(node, node.key.mint(host.target))
        report("alone", round_trips(viewer))
        over, lists = threading.Event(), []

        def list_on():
            while not over.is_set():
                began = time.monotonic()
                node.control("sessions", "list", "--output", "json")
                lists.append(time.monotonic() - began)

        lister = threading.Thread(target=list_on)
        lister.start()
        report("while listing", round_trips(viewer))
        over.set()
        lister.join()
        viewer.leave()
        print(f"{len(lists)} lists of {count + 1} sessions, {statistics.median(lists):.2f} s each")


measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
