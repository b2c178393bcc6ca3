"""What happens to a node in a soak. Each act lasts one cycle and says which ends it means to cause."""

import pathlib
import signal
import time

from harness.control_api import SessionApi
from harness.tokens import TokenKey
from harness.viewer import Viewer
from harness.websocket import PING, open_socket
from loads import UPDATE_BYTES, Load
from processes import wait_until

SOURCES = 20  # addresses
# How long viewers stay who are to be sent away: on a busy machine even a command takes its time.
LONG_ENOUGH = 5


def comes_and_goes(tls):
    def act(play):
        count = max(1, int(play.rate * play.seconds))
        with (play.way("answer", tls, count, "comes-and-goes") as way,
              Load("setup", way, sessions=count, rate=play.rate, sources=SOURCES) as load):
            load.measure()
    return act


def types(tls):
    def act(play):
        viewers = max(2, int(play.rate))
        with (play.way("answer", tls, viewers, "types") as way,
              Load("paced", way, viewers=viewers, rate=10 * viewers, update_bytes=UPDATE_BYTES,
                   seconds=play.seconds, warm_up=0.1) as load):
            load.measure()
    return act


def watches(play):
    """A film, for a part of the time: it takes whatever the machine has."""
    with (play.way("flood", True, 3, "watches") as way,
          Load("flood", way, viewers=3, seconds=play.seconds / 5, warm_up=0.1) as load):
        load.measure()


def watches_slowly(play):
    with (play.way("flood", False, 10, "watches-slowly") as way,
          Load("slow", way, viewers=10, slow_bytes=10000, seconds=play.seconds,
               warm_up=0.1) as load):
        load.measure()


def is_revoked(play):
    """Ends all of a subject in the middle of things, twice a cycle."""
    viewers = max(2, int(play.rate / 2))
    with SessionApi(play.node) as calls:
        for tls in (False, True):
            subject = f"revoked-{play.serial()}"
            with (play.way("answer", tls, viewers, subject) as way,
                  Load("hold", way, viewers=viewers, seconds=LONG_ENOUGH) as load):
                load.begin()
                calls.revoke(subject=subject)
                play.expect("revoked", viewers)
                assert load.result(most_lost=viewers)["lost"] == viewers, "not all saw their end"


def attacks(play):
    """Guesses, noise, broken frames and lost power, as fast as one attacker is let."""
    node, end = play.node, time.monotonic() + play.seconds
    while time.monotonic() < end:
        guess = Viewer(node, "x.y", handshake=False)
        play.expect("token_invalid")
        assert guess.wait_close().code == 4401
        for address, noise in [(node.address, b"\0" * 300), (node.tls_address, b"GET / HTTP/1.0\r\n\r\n"),
                               (node.tls_address, b"\x16\x03\x01\x02\0\1"), (node.address, b"GET /")]:
            with open_socket(address, source="127.0.0.9") as sock:
                sock.sendall(noise)
        breaker = Viewer(node, node.key.mint(play.target()), tls=True)
        for _ in range(200):
            breaker.web_socket.send_frame(b"ping", PING)
        breaker.web_socket.send_frame(b"x", masked=False)
        play.expect("protocol_error")
        assert breaker.wait_close().code == 1002
        Viewer(node, node.key.mint(play.target())).web_socket.abort()


def operates(play):
    """The operator: new limits, certificates, audit files, keys; looks at everything."""
    node, end = play.node, time.monotonic() + play.seconds
    most = 9400
    while time.monotonic() < end:
        most = 9400 if most == 9500 else 9500
        play.certificate.renew()
        pathlib.Path(node.directory / "audit.log").unlink(missing_ok=True)
        _reload(node, lambda settings, most=most: settings["limits"].update(sessions=most))
        key = TokenKey(f"passing-{play.serial()}")
        node.put_key(key)
        node.control("sessions", "list", "--subject", "types")
        node.control("keys", "delete", key.key_id)
        assert node.admin("/readyz")[0] == 200
        play.busiest = max(play.busiest, node.resident_bytes())


def _reload(node, change):
    """SIGHUP; by the metrics, since the log of a soak is long."""
    def reloads(what):
        return node.metrics().get("porthole_reloads_total", what=what)
    before = reloads("configuration")
    node.change_configuration(change)
    node.child.signal(signal.SIGHUP)
    wait_until(lambda: reloads("configuration") > before, 20, "the reload")


def drained(play):
    """After all the others: nobody is admitted, who is there is sent away; then business as before."""
    viewers = max(2, int(play.rate))
    node = play.node
    with (play.way("answer", False, viewers, "stays") as way,
          Load("hold", way, viewers=viewers, seconds=LONG_ENOUGH) as load):
        load.begin()
        node.control("node", "drain", "--deadline", "1s", "--reason", "Maintenance.")
        assert node.admin("/readyz")[0] == 503
        late = Viewer(node, node.key.mint(play.target()), handshake=False)
        assert late.wait_close().code == 1001
        play.expect("draining", viewers + 1)
        assert load.result(most_lost=viewers)["lost"] == viewers, "not all were sent away"
    node.control("node", "resume")
    wait_until(lambda: node.admin("/readyz")[0] == 200, 20, "readiness to come back")


TOGETHER = {"opens": comes_and_goes(False), "opens over TLS": comes_and_goes(True),
            "types": types(False), "types over TLS": types(True), "watches": watches,
            "watches slowly": watches_slowly, "is revoked": is_revoked, "attacks": attacks,
            "operates": operates}
AFTERWARDS = {"is drained": drained}
