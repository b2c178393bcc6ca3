"""Every case that there is."""

from cases import Case
from control_plane import listing, revoke, revoke_unread, watching
from data_plane import bulk, mixed, setup, slow, small
from memory import growth, idle, rounds_of_all

BOTH = ("porthole", "haproxy")


def kind(tls):
    return "TLS" if tls else "plain"


def control_cases(bench):
    viewers = bench.pick(5000, 1000)
    for name, measure in (("revoke", revoke), ("list", listing), ("watch", watching)):
        yield Case("control", f"{name} {viewers:,} sessions", ("porthole",), measure(viewers))
    yield Case("control", "revoke 200 viewers that do not read", ("porthole",), revoke_unread(200))


def setup_cases():
    for tls, resume in ((False, False), (True, False), (True, True)):
        for parallel in (16, 256):
            peers = ("porthole", "porthole, embedded store", "haproxy")
            if not resume:
                peers += ("websockify",)
            if not tls:
                peers += ("direct",)
            resumed = ", resumed" if resume else ""
            yield Case("setup", f"{parallel} in parallel, {kind(tls)}{resumed}", peers,
                       setup(tls, parallel, resume))


def cases(bench):
    for tls in (False, True):
        alone = () if tls else ("direct",)
        for viewers in (1, 16):
            yield Case("bulk", f"{viewers} console{'s' if viewers > 1 else ''}, {kind(tls)}",
                       (*BOTH, "websockify", *alone), bulk(tls, viewers))
        for viewers, rate in ((100, 4000), (2000, 20000)):
            yield Case("small", f"{viewers:,} consoles, {rate:,} updates/s, {kind(tls)}",
                       (*BOTH, *alone), small(tls, viewers, rate))
        yield Case("idle", f"{bench.pick(9000, 1000):,} sessions, {kind(tls)}", BOTH, idle(tls))
        yield Case("idle", f"rounds of {bench.pick(9000, 1000):,} sessions, {kind(tls)}", BOTH,
                   rounds_of_all(tls))
    yield from setup_cases()
    yield Case("mixed", "idle, small, flooding and opening, TLS", BOTH, mixed)
    yield Case("slow", "viewers of 10 KB/s, plain", BOTH, slow)
    yield from control_cases(bench)
    for workers in (1, 2):
        for viewers in bench.pick((1, 10, 100, 1000, 9000), (1, 10, 100, 1000)):
            yield Case("growth", f"{viewers:,} session{'s' if viewers > 1 else ''}, "
                       f"{workers} worker{'s' if workers > 1 else ''}", BOTH, growth(viewers),
                       workers=workers, sessions=viewers)
