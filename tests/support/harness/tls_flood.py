"""A TLS client that asks for new keys without end (RFC 8446, section 4.6.3), which Python's ssl cannot:
OpenSSL by its C interface."""

import contextlib
import ctypes
import socket
import threading

UPDATE_REQUESTED = 1  # SSL_KEY_UPDATE_REQUESTED


def _library():
    library = ctypes.CDLL("libssl.so.3")
    pointer = ctypes.c_void_p
    for name, arguments, result in [
            ("TLS_client_method", [], pointer), ("SSL_CTX_new", [pointer], pointer),
            ("SSL_CTX_free", [pointer], None), ("SSL_new", [pointer], pointer),
            ("SSL_free", [pointer], None), ("SSL_set_fd", [pointer, ctypes.c_int], ctypes.c_int),
            ("SSL_connect", [pointer], ctypes.c_int), ("SSL_do_handshake", [pointer], ctypes.c_int),
            ("SSL_key_update", [pointer, ctypes.c_int], ctypes.c_int),
            ("SSL_write", [pointer, ctypes.c_char_p, ctypes.c_int], ctypes.c_int),
            ("SSL_read", [pointer, ctypes.c_char_p, ctypes.c_int], ctypes.c_int)]:
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library


def answer_after(updates, address, request):
    """The beginning of the answer to a request before which the keys were updated so often."""
    library = _library()
    with socket.create_connection(address) as sock:
        context = library.SSL_CTX_new(library.TLS_client_method())
        tls = library.SSL_new(context)
        library.SSL_set_fd(tls, sock.fileno())
        answer = ctypes.create_string_buffer(4096)
        going_on = library.SSL_connect(tls) == 1
        for _ in range(updates):
            going_on = going_on and library.SSL_key_update(tls, UPDATE_REQUESTED) == 1
            going_on = going_on and library.SSL_do_handshake(tls) == 1
        going_on = going_on and library.SSL_write(tls, request, len(request)) == len(request)
        count = library.SSL_read(tls, answer, 4096) if going_on else 0
        library.SSL_free(tls)
        library.SSL_CTX_free(context)
    return answer.raw[:max(count, 0)]


class KeyUpdates:
    """Connections to `address` that do nothing else, a thread each. A context manager."""

    def __init__(self, address, connections):
        self._library = _library()
        self._over = threading.Event()
        self._sockets = [socket.create_connection(address) for _ in range(connections)]
        self._threads = [threading.Thread(target=self._flood, args=(sock,))
                         for sock in self._sockets]
        self.sent = 0  # by all of them, so only ever a lower bound while they run
        self.ended = 0  # how many the node has put an end to

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # it is gone already
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for sock in self._sockets:
            sock.close()

    def _flood(self, sock):
        library = self._library
        context = library.SSL_CTX_new(library.TLS_client_method())
        tls = library.SSL_new(context)
        library.SSL_set_fd(tls, sock.fileno())
        going_on = library.SSL_connect(tls) == 1
        while going_on and not self._over.is_set():
            going_on = (library.SSL_key_update(tls, UPDATE_REQUESTED) == 1
                        and library.SSL_do_handshake(tls) == 1)
            self.sent += going_on
        self.ended += not self._over.is_set()
        library.SSL_free(tls)
        library.SSL_CTX_free(context)
