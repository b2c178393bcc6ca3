"""The budgets of the design (section 13), and which of them a run met."""

import dataclasses

from results import in_order, ratios, spread, values


@dataclasses.dataclass(frozen=True)
class Budget:
    """What Porthole's figure may be: at most or at least `limit`, times another peer's if one is
    named. It holds for each case of the workload whose name contains `case`."""

    text: str
    workload: str
    case: str
    metric: str
    limit: float
    against: str = None
    at_least: bool = False
    peer: str = "porthole"

    def observed(self, measurements, case):
        """This figure in each round: a ratio, or the figure itself. Empty when it was not measured."""
        if self.against:
            return ratios(measurements, self.workload, case, self.metric, self.peer, self.against)
        return values(measurements, self.workload, case, self.metric, self.peer)

    def met_by(self, figure):
        return figure >= self.limit if self.at_least else figure <= self.limit


HAPROXY = "haproxy"
DURABLE = "porthole, embedded store"

BUDGETS = [
    Budget("CPU per GB to the viewer, plain: at most 0.65 of HAProxy's", "bulk", "plain",
           "cpu_s_per_gb", 0.65, HAPROXY),
    Budget("CPU per GB to the viewer, TLS: at most 0.75 of HAProxy's", "bulk", "TLS",
           "cpu_s_per_gb", 0.75, HAPROXY),
    Budget("CPU per small update: at most HAProxy's", "small", "", "cpu_us_per_update", 1, HAPROXY),
    Budget("round trip, p99, 100 sessions at 4,000 updates/s: at most HAProxy's", "small",
           "100 consoles", "p99_us", 1, HAPROXY),
    Budget("sessions set up, memory store: at least 0.8 of HAProxy's bare connections", "setup",
           "plain", "per_second", 0.8, HAPROXY, at_least=True),
    Budget("sessions set up, embedded store: at least 0.8 of HAProxy's bare connections", "setup",
           "plain", "per_second", 0.8, HAPROXY, at_least=True, peer=DURABLE),
    Budget("sessions set up, memory store: at least 20 of websockify's", "setup", "plain",
           "per_second", 20, "websockify", at_least=True),
    Budget("sessions set up, embedded store: at least 20 of websockify's", "setup", "plain",
           "per_second", 20, "websockify", at_least=True, peer=DURABLE),
    Budget("memory of an idle session, plain: at most 8 KB", "idle", "sessions, plain",
           "bytes_per_session", 8192),
    Budget("memory of an idle session, TLS: at most 24 KB", "idle", "sessions, TLS",
           "bytes_per_session", 24576),
    # What an allocator keeps differs a little from round to round.
    Budget("no growth over rounds of opening and closing: at most 3 %", "idle", "rounds",
           "growth_percent", 3),
    Budget("revoking all sessions: the last close frame within 1 s", "control", "revoke",
           "last_close_ms", 1000),
    Budget("revoking viewers that do not read: the last is reset within 1 s and 2 s more", "control",
           "do not read", "last_reset_ms", 3000),
]


def verdict(budget, case, observed):
    median, least, most = spread(observed)
    return {"budget": budget.text, "case": case, "median": median, "least": least, "most": most,
            "limit": budget.limit, "ratio": bool(budget.against), "met": budget.met_by(median)}


def verdicts(measurements):
    """For each budget and case that was measured, whether the median of the rounds meets it."""
    for budget in BUDGETS:
        for case in in_order(measurements, "case", workload=budget.workload):
            observed = budget.observed(measurements, case) if budget.case in case else []
            if observed:
                yield verdict(budget, case, observed)
