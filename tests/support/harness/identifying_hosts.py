"""Hosts that no Debian package plays: RA2, Apple's ARD and MSLogonII, written from the community's
rfbproto with Python's `cryptography`, and sharing nothing with our C++. Each is a script for
FakeHost that goes on, once the viewer is identified, as a host that answers each update request
with a picture."""

import hashlib
import os
import struct

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.eax import EncryptedPeer
from harness.rfb_host import server_init

RA2, RA2NE, ARD, MS_LOGON, RA2_256, RA2NE_256 = 5, 6, 30, 113, 129, 130
RA2_KINDS = {RA2: (16, True), RA2NE: (16, False), RA2_256: (32, True), RA2NE_256: (32, False)}
USER_AND_PASSWORD, PASSWORD_ALONE = 1, 2

WIDTH, HEIGHT = 64, 48
REQUEST_SIZES = {0: 20, 3: 10, 4: 8, 5: 6}  # of client messages without a length of their own


def picture(width=WIDTH, height=HEIGHT):
    """A FramebufferUpdate of one raw rectangle, whose pixels can be told apart."""
    pixels = b"".join(struct.pack("<I", number) for number in range(width * height))
    return struct.pack(">BxHHHHHi", 0, 1, 0, 0, width, height, 0) + pixels


def show_screen(channel, update, note_text):
    """ServerInit, then a picture for each request, until Porthole closes."""
    channel.read(1)
    channel.write(server_init(WIDTH, HEIGHT))
    while True:
        kind = channel.read(1)[0]
        if kind == 2:
            channel.read(4 * struct.unpack(">xH", channel.read(3))[0])
        elif kind == 6:
            note_text(channel.read(struct.unpack(">xxxI", channel.read(7))[0]))
        else:
            channel.read(REQUEST_SIZES[kind] - 1)
        if kind == 3:
            channel.write(update)


def finish(channel, welcome, update=picture(), note_text=lambda text: None):
    """SecurityResult of 3.8, and the screen for who is welcome."""
    if not welcome:
        reason = b"these are not the words"
        channel.write(struct.pack(">II", 1, len(reason)) + reason)
        return
    channel.write(bytes(4))
    show_screen(channel, update, note_text)


class RsaKey:
    """An RSA key and how RA2 shows it."""

    def __init__(self, bits=2048):
        self.private = rsa.generate_private_key(65537, bits)
        self.message = key_message(self.private.public_key())
        self.fingerprint = hashlib.sha256(self.message).hexdigest()

    def decrypt(self, sealed):
        return self.private.decrypt(sealed, padding.PKCS1v15())


def key_message(public):
    numbers = public.public_numbers()
    size = (public.key_size + 7) // 8
    return (struct.pack(">I", public.key_size) + numbers.n.to_bytes(size, "big")
            + numbers.e.to_bytes(size, "big"))


def read_public_key(peer):
    head = peer.read(4)
    size = (struct.unpack(">I", head)[0] + 7) // 8
    numbers = peer.read(2 * size)
    public = rsa.RSAPublicNumbers(int.from_bytes(numbers[size:], "big"),
                                  int.from_bytes(numbers[:size], "big")).public_key()
    return head + numbers, public


class Ra2Host:
    """RA2 and its three relatives. `changes` are faults: what is said instead of the right thing,
    by the part's name: "public_key", "random", "hash", "subtype", "result"."""

    def __init__(self, kind, key, username, password, types=None, update=picture(), **changes):
        self._kind = kind
        self._key_bytes, self._whole = RA2_KINDS[kind]
        self._key = key
        self._credentials = (username.encode(), password.encode())
        self._types = types or bytes([kind])
        self._update = update
        self._changes = changes
        self.chosen = None
        self.heard = None        # the credentials as they came
        self.longest = None      # message of Porthole's
        self.cut_text = None

    def _hash(self, *parts):
        algorithm = hashlib.sha256 if self._key_bytes == 32 else hashlib.sha1
        return algorithm(b"".join(parts)).digest()

    def __call__(self, peer):
        self.chosen = peer.greet(types=self._types)
        assert self.chosen == self._kind
        ours = self._changes.get("public_key", self._key.message)
        peer.write(ours)
        theirs, public = read_public_key(peer)
        random = os.urandom(self._key_bytes)
        sealed = public.encrypt(random, padding.PKCS1v15())
        peer.write(self._changes.get("random", struct.pack(">H", len(sealed)) + sealed))
        their_random = self._key.decrypt(peer.read(struct.unpack(">H", peer.read(2))[0]))
        channel = EncryptedPeer(peer, self._hash(their_random, random)[:self._key_bytes],
                                self._hash(random, their_random)[:self._key_bytes])
        try:
            self._speak_inside(peer, channel, ours, theirs)
        finally:
            self.longest = channel.longest

    def _speak_inside(self, peer, channel, ours, theirs):
        right = self._hash(ours, theirs)
        channel.write(self._changes.get("hash", right))
        assert channel.read(len(right)) == self._hash(theirs, ours)
        with_user = self._credentials[0] != b""
        subtype = USER_AND_PASSWORD if with_user else PASSWORD_ALONE
        channel.write(self._changes.get("subtype", bytes([subtype])))
        self.heard = tuple(channel.read(channel.read(1)[0]) for _ in range(2))
        after = channel if self._whole else peer
        if "result" in self._changes:
            peer.write(self._changes["result"])
            peer.read_to_end()
        else:
            finish(after, self.heard == self._credentials, self._update, self._note_text)

    def _note_text(self, text):
        self.cut_text = text


def _text(field):
    return field[:field.index(b"\0")]


# RFC 2409, section 6.2: a safe prime of 1,024 bits.
OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)


class ArdHost:
    """Apple's Remote Desktop."""

    def __init__(self, username, password, prime=OAKLEY_2, generator=2, size=128, size_said=None):
        self._credentials = (username.encode(), password.encode())
        self._prime, self._generator, self._size = prime, generator, size
        self._size_said = size_said or size
        self.heard = None

    def __call__(self, peer):
        assert peer.greet(types=bytes([ARD])) == ARD
        secret = int.from_bytes(os.urandom(self._size), "big")
        public = pow(self._generator, secret, self._prime).to_bytes(self._size, "big")
        peer.write(struct.pack(">HH", self._generator, self._size_said)
                   + self._prime.to_bytes(self._size, "big") + public)
        sealed = peer.read(128)
        theirs = int.from_bytes(peer.read(self._size), "big")
        shared = pow(theirs, secret, self._prime).to_bytes(self._size, "big")
        cipher = Cipher(algorithms.AES(hashlib.md5(shared).digest()), modes.ECB())
        texts = cipher.decryptor().update(sealed)
        self.heard = (_text(texts[:64]), _text(texts[64:]))
        finish(peer, self.heard == self._credentials)


def mirror(data):
    """Each byte with its bits in the other order."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


class MsLogonHost:
    """UltraVNC's MS-Logon II."""

    # The greatest prime below 2^64.
    PRIME = 18446744073709551557

    def __init__(self, username, password, prime=PRIME, generator=3):
        self._credentials = (username.encode(), password.encode())
        self._prime, self._generator = prime, generator
        self.heard = None

    def __call__(self, peer):
        assert peer.greet(types=bytes([MS_LOGON])) == MS_LOGON
        secret = int.from_bytes(os.urandom(8), "big")
        peer.write(struct.pack(">QQQ", self._generator, self._prime,
                               pow(self._generator, secret, self._prime)))
        theirs = struct.unpack(">Q", peer.read(8))[0]
        shared = struct.pack(">Q", pow(theirs, secret, self._prime))
        texts = []
        for size in (256, 64):
            cipher = Cipher(algorithms.TripleDES(mirror(shared) * 3), modes.CBC(shared))
            texts.append(_text(cipher.decryptor().update(peer.read(size))))
        self.heard = tuple(texts)
        finish(peer, self.heard == self._credentials)
