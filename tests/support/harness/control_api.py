"""The control API as another language's program calls it: gRPC, from the protos alone."""

import functools
import importlib
import pathlib
import subprocess
import sys
import tempfile

import grpc

PROTOS = pathlib.Path(__file__).parents[3] / "proto"


@functools.cache
def messages(service):
    """The module with the messages of porthole/control/v1/SERVICE.proto, made by protoc."""
    place = tempfile.mkdtemp(prefix="porthole-protos-")
    files = [str(path.relative_to(PROTOS)) for path in (PROTOS / "porthole/control/v1").glob("*")
             if path.suffix == ".proto"]
    subprocess.run(["protoc", f"--proto_path={PROTOS}", f"--python_out={place}", *files],
                   check=True)
    sys.path.insert(0, place)
    return importlib.import_module(f"porthole.control.v1.{service}_pb2")


class SessionApi:
    """SessionService of one node, over its unix socket."""

    def __init__(self, node):
        self._messages = messages("session_service")
        self._channel = grpc.insecure_channel(node.control_address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def _method(self, kind, name, request, answer):
        return getattr(self._channel, kind)(
            f"/porthole.control.v1.SessionService/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString)

    def _call(self, name, request, answer):
        return self._method("unary_unary", name, request, answer)(request, timeout=60)

    def sessions(self):
        answer = self._messages.ListSessionsResponse
        return self._call("ListSessions", self._messages.ListSessionsRequest(), answer).sessions

    def count(self, page_size=1000):
        """How many sessions there are, page after page."""
        count, page = 0, ""
        while True:
            request = self._messages.ListSessionsRequest(page_size=page_size, page_token=page)
            answer = self._call("ListSessions", request, self._messages.ListSessionsResponse)
            count += len(answer.sessions)
            page = answer.next_page_token
            if not page:
                return count

    def revoke(self, **selector):
        """Those of one selector: all=True, subject="user-1", …"""
        request = self._messages.RevokeSessionsRequest()
        for name, value in selector.items():
            setattr(request.selector, name, value)
        return self._call("RevokeSessions", request, self._messages.RevokeSessionsResponse)

    def watch(self):
        """The stream of events; cancel() ends it."""
        request = self._messages.WatchSessionsRequest()
        return self._method("unary_stream", "WatchSessions", request,
                            self._messages.WatchSessionsResponse)(request)

    def update(self, session_id, view_only=None, clipboard=None, idle_s=None, duration_s=None):
        """Changes what is given; the session as it is afterwards."""
        request = self._messages.UpdateSessionRequest()
        request.session.session_id = session_id
        policy = request.session.policy
        paths = request.update_mask.paths
        if view_only is not None:
            policy.view_only = view_only
            paths.append("policy.view_only")
        if clipboard is not None:
            policy.clipboard = clipboard
            paths.append("policy.clipboard")
        if idle_s is not None:
            policy.idle_timeout.seconds = idle_s
            paths.append("policy.idle_timeout")
        if duration_s is not None:
            policy.max_duration.seconds = duration_s
            paths.append("policy.max_duration")
        return self._call("UpdateSession", request, self._messages.UpdateSessionResponse).session

    def announce(self, text, **more):
        request = self._messages.AnnounceToSessionsRequest(text=text, **more)
        request.selector.all = True
        return self._call("AnnounceToSessions", request, self._messages.AnnounceToSessionsResponse)
