#!/usr/bin/env -S /usr/bin/python3 -B
"""Measures how long RevokeSessions takes until the last viewer has its close frame.

revoke.py COUNT...: with PORTHOLE_BINARY and PORTHOLECTL_BINARY as the integration tests have them.
"""

import select
import sys
import threading
import time

from crowd import crowd
from harness.control_api import SessionApi


def measure(count):
    with crowd(count) as (node, viewers), SessionApi(node) as api:
        poller = select.epoll()
        for viewer in viewers:
            poller.register(viewer.web_socket.socket, select.EPOLLIN | select.EPOLLET)
        api.sessions()  # opens the channel
        began = time.monotonic()
        caller = threading.Thread(target=api.revoke, kwargs={"all": True})
        caller.start()
        left = {viewer.web_socket.socket.fileno() for viewer in viewers}
        while left and time.monotonic() - began < 60:
            for descriptor, _ in poller.poll(1):
                left.discard(descriptor)
        took = time.monotonic() - began
        caller.join()
        print(f"{count} sessions, {len(left)} without a close frame: last after {took * 1000:.1f} ms")


for argument in sys.argv[1:] or ["1", "1000"]:
    measure(int(argument))
