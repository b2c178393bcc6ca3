"""deploy/k8s/ingress-nginx.conf in a real nginx: wherever a console link's token travels, the same
token comes to the same pod, and different ones to all of them."""

import http.client
import http.server
import os
import pathlib
import sys
import threading

import pytest

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))

import harness  # noqa: E402,F401  (finds the demo's modules)
from harness.vnc_servers import free_port  # noqa: E402
from processes import Child, wait_until  # noqa: E402

NGINX = TOP / "build" / "packages" / "nginx" / "usr" / "sbin" / "nginx"
SNIPPET = TOP / "deploy" / "k8s" / "ingress-nginx.conf"
CONFIGURATION = """
pid {place}/pid; error_log stderr; daemon off; {user} events {{}}
http {{
  access_log off;
  client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;
  uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
  {snippet}
  upstream pods {{ hash $porthole_token consistent; {pods} }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://pods; }} }}
}}
"""


class Pod(http.server.ThreadingHTTPServer):
    """Answers everything with its number."""

    def __init__(self, number):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                self.send_response(200)
                self.send_header("Content-Length", "1")
                self.end_headers()
                self.wfile.write(b"%d" % number)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture(name="ask")
def start_nginx(tmp_path):
    pods, port = [Pod(number) for number in range(3)], free_port()
    file = tmp_path / "nginx.conf"
    file.write_text(CONFIGURATION.format(
        place=tmp_path, port=port, snippet=SNIPPET.read_text(),
        user="user root;" if os.geteuid() == 0 else "",
        pods=" ".join(f"server 127.0.0.1:{pod.server_port};" for pod in pods)))
    nginx = Child("nginx", [NGINX, "-c", file, "-p", tmp_path], tmp_path / "nginx.log")

    def ask(path, protocols=None):
        headers = {"Sec-WebSocket-Protocol": protocols} if protocols else {}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().read()
        except OSError:
            return None
        finally:
            connection.close()

    wait_until(lambda: ask("/") in (b"0", b"1", b"2"), 20, "nginx", nginx)
    yield ask
    assert nginx.stop() == 0
    for pod in pods:
        pod.shutdown()
        pod.server_close()


def test_page_and_socket_of_a_token_meet_one_pod(ask):
    met = set()
    for number in range(60):
        token = f"eyJhbGciOiJkaXIi.._-{number}.c2VhbGVk.dGFn"
        pods = {ask(f"/console?token={token}"), ask(f"/websockify?token={token}"),
                ask("/websockify", f"porthole.v1, binary, porthole.token.{token}"),
                ask("/websockify", f"porthole.token.{token},binary")}
        assert len(pods) == 1, f"{token} came to {pods}"
        met |= pods

    assert met == {b"0", b"1", b"2"}
