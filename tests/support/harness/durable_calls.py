"""Control calls whose effect must last, as quick as a management server makes them: gRPC made of the
protos alone, without a process for each call."""

import grpc

from harness.control_api import messages

PACKAGE = "porthole.control.v1"


class DurableCalls:
    """One connection to a node's control API. A context manager. Calls fail with grpc.RpcError."""

    def __init__(self, node, address=None):
        self._channel = grpc.insecure_channel(
            address or node.control_address, [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def _call(self, service, method, request, answer):
        call = self._channel.unary_unary(f"/{PACKAGE}.{service}/{method}",
                                         request_serializer=type(request).SerializeToString,
                                         response_deserializer=answer.FromString)
        return call(request, timeout=20)

    def put_key(self, key):
        api = messages("token_key_service")
        request = api.PutTokenKeyRequest(key_id=key.key_id)
        request.jwe.material = key.material
        self._call("TokenKeyService", "PutTokenKey", request, api.PutTokenKeyResponse)

    def delete_key(self, key_id):
        api = messages("token_key_service")
        self._call("TokenKeyService", "DeleteTokenKey", api.DeleteTokenKeyRequest(key_id=key_id),
                   api.DeleteTokenKeyResponse)

    def key_ids(self):
        api = messages("token_key_service")
        return set(self._pages("TokenKeyService", "ListTokenKeys", api.ListTokenKeysRequest,
                               api.ListTokenKeysResponse,
                               lambda answer: [key.key_id for key in answer.token_keys]))

    def block_console(self, console_id, seconds):
        """Refuses the console for that long; the block's id."""
        api = messages("session_service")
        request = api.RevokeSessionsRequest()
        request.selector.console_id = console_id
        request.block_for.seconds = seconds
        answer = self._call("SessionService", "RevokeSessions", request,
                            api.RevokeSessionsResponse)
        return answer.block.block_id

    def block_ids(self):
        api = messages("session_service")
        return set(self._pages("SessionService", "ListBlocks", api.ListBlocksRequest,
                               api.ListBlocksResponse,
                               lambda answer: [block.block_id for block in answer.blocks]))

    def _pages(self, service, method, request, answer, taken):
        page = ""
        while True:
            got = self._call(service, method, request(page_size=1000, page_token=page), answer)
            yield from taken(got)
            page = got.next_page_token
            if not page:
                return
