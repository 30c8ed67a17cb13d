"""Bidders' own signatures under their requests, checked again, and the verdict of the log beside.

What a valid signature is differs between libraries in rare corner cases, so the log records its
verdict (accepted, or refused as SIGNATURE_INVALID) and this says where ours is another one. It
asks no rule and is written apart from `bidding.core.decide`, so that one can catch the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from auction_rules.floor import BidderAsk
from bidding.core.commands import Enrol, ask_to_json, kind_of
from bidding.core.record import command_of
from bidding.core.state import State
from bidding.proof import command_key

_REFUSED: Final = frozenset({"SIGNATURE_INVALID", "SIGNATURE_MISSING"})
_BEFORE_THE_KEY: Final = frozenset(
    {"NOT_ALLOWED", "NOT_QUALIFIED", "EXCLUDED", "NOT_RUNNING", "KEY_UNSOUND"}
)
"""Reasons for which an enrolment is refused before anybody looks at its signature."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the log made of a signature and what we make of it; `signed` where there is one."""

    index: int
    bidder: str
    signed: bool
    recorded: bool
    found: bool

    @property
    def differs(self) -> bool:
        """Whether the log took what does not hold, or refused what does."""
        return self.recorded != self.found

    @property
    def en(self) -> str:
        """The difference as a sentence."""
        if self.recorded:
            return f"the log took a request of bidder {self.bidder} as signed by his own key; it is not"
        return f"the log refused the signature of bidder {self.bidder}, which holds"

    @property
    def zh(self) -> str:
        """The difference as a sentence."""
        if self.recorded:
            return f"记录称该请求由竞买人 {self.bidder} 用本人密钥签名，经核验并非如此"
        return f"记录拒绝了竞买人 {self.bidder} 的签名，而该签名经核验有效"


def verdict(before: State, entry: Mapping[str, Any]) -> Verdict | None:
    """The verdicts on one entry's signature; None where the log had to pass none.

    `before` is the state before the entry. Raises what a malformed entry makes it raise.
    """
    bidder = entry["actor"].partition(":")[2]
    reason = entry["data"].get("reason")
    if not entry["actor"].startswith("bidder:") or _used_before(entry, reason):
        return None
    command = command_of(entry)
    enrols = isinstance(command.ask, Enrol)
    if (enrols and reason in _BEFORE_THE_KEY) or not isinstance(
        command.ask, (Enrol, *get_args(BidderAsk))
    ):
        return None
    person = before.people.get(bidder)
    keys = {} if person is None else {key.key: (key.alg, key.public) for key in person.keys}
    needed = bool(keys) or enrols
    if isinstance(command.ask, Enrol):
        own = command.ask
        name = command_key.key_id(own.alg, own.public)
        keys = {name: (own.alg, own.public)} if _lets_in(entry, name, own) else {}
    signature = command.signature
    if signature is None:
        found = not needed
    else:
        ask = ask_to_json(command.ask)
        text = command_key.signed_text(
            before.origin, command.actor, command.ref, kind_of(command.ask), ask
        )
        known = keys.get(signature.key)
        found = known is not None and command_key.verify(*known, signature.value, text)
    return Verdict(entry["i"], bidder, signature is not None, reason not in _REFUSED, found)


def _used_before(entry: Mapping[str, Any], reason: str | None) -> bool:
    """Whether it refuses the second use of a reference, which comes before any signature.

    Nothing else may name an earlier entry, or that alone would stand for a signature.
    """
    refused = entry["type"].endswith(".refused") and reason == "REF_REUSED"
    return "by" in entry and "cmd" not in entry and refused


def _lets_in(entry: Mapping[str, Any], name: str, own: Enrol) -> bool:
    """Whether the key that the log lets in, if any, is the one that was asked for."""
    enrolled = [(f["key"], f["alg"], f["public"]) for f in entry["data"].get("facts", ())]
    return enrolled in ([], [(name, own.alg, own.public)])


__all__ = ["Verdict", "verdict"]
