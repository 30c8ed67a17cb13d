"""A whole generated course: people come, ask, wait, and in the end nobody asks any more.

After the last ask only bells ring and officers do what they owe; the session must then close.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auction_rules.conformance.asks import asked_of, asked_of_officer, duties, officers
from auction_rules.conformance.chance import Chance
from auction_rules.conformance.play import Act, Broken, Play, begin
from auction_rules.facts import Instant
from auction_rules.floor import Entrant
from auction_rules.rule import Accept, Rule
from auction_rules.terms import SECOND

MOST_DUTIES: Final = 200
"""Officers' acts after the last ask, after which a play counts as never ending."""


def course(rule: Rule, data: Mapping[str, Any], seed: str, length: int = 28) -> Play:
    """The play named by `seed` under these terms, `length` asks long and then to its end."""
    chance = Chance(f"{rule.name}@{rule.version}/{seed}")
    play = begin(seed, rule, data, _people(rule, data, chance))
    who = officers(play.first.terms.model_dump(mode="json"))
    try:
        for _ in range(length):
            if play.floor.standing.closed:
                break
            _one(play, who, chance)
        _settle(play, who)
    except Broken as broken:
        play.broken = broken
    return play


def _people(rule: Rule, data: Mapping[str, Any], chance: Chance) -> dict[str, Entrant]:
    lots = rule.lots(rule.Config.model_validate(data))
    count = chance.pick((0, 1, 2, 3, 4, 4, 5, 5))
    if rule.own_lots:
        return {f"B{n}": Entrant(f"B{n}", lot.id) for n, lot in enumerate(lots[: count + 1], 1)}
    return {f"B{n}": Entrant(f"B{n}", None, chance.pick((0, 0, 1, 2))) for n in range(1, count + 1)}


def _one(play: Play, who: tuple[str, ...], chance: Chance) -> None:
    rule = play.rule
    now = _when(play, chance)
    play.bells(now)
    if play.floor.standing.closed:
        return
    if chance.once_in(24):
        back = now + chance.pick((0, 1, SECOND, 600 * SECOND))
        play.do(Act("resumption", back, since=now))
        return
    if chance.once_in(7) or not play.entrants:
        officer, ask = asked_of_officer(play.floor, who, chance)
        play.do(Act("officer", now, officer, ask))
        return
    bidder = chance.pick(tuple(play.entrants))
    play.do(Act("bidder", now, bidder, asked_of(rule, play.floor, bidder, now, chance)))


def _when(play: Play, chance: Chance) -> Instant:
    now, due = play.now, play.rule.due(play.floor)
    if due is None or due <= now:
        return now + chance.pick((0, 1, SECOND))
    left = due - now
    if chance.once_in(5) or play.floor.standing.stage is None:
        return now + chance.pick((left - 1, left, left, left + 1, left // 2))
    return now + chance.pick((0, 0, 1, min(SECOND, left - 1), left // 10, left // 50))


def _settle(play: Play, who: tuple[str, ...]) -> None:
    for _ in range(MOST_DUTIES):
        play.bells(1 << 62)
        if play.floor.standing.closed:
            return
        if not _duty(play, who):
            stage = play.floor.standing.stage
            raise Broken(
                "termination", f"stage {stage!r} waits, and no officer can bring what it waits for"
            )
    raise Broken("termination", f"{MOST_DUTIES} acts of officers, and no end")


def _duty(play: Play, who: tuple[str, ...]) -> bool:
    """Whether some officer's act was accepted; tried aside, so that refusals leave no trace."""
    # What a public source has not published yet is waited for.
    now = max(play.now, play.floor.standing.chance.at)
    for officer, ask in duties(play.floor, who, f"{play.now:x}"):
        try:
            answer = play.rule.office(play.floor, officer, ask, now)
        except Exception as raised:
            raise Broken("answers", f"{ask}: {type(raised).__name__}: {raised}") from raised
        if isinstance(answer, Accept):
            play.do(Act("officer", now, officer, ask))
            return True
    return False
