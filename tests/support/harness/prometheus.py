"""Debian's Prometheus and promtool, the real ones."""

import http.client
import json
import pathlib
import subprocess
import urllib.parse

from processes import Child, wait_until

from harness.vnc_servers import free_port


def check_metrics(text):
    """What `promtool check metrics` has to say; "" when it is content."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          text=True, timeout=30, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode != 0 or done.stderr else ""


class Prometheus:
    """A Prometheus that scrapes one address each second, and as often judges the rules of a file."""

    def __init__(self, directory, target, rules=None):
        directory = pathlib.Path(directory)
        configuration = directory / "prometheus.yml"
        configuration.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rules)] if rules else [],
            "scrape_configs": [{"job_name": "porthole",
                                "static_configs": [{"targets": ["%s:%d" % target]}]}],
        }))
        self._port = free_port()
        self.child = Child("Prometheus", [
            "prometheus", f"--config.file={configuration}",
            f"--storage.tsdb.path={directory / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{self._port}"], directory / "prometheus.log")
        wait_until(self._ready, 60, "Prometheus", self.child)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.child.stop() == 0

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _ready(self):
        try:
            return self._get("/-/ready")[0] == 200
        except OSError:
            return False

    def _ask(self, path, **words):
        status, body = self._get(f"/api/v1/{path}?{urllib.parse.urlencode(words)}")
        assert status == 200, f"{path} {words}: {body}"
        return json.loads(body)["data"]

    def series(self, expression):
        """What an instant query finds: (labels, value) of each series."""
        return [(series["metric"], float(series["value"][1]))
                for series in self._ask("query", query=expression)["result"]]

    def query(self, expression):
        """The values of an instant query, one for each series."""
        return [value for _, value in self.series(expression)]

    def over_time(self, expression, start, end, step):
        """What a query over a span of time finds: (labels, [(time, value)…]) of each series."""
        found = self._ask("query_range", query=expression, start=start, end=end, step=step)
        return [(series["metric"], [(at, float(value)) for at, value in series["values"]])
                for series in found["result"]]

    def rules(self):
        """Every rule of the file, as Prometheus has it."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]
