#!/usr/bin/python3
"""Makes the fixed vectors of CloudStack's tokens: make_vectors.py > ../vectors/cloudstack.json
With Python's `cryptography`, as CloudStack does it with javax.crypto; none of our code."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "support"))

from harness.cloudstack import CloudStack, gson, stored  # noqa: E402

NOW = 1_790_000_000
CLOUD = CloudStack(key=bytes(range(16)), iv=bytes(range(16, 32)),
                   hash_key=stored(bytes(range(32, 48))))
FIXED = {"now": NOW, "clientTag": "5b1f3a0e-5c5c-4c59-9f57-2f1f1e1b7a10",
         "sessionUuid": "0c9a8f0e-98c0-4a3b-8c55-b4d8d0a6f3f1", "sourceIP": "203.0.113.7",
         "clientDisplayName": "web <1> & co's=", "clientHostPassword": "aQ-7_x='&<>\\\"ü"}


def sealed(**changes):
    return CLOUD.seal(gson(CLOUD.param("10.1.34.5", 5901, **(FIXED | changes))),
                      nonce=b"twelve bytes")


def vectors():
    return {
        "plain": sealed(),
        "everything": sealed(extraSecurityToken="a b+c/d", locale="jp", ajaxSessionId="x",
                             sessionRequiresNewViewer=True, somethingNew={"a": [1, None]}),
        "no_password": CLOUD.seal(gson(without_password()), nonce=b"twelve bytes"),
        "a_minute_ago": sealed(minutes_ago=1),
        "two_minutes_ago": sealed(minutes_ago=2),
        "an_hour_ago": sealed(minutes_ago=60),
        "long_ago": sealed(minutes_ago=61),
        "next_minute": sealed(minutes_ago=-1),
        "in_two_minutes": sealed(minutes_ago=-2),
        "ipv6": CLOUD.seal(gson(CLOUD.param("fd00::7", 5902, **FIXED)), nonce=b"twelve bytes"),
        "vmware": sealed(websocketUrl="wss://esxi-1.example:443/ticket/0123456789abcdef"),
        "vmware_without_port": sealed(websocketUrl="wss://esxi-1.example/ticket/01"),
        "vmware_nonsense": sealed(websocketUrl="https://esxi-1.example/ticket/01"),
        "xen": CLOUD.seal(gson(CLOUD.param("", -1, **(FIXED | {
            "clientTunnelUrl": "https://xen-1.example/console?uuid=a0b1",
            "clientTunnelSession": "OpaqueRef:5a5b"}))), nonce=b"twelve bytes"),
        "hyper_v": CLOUD.seal(gson(CLOUD.param("instance-1", -9, **(FIXED | {
            "hypervHost": "10.1.1.1", "username": "admin", "password": "secret"}))),
            nonce=b"twelve bytes"),
        "no_session": CLOUD.seal(gson(CLOUD.param("10.1.34.5", 5901, **FIXED) |
                                      {"sessionUuid": None}), nonce=b"twelve bytes"),
        "no_source": CLOUD.seal(gson(CLOUD.param("10.1.34.5", 5901, **FIXED) |
                                     {"sourceIP": None}), nonce=b"twelve bytes"),
        "wrong_ticket": CLOUD.seal(gson(CLOUD.param("10.1.34.5", 5901, **FIXED) |
                                        {"clientHostPort": 5902}), nonce=b"twelve bytes"),
        "no_object": CLOUD.seal(b"[1]", nonce=b"twelve bytes"),
        "no_json": CLOUD.seal(b"{", nonce=b"twelve bytes"),
        "legacy": CLOUD.seal_legacy(gson(CLOUD.param("10.1.34.5", 5901, **FIXED))),
        "legacy_sha1": CLOUD.seal_legacy(gson(CLOUD.param("10.1.34.5", 5901, digest="sha1",
                                                          **FIXED))),
        "gcm_sha1": sealed(digest="sha1"),
        "other_keys": CloudStack(key=bytes(16), iv=bytes(16)).seal(
            gson(CLOUD.param("10.1.34.5", 5901, **FIXED)), nonce=b"twelve bytes"),
    }


def without_password():
    """Java writes what is null as "null" where it joins the ticket's facts."""
    param = CLOUD.param("10.1.34.5", 5901, **(FIXED | {"clientHostPassword": "null"}))
    return param | {"clientHostPassword": None}


json.dump({"key": stored(CLOUD.key), "iv": stored(CLOUD.iv), "hash_key": CLOUD.hash_key,
           "now": NOW, "password": FIXED["clientHostPassword"],
           "name": FIXED["clientDisplayName"], "tokens": vectors()}, sys.stdout, indent=1)
print()
