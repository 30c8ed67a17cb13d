"""Where the chance of a draw comes from, named beforehand: a record for rules that draw.

    OFFICERS       an officer types in a seed; the log says who did
    COMMIT_REVEAL  named parties each commit to a secret, and show it when nobody can commit any more
    BEACON         a public source publishes a figure after the pool is fixed; two officers type it
    BALLS          balls are drawn by hand before witnesses; two officers type the order

RFC 3797 asks for a pool fixed first and a source named first, so that nobody can try several.
OFFICERS does not give that by itself: the terms should name the source of the seed in words.
What it is not: a fetcher. A beacon's figure comes in through people, and stays in the log for
anybody to compare with what the source published.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.facts import Instant
from auction_rules.terms import SECOND, Choice, Count, Moment, RuleConfig, Seconds, term, wrong

MOST_PARTIES: Final = 7
QUICKNET_CHAIN: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
"""drand quicknet: the SHA-256 of its public key, its first instant and its period, so it names all."""
_QUICKNET_FIRST: Final = 1_692_803_367 * SECOND
"""Its first round, and three seconds between rounds."""
_QUICKNET_EVERY: Final = 3


class Source(Choice):
    """Where the chance comes from."""

    OFFICERS = ("OFFICERS", "工作人员录入种子", "an officer types in a seed")
    COMMIT_REVEAL = ("COMMIT_REVEAL", "各方先密封后揭示", "parties commit, then reveal")
    BEACON = ("BEACON", "事先指定的公开随机源", "a public source named beforehand")
    BALLS = ("BALLS", "现场摇球，双人录入", "balls drawn by hand, typed by two")


class Beacon(Choice):
    """Which public source, and so what its figure looks like."""

    DRAND_QUICKNET = ("DRAND_QUICKNET", "drand quicknet 随机信标", "drand quicknet")
    FIGURES = ("FIGURES", "定期公布的数字（如开奖号码）", "figures published at intervals")


class Party(BaseModel):
    """Somebody who brings a secret: an account of the centre's staff, e.g. a notary's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term("账号", "Account")
    zh: Annotated[str, Field(min_length=1, max_length=60)] = term("一方", "Party (Chinese)")
    en: Annotated[str, Field(min_length=1, max_length=80)] = term("一方（英文）", "Party (English)")


class Draws(BaseModel):
    """The record itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source = term(
        "随机数来源",
        "Where the chance comes from",
        kind="enum",
        enum=Source.options(),
        default=Source.OFFICERS,
    )
    parties: Annotated[tuple[Party, ...], Field(max_length=MOST_PARTIES)] = term(
        "参与各方", "Parties", kind="list", default=()
    )
    needed: Count = term(
        "至少须揭示的方数（0 为全部）",
        "Reveals it takes (0: all of them)",
        help_zh="少于全部时，最后揭示的一方可在揭示与不揭示之间挑选结果",
        help_en="With fewer than all, whoever reveals last can choose between two results",
        kind="count",
        default=0,
    )
    commit_seconds: Seconds = term(
        "密封时限（秒）", "Time to commit (s)", kind="seconds", default=0
    )
    reveal_seconds: Seconds = term(
        "揭示时限（秒）", "Time to reveal (s)", kind="seconds", default=0
    )
    beacon: Beacon | None = term(
        "公开随机源", "Public source", kind="enum", enum=Beacon.options(), default=None
    )
    figures_zh: Annotated[str, Field(max_length=120)] = term(
        "数字名称及公布处", "Which figures, and where (Chinese)", default=""
    )
    figures_en: Annotated[str, Field(max_length=160)] = term(
        "数字名称及公布处（英文）", "Which figures, and where (English)", default=""
    )
    figures_first: Moment | None = term(
        "第 1 期公布时间", "When number 1 is published", kind="instant", default=None
    )
    figures_every_seconds: Seconds = term(
        "每期间隔（秒）", "Time between publications (s)", kind="seconds", default=0
    )
    beacon_after_seconds: Seconds = term(
        "名单固定后至少相隔（秒）",
        "Time from the pool to the figure, at least (s)",
        kind="seconds",
        default=0,
    )

    @property
    def quorum(self) -> int:
        """How many of the parties it takes."""
        return self.needed or len(self.parties)

    def round_after(self, fixed: Instant) -> tuple[int, Instant]:
        """The one publication that counts: the first that is late enough, and when it comes out."""
        first, every = _QUICKNET_FIRST, _QUICKNET_EVERY
        if self.beacon is Beacon.FIGURES:
            first, every = self.figures_first or 0, self.figures_every_seconds
        # Strictly after: what is published with the pool might have been known to who fixed it.
        earliest = fixed + max(self.beacon_after_seconds * SECOND, 1)
        number = 1 + max(0, -((first - earliest) // (every * SECOND)))
        return number, first + (number - 1) * every * SECOND

    @model_validator(mode="after")
    def _together(self) -> Draws:
        problem = _parties(self) or _beacon(self)
        if problem is not None:
            raise wrong(*problem)
        return self


class DrawTerms(RuleConfig):
    """What a rule that draws adds to its terms."""

    draws: Draws | None = term(
        "摇号方式",
        "How lots are drawn",
        help_zh="未填写的，由工作人员录入种子",
        help_en="Where nothing is said, an officer types in a seed",
        default=None,
    )


def _parties(c: Draws) -> tuple[str, str, str] | None:
    if c.source is not Source.COMMIT_REVEAL:
        if c.parties or c.needed or c.commit_seconds or c.reveal_seconds:
            return (
                "parties",
                "仅各方密封揭示须约定参与方及时限",
                "parties and their times go with committing and revealing",
            )
        return None
    if len(c.parties) < 2 or (c.needed and not 2 <= c.needed <= len(c.parties)):
        # One alone would know the result before anybody else, and could choose it.
        return ("parties", "须有至少两方揭示", "it takes at least two who reveal")
    if len({party.id for party in c.parties}) < len(c.parties):
        return ("parties", "参与方账号不得重复", "a party is named twice")
    if not (c.commit_seconds and c.reveal_seconds):
        return ("commit_seconds", "密封和揭示时限须大于零", "both times must be positive")
    return None


def _beacon(c: Draws) -> tuple[str, str, str] | None:
    if (c.source is Source.BEACON) != (c.beacon is not None):
        return (
            "beacon",
            "公开随机源须指明，且仅此方式可指明",
            "name the source where it is a public one, and only there",
        )
    if c.beacon is None and c.beacon_after_seconds:
        return ("beacon_after_seconds", "仅公开随机源可约定间隔", "a delay goes with a beacon")
    named = (bool(c.figures_zh), bool(c.figures_en), c.figures_first is not None)
    figures = (*named, bool(c.figures_every_seconds))
    if c.beacon is Beacon.FIGURES and not all(figures):
        return (
            "figures_zh",
            "须写明数字名称、第 1 期公布时间和每期间隔",
            "say which figures, when number 1 comes out, and the time between",
        )
    if c.beacon is not Beacon.FIGURES and any(figures):
        return ("figures_zh", "仅定期公布的数字须写明", "these go with published figures only")
    return None


PLAIN: Final = Draws()


def draws_of(terms: object) -> Draws:
    """The record in the terms of any rule; an officer's seed where they say nothing."""
    found = getattr(terms, "draws", None)
    return found if isinstance(found, Draws) else PLAIN
