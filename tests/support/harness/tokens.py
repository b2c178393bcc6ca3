"""Token keys, and tokens made without any code of ours: what another language's JOSE library
would send, and what an attacker would."""

import base64
import json
import os
import time
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(target, **changes):
    """The payload of a good token for `target`, with top-level members changed or, by None,
    taken away."""
    now = int(time.time())
    payload = {
        "iss": "cloud-test", "aud": "porthole", "sub": "user-1", "jti": uuid.uuid4().hex,
        "iat": now, "exp": now + 300,
        "console": {"id": str(uuid.uuid4()), "name": "web-1", "target": target},
    } | changes
    return {name: value for name, value in payload.items() if value is not None}


class TokenKey:
    """A 256-bit key and the id that the server knows it by."""

    def __init__(self, key_id="key-1", material=None):
        self.key_id = key_id
        self.material = material or os.urandom(32)

    def seal(self, payload, **header_changes):
        """A compact JWE of `payload`: a dictionary, or bytes that are taken as they are."""
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.key_id} | header_changes
        protected = base64url(json.dumps(header).encode())
        plain = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        iv = os.urandom(12)
        sealed = AESGCM(self.material).encrypt(iv, plain, protected.encode())
        return f"{protected}..{base64url(iv)}.{base64url(sealed[:-16])}.{base64url(sealed[-16:])}"

    def mint(self, target, console=None, **changes):
        """A token for `target`. `console` adds members to the console object; the other
        arguments change top-level members."""
        payload = claims(target, **changes)
        payload["console"] |= console or {}
        return self.seal(payload)

    def text(self):
        """The key as portholectl reads it from a file."""
        return base64url(self.material)
