"""AES in EAX mode, from its paper (Bellare, Rogaway, Wagner: The EAX Mode of Operation), and RA2's
messages in it (rfbproto, "RSA-AES Security Type")."""

import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK = 16


def _omac(key, number, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(number.to_bytes(BLOCK, "big") + data)
    return mac.finalize()


def _xor(*blocks):
    return bytes(a ^ b ^ c for a, b, c in zip(*blocks))


def _crypt(key, nonce, data):
    return Cipher(algorithms.AES(key), modes.CTR(nonce)).encryptor().update(data)


def seal(key, nonce, header, text):
    """Ciphertext and tag."""
    start = _omac(key, 0, nonce)
    sealed = _crypt(key, start, text)
    return sealed + _xor(start, _omac(key, 1, header), _omac(key, 2, sealed))


def unseal(key, nonce, header, data):
    """The text, or None when the tag is wrong."""
    sealed, tag = data[:-BLOCK], data[-BLOCK:]
    start = _omac(key, 0, nonce)
    if not hmac.compare_digest(tag, _xor(start, _omac(key, 1, header), _omac(key, 2, sealed))):
        return None
    return _crypt(key, start, sealed)


class Direction:
    """One direction of RA2: seals or opens message after message."""

    def __init__(self, key):
        self._key = key
        self._count = 0

    def _nonce(self):
        self._count += 1
        return (self._count - 1).to_bytes(BLOCK, "little")

    def message(self, text):
        header = struct.pack(">H", len(text))
        return header + seal(self._key, self._nonce(), header, text)

    def open(self, header, rest):
        return unseal(self._key, self._nonce(), header, rest)


class EncryptedPeer:
    """A Peer whose bytes go through RA2's messages."""

    def __init__(self, peer, key_to_peer, key_from_peer):
        self.peer = peer
        self._to_peer = Direction(key_to_peer)
        self._from_peer = Direction(key_from_peer)
        self._text = b""
        self.longest = 0  # text of one message

    def _read_message(self):
        header = self.peer.read(2)
        size = struct.unpack(">H", header)[0]
        text = self._from_peer.open(header, self.peer.read(size + BLOCK))
        if text is None:
            raise ConnectionError("a message with a wrong tag")
        self.longest = max(self.longest, size)
        self._text += text

    def read(self, count):
        while len(self._text) < count:
            self._read_message()
        data, self._text = self._text[:count], self._text[count:]
        return data

    def write(self, data, most=65535):
        for begin in range(0, len(data), most):
            self.peer.write(self._to_peer.message(data[begin:begin + most]))
