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

    def _call(self, method, request, answer):
        call = self._channel.unary_unary(
            f"/porthole.control.v1.SessionService/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString)
        return call(request, timeout=20)

    def sessions(self):
        answer = self._messages.ListSessionsResponse
        return self._call("ListSessions", self._messages.ListSessionsRequest(), answer).sessions

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
