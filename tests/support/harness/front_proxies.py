"""Real proxies in front of a node: HAProxy and nginx, from Debian's packages. They reach the node from
an address of their own, so that it can tell them from their clients."""

from processes import Child

from harness.vnc_servers import free_port, wait_until_listening

PROXY_ADDRESS = "127.0.0.9"


class _Front:
    """Stands where a node stands for a Viewer: its address is the proxy's."""

    def __init__(self, name, command, directory, port, tls=False):
        self.address = self.tls_address = ("127.0.0.1", port)
        self.child = Child(name, command, directory / f"{name}.log")
        wait_until_listening(self.child, port)
        self.tls = tls

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stop()


class Haproxy(_Front):
    """Passes on to `backend` (host, port) with `words` on its server line. `mode` is tcp or http; with
    `certificate`, a file with the chain and the key, TLS ends here."""

    def __init__(self, directory, backend, words, mode="tcp", certificate=None):
        port = free_port()
        tls = f" ssl crt {certificate}" if certificate else ""
        configuration = directory / "haproxy.cfg"
        configuration.write_text(f"""
defaults
  mode {mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend public
  bind 127.0.0.1:{port}{tls}
  {'option forwardfor' if mode == 'http' else ''}
  default_backend porthole
backend porthole
  server node {backend[0]}:{backend[1]} source {PROXY_ADDRESS} {words}
""")
        super().__init__("haproxy", ["haproxy", "-db", "-f", configuration], directory, port,
                         tls=bool(certificate))


class Balancer(_Front):
    """HAProxy before several nodes, each of which has people as long as its /readyz says 200; with the
    client's address in PROXY protocol, as docs/operating.md says."""

    def __init__(self, directory, nodes):
        port = free_port()
        configuration = directory / "balancer.cfg"
        servers = "\n".join(
            f"  server node{number} {node.address[0]}:{node.address[1]} "
            f"source {PROXY_ADDRESS} send-proxy-v2 check port {node.admin_address[1]} "
            "inter 100ms fall 2 rise 1"
            for number, node in enumerate(nodes))
        configuration.write_text(f"""
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen public
  bind 127.0.0.1:{port}
  option httpchk GET /readyz
{servers}
""")
        super().__init__("balancer", ["haproxy", "-db", "-f", configuration], directory, port)


class Nginx(_Front):
    """Passes what is below `prefix` on to `backend`, as docs/operating.md says."""

    def __init__(self, directory, backend, prefix):
        port = free_port()
        configuration = directory / "nginx.conf"
        scratch = "\n".join(f"  {kind}_temp_path {directory}/nginx-{kind};"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration.write_text(f"""
daemon off;
pid {directory}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
{scratch}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location {prefix}/ {{
      proxy_pass http://{backend[0]}:{backend[1]};
      proxy_bind {PROXY_ADDRESS};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_read_timeout 1h;
      proxy_buffering off;
    }}
  }}
}}
""")
        super().__init__("nginx", ["nginx", "-e", "stderr", "-p", directory, "-c", configuration],
                         directory, port)
