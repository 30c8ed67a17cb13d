"""What each stage gives back after a suspension (中止与恢复), in words for the notice.

What it is: for every stage of a programme the one of `Back` that its own `resume` does under these
terms (DOMAIN §2.5), and the sentences for it. What it is not: the giving back itself, which is
the stage's. A stage of a plug-in that is none of ours is not spoken for: `back` says None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auction_rules.clauses import FUJIAN_RESUMES, SUZHOU_RESUMES, citing
from auction_rules.draw_terms import Source, draws_of
from auction_rules.facts import Instant
from auction_rules.listing import Listing
from auction_rules.listing_terms import ListingTerms
from auction_rules.program import Stage, Staged
from auction_rules.says import both, in_words
from auction_rules.stages.candle import Candle, EndSeed
from auction_rules.stages.claim import Claim
from auction_rules.stages.clock import Clock
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.first_refusal import RaiseOnce
from auction_rules.stages.frozen import Frozen
from auction_rules.stages.gate import Gate
from auction_rules.stages.hall import Hall
from auction_rules.stages.indicator import Indicator
from auction_rules.stages.lots import LotRounds
from auction_rules.stages.one_price import OnePrice
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.panel import Panel
from auction_rules.stages.pause import Pause
from auction_rules.stages.read_out import ReadOut
from auction_rules.stages.reserve import OpenReserves
from auction_rules.stages.rounds import Turns
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.unsealing import Unsealing
from auction_rules.terms import SECOND, Choice, Resume, RuleConfig, Text


class Back(Choice):
    """What comes back, of the stage that was open when the session was suspended."""

    REMAINING = ("REMAINING", "补足中止时剩余的时间", "the time that remained comes back")
    WHOLE = ("WHOLE", "重新给予该阶段的全部时长", "the whole length of the stage is given again")
    WHOLE_OR_LONGER = (
        "WHOLE_OR_LONGER",
        "补足中止时剩余的时间，不足该阶段全部时长的，给予全部时长",
        "the time that remained comes back, or the whole length of the stage where that is longer",
    )
    LONGER = (
        "LONGER",
        "补足中止时剩余的时间，不足一个完整倒计时的，给予一个完整倒计时",
        "the time that remained comes back, or one full countdown where that is longer",
    )
    PREPARED = (
        "PREPARED",
        "重新给予准备期，再开始一个完整倒计时",
        "a new preparation comes first, then one full countdown",
    )
    PREPARED_REST = (
        "PREPARED_REST",
        "重新给予准备期，再补足中止时剩余的时间，在准备期内中止的，再开始一个完整倒计时",
        (
            "a new preparation comes first, then the time that remained, or one full countdown "
            "where the suspension fell into the preparation"
        ),
    )
    TICK = ("TICK", "重新给予当前一档的全部时长", "the whole time of the tick is given again")
    TURN = (
        "TURN",
        "重新给予当前一轮或者当次发言的全部时长",
        "the whole length of the round or turn is given again",
    )
    DRAW = (
        "DRAW",
        "重新给予正在进行的密封或者揭示的全部时限",
        "the whole time to commit, or to reveal, is given again",
    )
    HOLDER = (
        "HOLDER",
        "被询问人重新获得全部答复时间",
        "whoever is being asked gets his whole window again",
    )
    STRETCH = (
        "STRETCH",
        "该时段重新开始，恢复前的报价一律计入",
        "the stretch begins again, and every offer made before it does counts",
    )
    NOTHING = ("NOTHING", "不计时，恢复后继续", "no time runs, and it simply goes on")


_WINDOW: Final[Mapping[type, Back]] = {
    Sealed: Back.WHOLE,
    Unsealing: Back.WHOLE,
    ReadOut: Back.WHOLE,
    OnePrice: Back.WHOLE,
    Indicator: Back.LONGER,
    Clock: Back.TICK,
    Claim: Back.HOLDER,
    Turns: Back.TURN,
    LotRounds: Back.TURN,
    Candle: Back.STRETCH,
}
"""What a full countdown means in stages that follow the terms; else what remained comes back."""
_ALWAYS: Final[Mapping[type, Back]] = {
    Frozen: Back.REMAINING,
    Pause: Back.REMAINING,
    Gate: Back.WHOLE,
    RaiseOnce: Back.WHOLE,
    Panel: Back.NOTHING,
    OpenReserves: Back.NOTHING,
}
"""Stages that give the same back whatever the terms say of it."""

_NEVER_EARLIER: Final = both(
    "各阶段恢复后的截止时间均不早于中止前已公布的截止时间",
    "no stage ends earlier than was announced before the suspension",
)
_IN_PREPARATION: Final = both(
    "在准备期或者确认前的暂停期内中止的，先补足该期间剩余的时间，其后的时长完整给予",
    "where the suspension falls into a preparation, or a pause before a window, what was left of "
    "it comes back first, and what follows is given whole",
)
_IN_PAUSE: Final = both(
    "在轮间停顿内中止的，顺延中止的时间",
    "where it falls into a pause between rounds or turns, all that follows is later by its length",
)
_NO_OFFER_YET: Final = both(
    "尚在等待首个报价的，补足等待的剩余时间",
    "where a first offer was still waited for, what was left of the wait comes back",
)


def back(stage: Stage, terms: RuleConfig) -> Back | None:
    """What `stage` gives back once its time is running; None for a stage that is not ours."""
    full = terms.resume is Resume.FULL_COUNTDOWN
    if isinstance(stage, Gate) and stage.resume_policy is Resume.REMAINING:
        return Back.REMAINING
    for kind, always in _ALWAYS.items():
        if isinstance(stage, kind):
            return always
    if isinstance(stage, DrawStage | EndSeed):
        draws = draws_of(terms).source is Source.COMMIT_REVEAL and stage_draws(stage)
        return (Back.DRAW if full else Back.REMAINING) if draws else Back.NOTHING
    for kind, whole in _WINDOW.items():
        if isinstance(stage, kind):
            return whole if full else Back.REMAINING
    if isinstance(stage, Hall) and stage.prepares_again and stage.preparation:
        return Back.PREPARED if full else Back.PREPARED_REST
    return _outcry(stage, full=full) if isinstance(stage, Outcry) else None


def stage_draws(stage: DrawStage | EndSeed) -> bool:
    """Whether chance comes into the stage by the source that the terms name."""
    return not isinstance(stage, EndSeed) or stage.commit is None


def _outcry(stage: Outcry, *, full: bool) -> Back:
    if not full:
        return Back.REMAINING
    if stage.countdown is not None:
        return Back.LONGER if stage.countdown.length else Back.REMAINING
    # A window by the calendar gets back what it lost; one of a length is promised whole.
    return Back.REMAINING if stage.ends is not None else Back.WHOLE_OR_LONGER


def resumption(rule: Any, terms: RuleConfig) -> Iterator[Text]:
    """What the notice says of it: by stages, then what goes for all. Nothing for a rule of its own."""
    if not isinstance(rule, Staged):
        return
    stages = rule.stages(terms)
    found = [(stage, back(stage, terms)) for stage in stages]
    if any(what is None for _, what in found):
        return
    if isinstance(rule, Listing) and isinstance(terms, ListingTerms):
        yield from _announced(*rule.notice(terms))
    for what in dict.fromkeys(what for _, what in found if what is not None):
        if what is not Back.NOTHING:
            titles = list(dict.fromkeys(_title(s) for s, w in found if w is what))
            yield _by_stage(titles, what, alone=len(stages) == 1)
    yield from _besides(stages)
    yield _NEVER_EARLIER


def given_back(rule: Any, terms: RuleConfig) -> Text | None:
    """What comes back, stage by stage, in the notice's own words; None for a rule of its own."""
    if not isinstance(rule, Staged):
        return None
    found = [(stage, back(stage, terms)) for stage in rule.stages(terms)]
    if any(what is None for _, what in found):
        return None
    ways = list(dict.fromkeys(w for _, w in found if w is not None and w is not Back.NOTHING))
    if len(ways) < 2:
        only = ways[0] if ways else Back.NOTHING
        return both(only.zh, only.en)
    rows = [(list(dict.fromkeys(_title(s) for s, w in found if w is way)), way) for way in ways]
    return both(
        "；".join(f"{''.join(f'“{t[0]}”' for t in titles)}：{way.zh}" for titles, way in rows),
        "; ".join(f"{', '.join(f'“{t[1]}”' for t in titles)}: {way.en}" for titles, way in rows),
    )


def _title(stage: Stage) -> tuple[str, str]:
    return stage.title["zh"], stage.title["en"]


def _by_stage(titles: list[tuple[str, str]], what: Back, *, alone: bool) -> Text:
    if alone:
        return both(f"中止后恢复的，{what.zh}", f"when the session goes on, {what.en}")
    zh, en = "".join(f"“{t[0]}”" for t in titles), ", ".join(f"“{t[1]}”" for t in titles)
    return both(f"在{zh}阶段中止后恢复的，{what.zh}", f"after a suspension in {en}, {what.en}")


def _besides(stages: tuple[Stage, ...]) -> Iterator[Text]:
    prepares = any(
        (isinstance(s, Hall) and s.preparation and not s.prepares_again)
        or (isinstance(s, Gate) and s.preparation)
        for s in stages
    )
    if prepares:
        yield _IN_PREPARATION
    if any((isinstance(s, Turns) and (s.pause or s.lead)) or _lots_pause(s) for s in stages):
        yield _IN_PAUSE
    if any(isinstance(s, Outcry) and s.starts_on_first_bid for s in stages):
        yield _NO_OFFER_YET


def _lots_pause(stage: Stage) -> bool:
    return isinstance(stage, LotRounds) and bool(stage.pause)


def _announced(after: Instant, ahead: Instant) -> Iterator[Text]:
    """Whether a session goes on at once, or at an instant of which notice is given."""
    if not ahead:
        return
    notice, short = in_words(ahead // SECOND), in_words(after // SECOND)
    if not after:
        told = both(
            f"中止后恢复的，至少提前 {notice['zh']}公告恢复时间，各阶段的时间自公告的恢复时间起算",
            f"the hour of going on is announced at least {notice['en']} ahead, and what comes back "
            "is counted from that hour",
        )
        yield citing(told, SUZHOU_RESUMES)
        return
    told = both(
        f"中止不超过 {short['zh']}的，直接恢复；超过的，提前 {notice['zh']}公告恢复时间，"
        "各阶段的时间自公告的恢复时间起算",
        f"a suspension of no more than {short['en']} ends at once; the end of a longer one is "
        f"announced {notice['en']} ahead, and what comes back is counted from then",
    )
    yield citing(told, FUJIAN_RESUMES)
