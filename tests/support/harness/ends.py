"""How sessions end: the contract's reasons and close codes (design, section 7), and one check that
an end was told alike to the viewer, the log and the metrics."""

from processes import wait_until

CODES = {
    "internal_error": 1011,
    "host_closed": 1000, "host_lost": 4514, "draining": 1001, "protocol_error": 1002,
    "viewer_timeout": 4440, "token_missing": 4400, "token_invalid": 4401, "token_expired": 4405,
    "token_used": 4406, "token_not_yet_valid": 4411, "revoked": 4403, "forbidden": 4407,
    "idle_timeout": 4408, "replaced": 4409, "max_duration": 4410, "busy": 4423, "too_many": 4429,
    "host_unreachable": 4502, "host_timeout": 4504, "host_auth_failed": 4511,
    "host_tls_failed": 4512, "host_protocol_error": 4513,
}

# What the person reads, in part.
WORDS = {
    "host_closed": "closed the connection", "host_lost": "was lost",
    "draining": "going away", "protocol_error": "not a console's protocol",
    "viewer_timeout": "did not finish", "token_missing": "no console link",
    "token_invalid": "not valid", "token_expired": "expired", "token_used": "already used",
    "token_not_yet_valid": "not valid yet", "idle_timeout": "nobody used it",
    "replaced": "took over", "max_duration": "time allowed", "busy": "Somebody else",
    "host_unreachable": "cannot be reached", "host_timeout": "did not answer in time",
    "host_auth_failed": "refused the console's password",
    "host_tls_failed": "secure",
    "host_protocol_error": "as a VNC server should",
}


def counted(node, reason):
    """How many ends and refusals for that reason the metrics tell of."""
    metrics = node.metrics()
    return (metrics.get("porthole_sessions_ended_total", reason=reason)
            + metrics.get("porthole_admissions_total", result=reason))


def expect_close(close, reason, words=None):
    """The close frame has the reason's code and words for a person."""
    assert close is not None, "the server went without a close frame"
    assert close.code == CODES[reason], close
    assert (words or WORDS.get(reason, "")) in close.reason, close
    assert close.reason and len(close.reason.encode()) <= 120


def expect_told(node, reason, times=1):
    """Log and metrics tell of `times` ends for that reason, and no session is left."""
    wait_until(lambda: counted(node, reason) == times, 20, f"{times} counted {reason}")
    wait_until(lambda: len(node.events(reason=reason)) >= times, 20, f"a log line with {reason}")
    node.wait_for_sessions(0)
