r"""Keyed hashes of whence a request came: equal ones can be seen, what they stand for cannot.

Off unless the centre turns it on (docs/decisions/0019-tags-at-the-door.md). A tag is the first
eight bytes of HMAC-SHA-256 (RFC 2104) in hexadecimal; the address itself is never written down.

    key of a session    HMAC(secret, "bidding/door-tags/v1\nsession\n" || origin of the log)
    lasting key         HMAC(secret, "bidding/door-tags/v1\nlasting\n")
    tag                 HMAC(key, kind || "\n" || value)[:8]
    name of the key     HMAC(key, "key\n")[:4], so that tags under different keys are never compared

It is not anonymity: whoever has the secret can try every address there is. Destroying the secret
is what makes the tags of a closed session mute.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from bidding.core.commands import Tags

_CONTEXT: Final = b"bidding/door-tags/v1\n"
_TAG: Final = 8
_NAME: Final = 4
#: What a tag of a party looks like in an entry; in a text its quotation marks would be escaped.
_PARTY: Final = re.compile(rb'"tags":\{"key":"[0-9a-f]{8}","party":"')
#: A neighbourhood: what one office or household is usually given.
_NEAR: Final = {4: 24, 6: 48}


class Tagger:
    """Makes tags. `lasting` keeps one key for all sessions, and names parties; else one each."""

    def __init__(self, secret: bytes, *, lasting: bool) -> None:
        assert len(secret) == 32, "a secret of tags has 32 bytes"
        self._secret, self._lasting = secret, lasting

    @property
    def names_parties(self) -> bool:
        """Whether what is admitted now can be known again in other sessions."""
        return self._lasting

    def request(self, origin: str, address: str, agent: str) -> Tags:
        """Of a bidder's request: its network address, the neighbourhood, the kind of browser.

        `agent` is what the browser says of itself and its languages; nothing is asked of it.
        """
        key = self._key(origin)
        found = {"agent": _tag(key, "agent", agent)}
        try:
            ip = ip_address(address)
        except ValueError:
            return self._named(key, found)  # a socket of this machine has no address
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        near = ip_network(f"{ip}/{_NEAR[ip.version]}", strict=False)
        found |= {"net": _tag(key, "net", str(ip)), "near": _tag(key, "near", str(near))}
        return self._named(key, found)

    def admission(self, origin: str, account: str) -> Tags:
        """Of an admission: the party, known again in other sessions; nothing under session keys."""
        if not self._lasting:
            return ()
        key = self._key(origin)
        return self._named(key, {"party": _tag(key, "party", account)})

    def _key(self, origin: str) -> bytes:
        scope = b"lasting\n" if self._lasting else b"session\n" + origin.encode()
        return hmac.digest(self._secret, _CONTEXT + scope, hashlib.sha256)

    @staticmethod
    def _named(key: bytes, found: dict[str, str]) -> Tags:
        name = hmac.digest(key, b"key\n", hashlib.sha256)[:_NAME].hex()
        return tuple(sorted({**found, "key": name}.items()))


def names_parties(archive: bytes) -> bool:
    """Whether an archive holds tags by which a party is known again in other sessions."""
    return _PARTY.search(archive) is not None


def _tag(key: bytes, kind: str, value: str) -> str:
    message = f"{kind}\n{value}".encode(errors="backslashreplace")
    return hmac.digest(key, message, hashlib.sha256)[:_TAG].hex()


__all__ = ["Tagger", "names_parties"]
