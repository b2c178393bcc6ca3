"""CloudStack's console links, made as CloudStack's management server makes them
(ConsoleAccessManagerImpl, ConsoleProxyPasswordBasedEncryptor), without any code of ours."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def stored(data):
    """As CloudStack keeps its keys: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def gson(param):
    """JSON as Gson writes it: no nulls, and what HTML might take for its own escaped."""
    text = json.dumps({name: value for name, value in param.items() if value is not None},
                      separators=(",", ":"), ensure_ascii=False)
    for character in "=&<>'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


class CloudStack:
    """An installation with its three keys."""

    def __init__(self, key_id="cloudstack-1", key=None, iv=None, hash_key=None):
        self.key_id = key_id
        self.key = key or os.urandom(16)
        self.iv = iv or os.urandom(16)
        self.hash_key = hash_key or stored(os.urandom(16))

    def ticket(self, param, minute, digest="sha512"):
        """genAccessTicket: base64 of the HMAC, with the key's text as the HMAC's key."""
        facts = (f"host={param['clientHostAddress']}&port={param['clientHostPort']}"
                 f"&sid={param['clientHostPassword']}&tag={param['clientTag']}"
                 f"&session={param['sessionUuid']}{minute}")
        mac = hmac.new(self.hash_key.encode(), facts.encode(), digest)
        return base64.b64encode(mac.digest()).decode()

    def param(self, host, port, minutes_ago=0, now=None, digest="sha512", **changes):
        """ConsoleProxyClientParam of a console at host:port, with its ticket."""
        minute = int((time.time() if now is None else now) // 60) - minutes_ago
        param = {
            "clientHostAddress": host, "clientHostPort": port, "clientHostPassword": "vncpass1",
            "clientTag": str(uuid.uuid4()), "clientDisplayName": "web <1> & co",
            "sessionRequiresNewViewer": False, "sourceIP": "127.0.0.1",
            "sessionUuid": str(uuid.uuid4()),
        } | changes
        return {"ticket": self.ticket(param, minute, digest)} | param

    def seal(self, plain, nonce=None):
        """Since 4.18.1: AES-256-GCM, the "IV" as associated data, standard base64."""
        nonce = nonce or os.urandom(12)
        sealed = AESGCM(hashlib.sha256(self.key).digest()).encrypt(nonce, plain, self.iv)
        return base64.b64encode(nonce + sealed).decode()

    def seal_legacy(self, plain):
        """Before 4.18.1: AES-128-CBC, base64url without padding."""
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).encryptor()
        padded = padder.update(plain) + padder.finalize()
        return stored(encryptor.update(padded) + encryptor.finalize())

    def mint(self, host, port, **changes):
        return self.seal(gson(self.param(host, port, **changes)))

    @staticmethod
    def link(token, extra=None, port=8443):
        """The path and query of the link: the token goes in unencoded, as CloudStack does it."""
        more = "" if extra is None else f"&extra={extra}"
        return ("/resource/noVNC/vnc.html?autoconnect=true&show_dot=true"
                f"&port={port}&token={token}{more}")

    def put(self, node, *flags):
        """Gives the node the keys, as texts in files."""
        words = []
        for name, text in (("key", stored(self.key)), ("iv", stored(self.iv)),
                           ("hash-key", self.hash_key)):
            file = node.directory / f"{self.key_id}.{name}"
            file.write_text(text + "\n")
            words += [f"--{name}-file", file]
        return node.control("keys", "put", self.key_id, "--profile", "cloudstack", *words, *flags)
