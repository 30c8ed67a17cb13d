"""Opening sealed offers again, from the archive alone: whether each opens to what the log says.

It asks no rule: the keys, boxes, shares and commitments are in the entries, the trustees' public
keys in the document. So an amount that was never in the box, an offer called void that was sound, or
a key that is not the trustee's shows even where the rule is not installed. Whether an amount was a
valid one is for `rejudge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bidding.proof import escrow
from bidding.proof.archive import ArchiveError
from bidding.proof.text import from_base64

DEALT_WRONG: Final = "SHARES_DEALT_WRONG"
UNREADABLE: Final = "SEAL_UNREADABLE"


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed offer that was opened again: the entry, whose it is, and the amount or why it is void."""

    index: int
    bidder: str
    amount: int | None
    void: str | None


@dataclass
class _Escrow:
    """What the log has told so far."""

    document: Mapping[str, Any]
    sealed: dict[str, tuple[escrow.Context, escrow.Sealed]] = field(default_factory=dict)
    privates: dict[int, bytes] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        unit = self.document["terms"]["unit"]
        return f"{unit['en']}.{unit['scale']}"

    @property
    def publics(self) -> list[bytes]:
        return [from_base64(one["public"]) for one in self.document["terms"]["trustees"]]

    def keep(self, fact: Mapping[str, Any]) -> None:
        """A sealed offer: the last one of a bidder counts."""
        context = escrow.Context(self.document["auction"], fact["lot"] or "", fact["bidder"])
        shares = tuple(from_base64(one) for one in fact["shares"])
        parts = escrow.Sealed(
            from_base64(fact["commit"]), from_base64(fact["box"]), fact["k"], shares
        )
        self.sealed[fact["bidder"]] = (context, parts)

    def key(self, fact: Mapping[str, Any]) -> bool:
        """A trustee's key; False when it is not the one of the notice."""
        names = [one["id"] for one in self.document["terms"]["trustees"]]
        number, private = names.index(fact["trustee"]) + 1, from_base64(fact["key"])
        self.privates[number] = private
        return escrow.is_key_of(private, self.publics[number - 1])

    def again(self, bidder: str, ask: Mapping[str, Any]) -> tuple[int | None, str | None]:
        """The amount, or why it is void, by the keys of the log or by what this bidder showed."""
        context, parts = self.sealed[bidder]
        if "trustee" in ask:
            found = escrow.unseal(context, parts, self.publics, self.privates)
            if found.plain is None or found.dealt_wrong:
                return None, DEALT_WRONG
            plain = found.plain
        elif ask["secret"] is not None:
            plain = escrow.open_box(context, parts, from_base64(ask["secret"]))
        else:
            plain = from_base64(ask["plain"])
            if escrow.commitment(context, plain) != parts.commit:
                raise escrow.EscrowError("not what was committed to", "与承诺不符")
        try:
            return escrow.read(context, plain, self.unit), None
        except escrow.EscrowError:
            return None, UNREADABLE


def openings(entries: Sequence[Mapping[str, Any]]) -> tuple[Opened, ...]:
    """Every sealed offer opened again, in order; ArchiveError names the first that differs."""
    told = _Escrow(entries[0]["data"]["document"])
    found: list[Opened] = []
    for entry in entries[1:]:
        try:
            found += _entry(told, entry)
        except ArchiveError:
            raise
        except (ValueError, LookupError, TypeError, AssertionError) as wrong:
            en = wrong.en if isinstance(wrong, escrow.EscrowError) else str(wrong)
            zh = wrong.zh if isinstance(wrong, escrow.EscrowError) else str(wrong)
            raise _differs(
                entry["i"],
                f"what the log holds does not open the sealed offer: {en}",
                f"以记录所载无法打开密封报价：{zh}",
            ) from wrong
    return tuple(found)


def _entry(told: _Escrow, entry: Mapping[str, Any]) -> Iterator[Opened]:
    for fact in entry["data"].get("facts", ()):
        match fact["fact"]:
            case "offer_sealed":
                told.keep(fact)
            case "trustee_opened" if not told.key(fact):
                trustee = fact["trustee"]
                raise _differs(
                    entry["i"],
                    f"the key is not that of trustee {trustee}",
                    f"该私钥不是受托人 {trustee} 的",
                )
            case "offer_opened" | "offer_voided":
                yield _checked(told, entry, fact)


def _checked(told: _Escrow, entry: Mapping[str, Any], fact: Mapping[str, Any]) -> Opened:
    bidder = fact["bidder"]
    amount, void = told.again(bidder, entry["data"]["ask"])
    claimed = fact.get("reason")
    if fact["fact"] == "offer_opened":
        holds = void is None and fact["amount"] == amount
    else:
        # For any other reason the rule found the amount itself wanting.
        holds = void == (claimed if claimed in (DEALT_WRONG, UNREADABLE) else None)
    if not holds:
        said = fact.get("amount", claimed)
        raise _differs(
            entry["i"],
            f"the offer of {bidder} opens to {void or amount}, not to {said}",
            f"竞买人 {bidder} 的密封报价打开后为 {void or amount}，而非记录所载的 {said}",
        )
    return Opened(entry["i"], bidder, None if claimed else amount, claimed)


def _differs(index: int, en: str, zh: str) -> ArchiveError:
    return ArchiveError(f"entry {index}", en, zh)


__all__ = ["Opened", "openings"]
