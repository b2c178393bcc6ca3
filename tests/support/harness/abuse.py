"""Who means harm, and who must not notice: attackers' sockets, and a person at a console meanwhile."""

import contextlib
import ctypes
import pathlib
import resource
import socket
import struct
import threading
import time

from harness.rfb_host import FakeHost
from harness.viewer import Viewer
from harness.websocket import open_socket

REQUEST_BYTES = 10  # FramebufferUpdateRequest
SO_ATTACH_FILTER = 26


def echo(peer):
    """A host that answers each request for an update with the request itself."""
    peer.greet()
    peer.accept()
    with contextlib.suppress(EOFError):
        while True:
            peer.write(peer.read(REQUEST_BYTES))


class Bystander:
    """A person who uses a console all the while, and a second one who comes and goes. A context
    manager: its end checks that each request was answered, and each opening done, within `seconds`;
    what went wrong is raised there."""

    def __init__(self, node, seconds=5, **how):
        self._node, self._seconds, self._how = node, seconds, how
        self._over = threading.Event()
        self._trouble = []
        self._threads = [threading.Thread(target=self._carry_on, args=(work,))
                         for work in (self._use, self._come_and_go)]
        self.round_trips = self.openings = 0
        self.longest = 0.0

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._host = stack.enter_context(FakeHost(echo))
            self._viewer = self._open()
            self._stack = stack.pop_all()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()
        with self._stack:
            self._viewer.leave()
        if kind is None:
            assert not self._trouble, self._trouble
            assert self.round_trips > 0 and self.openings > 0, "nobody was there to be disturbed"

    def _open(self):
        return Viewer(self._node, self._node.key.mint(self._host.target), seconds=self._seconds,
                      **self._how)

    def _carry_on(self, work):
        try:
            while not self._over.is_set():
                began = time.monotonic()
                work()
                self.longest = max(self.longest, time.monotonic() - began)
        except Exception as failure:  # pylint: disable=broad-except
            self._trouble.append(failure)

    def _round_trip(self, viewer):
        viewer.request_update()
        viewer.read(REQUEST_BYTES)

    def _use(self):
        self._round_trip(self._viewer)
        self.round_trips += 1
        self._over.wait(0.01)  # a person's pace: the machine's time is the attackers'

    def _come_and_go(self):
        viewer = self._open()
        self._round_trip(viewer)
        viewer.leave()
        self.openings += 1
        self._over.wait(0.25)  # below what one address may do by default


def vanish(sock):
    """From now on no packet reaches this socket, as if its machine had lost power: nothing is
    acknowledged, no reset answers. (A socket filter that drops everything; the kernel asks it
    before TCP sees a packet.)"""
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))  # BPF: return 0
    program = struct.pack("HP", 1, ctypes.addressof(drop_all))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def allow_descriptors(count):
    """Lets this process have that many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= count, (
        f"this needs {count} descriptors, the system allows {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def connect_from(address, sources, each):
    """`each` connections from each of that many loopback addresses, 127.0.0.2 and up."""
    return [open_socket(address, source=f"127.0.0.{2 + number}")
            for number in range(sources) for _ in range(each)]


def accepted_from(address, source):
    """How many connections from `source` whoever listens at `address` has accepted: one that still
    waits in the kernel's queue has no inode (/proc/net/tcp)."""
    def word(host, port=""):
        return f"{socket.inet_aton(host)[::-1].hex().upper()}:{port}"
    rows = map(str.split, pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[1] == word(address[0], f"{address[1]:04X}") and row[2].startswith(word(source))
               and row[9] != "0" for row in rows)


def is_closed(sock):
    """Whether the other side has ended it, one way or another, whatever it said before."""
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True
