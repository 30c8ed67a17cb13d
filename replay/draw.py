"""Every draw of a session redone from its archive, with the working shown.

A draw holds when its chance came in as the terms had named it (replay.chance) and SHA-256 gives
the recorded result from it (auction_rules.draw). Each hash is told with the text it is of, so that
anybody can repeat it with any tool. The hashes are worked out here a second time, not by the
function the rule used; the browser does it a third time (desks/src/proof/draw.ts).
What it is not: a judgement of who belonged in the pool. That is `rejudge`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from replay.chance import SECOND, Act, Check, Given, Published, Signed, checks, source_of

_RANGE: Final = 1 << 256
_END: Final = "random end"
_STRETCH: Final = "last stretch opened"
_CAME: Final = {
    "draw_committed": ("commits", "party", "commit"),
    "draw_revealed": ("reveals", "party", "secret"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One hash of the working: its text, its hex digest, out of how many, what it picked."""

    text: str
    digest: str
    left: int
    picked: str | None
    """None where the number fell into the incomplete end of the range and is not used."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """One draw. `recorded` and `redone` are an order of paddles, or an instant in microseconds."""

    entry: int | None
    """Where the result stands; None while the draw was not made."""
    what: str
    kind: Literal["order", "number"]
    source: str
    pool: tuple[str, ...]
    pool_entry: int | None
    round: int | None
    """Which publication of a public source was named."""
    seed: str
    recorded: tuple[str, ...]
    redone: tuple[str, ...]
    same: bool | None
    checks: tuple[Check, ...]
    steps: tuple[Step, ...]

    @property
    def holds(self) -> bool:
        """Nothing that can be told is wrong."""
        return self.same is not False and all(one.ok is not False for one in self.checks)


def redraw(
    entries: Sequence[Mapping[str, Any]],
    published: Published | None = None,
    signed: Signed | None = None,
) -> tuple[Redrawn, ...]:
    """Every draw in a session's verified entries, in order; the last may not have been made.

    `published` is what somebody fetched from the public source; `signed` verifies the signature of
    drand (replay.beacon), and without it each draw by drand says that nobody did.
    """
    terms: Mapping[str, Any] = entries[0]["data"]["document"]["terms"] if entries else {}
    reader = _Reader()
    for entry in entries:
        for row in entry["data"].get("facts") or ():
            reader.take(entry, row)
    return tuple(
        _again(given, at, terms, published, signed)
        for given, at in reader.draws
        if given.kind == "number" or len(given.pool) > 1 or given.drawn_entry is not None
    )


class _Reader:
    """Sorts the facts of a session by the draw to which they belong."""

    def __init__(self) -> None:
        self.draws: list[tuple[Given, int | None]] = []
        self.open: dict[str, Given] = {}
        # The instant of the entry, not one that its facts claim: nobody names a round afterwards.
        self.now = 0
        self.stretch: int | None = None
        self.seed = ""

    def take(self, entry: Mapping[str, Any], row: Mapping[str, Any]) -> None:
        kind, index = row["fact"], entry["i"]
        self.now = entry["t"]
        match kind:
            case "stage_opened" if row["kind"] == "seed":
                self._begin(_END, "number")
            case "pool_fixed":
                given = self._begin(row["what"], "order")
                given.pool, given.pool_entry = tuple(sorted(row["pool"])), index
            case "draw_round":
                given = self._of(row["what"])
                given.round, given.round_entry = (row["round"], row["at"]), index
            case "draw_committed" | "draw_revealed":
                where, who, value = _CAME[kind]
                getattr(self._of(row["what"]), where).append(
                    _act(entry, row[who], (row[value],), None, {value: row[value]})
                )
            case "draw_typed":
                self._of(row["what"]).typed.append(_typed(entry, row))
            case "drawn":
                self._drawn(entry, row["what"], row["seed"], tuple(row["order"]))
            case "noted":
                self._noted(entry, row["key"], row["value"])

    def _noted(self, entry: Mapping[str, Any], key: str, value: Any) -> None:
        if key == _STRETCH:
            self.stretch = value
        elif key == "seed":
            self.seed = str(value)
        elif key == _END:
            self._drawn(entry, _END, self.seed, (str(value),))

    def _begin(self, what: str, kind: Literal["order", "number"]) -> Given:
        given = Given(what, kind, self.now)
        self.open[what] = given
        self.draws.append((given, self.stretch))
        return given

    def _of(self, what: str) -> Given:
        found = self.open.get(what)
        return found or self._begin(what, "number" if what == _END else "order")

    def _drawn(
        self, entry: Mapping[str, Any], what: str, seed: str, result: tuple[str, ...]
    ) -> None:
        given = self._of(what)
        if given.drawn_entry is not None:
            # A second result for one pool is a draw of its own: its pool stands nowhere.
            given = self._begin(what, given.kind)
        ask = entry["data"].get("ask") or {}
        given.drawn_entry, given.drawn_by = entry["i"], entry["actor"]
        given.seed_asked = ask.get("seed") == seed
        given.seed, given.recorded = seed, result


def _act(
    entry: Mapping[str, Any],
    who: str,
    value: tuple[str, ...],
    number: int | None,
    asked: Mapping[str, Any],
) -> Act:
    ask = entry["data"].get("ask") or {}
    own = entry["actor"] == f"staff:{who}" and all(ask.get(key) == asked[key] for key in asked)
    return Act(entry["i"], entry["t"], who, value, number, own)


def _typed(entry: Mapping[str, Any], row: Mapping[str, Any]) -> Act:
    number, value = row["round"], row["value"]
    asked = {"order": value} if number is None else {"round": number, "value": value[0]}
    return _act(entry, row["officer"], tuple(value), number, asked)


def _again(
    given: Given,
    stretch: int | None,
    terms: Mapping[str, Any],
    published: Published | None,
    signed: Signed | None,
) -> Redrawn:
    source = str(source_of(terms)["source"])
    redone, steps = _redone(given, stretch, terms, source)
    return Redrawn(
        given.drawn_entry,
        given.what,
        given.kind,
        source,
        given.pool,
        given.pool_entry,
        None if given.round is None else given.round[0],
        given.seed,
        given.recorded,
        redone,
        None if given.drawn_entry is None else given.recorded == redone,
        checks(given, terms, published, signed),
        steps,
    )


def _redone(
    given: Given, stretch: int | None, terms: Mapping[str, Any], source: str
) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    if given.drawn_entry is None:
        return (), ()
    if given.kind == "number":
        return _instant(given.seed, stretch or 0, int(terms["random_seconds"]))
    if source == "BALLS":
        # The order is what two officers typed alike: there is nothing to hash.
        return (given.typed[-1].value if given.typed else ()), ()
    return _order(given)


def _order(given: Given) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    left, order, steps = list(given.pool), [], []
    while left:
        hashes, number = _picks(f"{given.seed}|{given.what}|{','.join(left)}", len(left))
        count, name = len(left), left.pop(number)
        steps += [Step(*one, count, None) for one in hashes[:-1]]
        steps.append(Step(*hashes[-1], count, name))
        order.append(name)
    return tuple(order), tuple(steps)


def _instant(seed: str, opened: int, seconds: int) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    hashes, number = _picks(f"{seed}|{_END}", seconds)
    steps = [Step(*one, seconds, None) for one in hashes[:-1]]
    steps.append(Step(*hashes[-1], seconds, str(number)))
    return (str(opened + (1 + number) * SECOND),), tuple(steps)


def _picks(plain: str, count: int) -> tuple[list[tuple[str, str]], int]:
    """The texts and digests up to the first that is used, and the number it gives below `count`."""
    whole = _RANGE - _RANGE % count
    found: list[tuple[str, str]] = []
    while True:
        text = f"{plain}|{len(found)}" if found else plain
        digest = hashlib.sha256(text.encode()).hexdigest()
        found.append((text, digest))
        if int(digest, 16) < whole:
            return found, int(digest, 16) % count


__all__ = ["Redrawn", "Step", "redraw"]
