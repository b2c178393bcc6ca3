"""A web proxy that passes connections on (CONNECT), and one that does as a test tells it."""

import re
import select
import socket
import threading

from processes import Child

from harness.vnc_servers import free_port, wait_until_listening


def read_head(sock):
    """An HTTP head, byte for byte: what follows belongs to somebody else."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            raise EOFError("the other side closed")
        head += byte
    return head.decode()


def pass_on(one, other):
    """Moves bytes both ways until a side ends."""
    ways = {one: other, other: one}
    while True:
        for source in select.select(list(ways), [], [], 30)[0]:
            data = source.recv(65536)
            if not data:
                return
            ways[source].sendall(data)


class FakeProxy:
    """Listens on a port of its own; `answer(head)` gives what is sent to a CONNECT, in pieces, and
    `port` is where bytes pass on to when the answer was 200. With `wrap` each connection is wrapped
    first: TLS."""

    def __init__(self, port, answer=lambda head: [b"HTTP/1.1 200 OK\r\n\r\n"], wrap=None):
        self._port = port
        self._answer = answer
        self._wrap = wrap or (lambda sock: sock)
        self.heads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            with sock, self._wrap(sock) as viewer:
                head = read_head(viewer)
                self.heads.append(head)
                said = b""
                for piece in self._answer(head):
                    viewer.sendall(piece)
                    said += piece
                if re.match(rb"HTTP/1\.\d 2", said):
                    with socket.create_connection(("127.0.0.1", self._port)) as host:
                        pass_on(viewer, host)
        except (OSError, EOFError):
            pass


class Squid:
    """Debian's squid, as a web proxy that passes on to any port."""

    def __init__(self, directory):
        self.port = free_port()
        configuration = directory / "squid.conf"
        configuration.write_text(
            f"http_port 127.0.0.1:{self.port}\nhttp_access allow localhost\ncache deny all\n"
            "pid_filename none\nnetdb_filename none\npinger_enable off\n"
            "unlinkd_program /bin/true\ncoredump_dir /\ncache_log /dev/null\naccess_log none\n"
            "shutdown_lifetime 0 seconds\n")
        self.child = Child("squid", ["squid", "-N", "-d", "1", "-f", configuration],
                           directory / "squid.log")
        wait_until_listening(self.child, self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stop()
