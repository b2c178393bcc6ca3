"""Whether something answers HTTP, and how."""

import http.client


def status_of(port, path):
    """The status of an answer from that port of this machine; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
