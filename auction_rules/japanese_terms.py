"""Terms of a Japanese auction: its clock, what is paid, what is told, ties, how many are needed."""

from __future__ import annotations

from pydantic import model_validator

from auction_rules.clock_terms import ClockTerms, Direction
from auction_rules.terms import Choice, Count, Seconds, term, wrong
from auction_rules.ties import ExitTie


class Pays(Choice):
    """What the last one staying pays (M04; the two differ by a level, or by more)."""

    LAST_ACCEPTED = ("LAST_ACCEPTED", "本人最后接受的价格", "the last level he accepted")
    RIVAL_LEFT = (
        "RIVAL_LEFT",
        "最后一名对手最后接受的价格",
        "the last level that his last rival accepted",
    )


class Rivals(Choice):
    """Whether those who go on are named after each level."""

    NAMED = ("NAMED", "每档后公布继续者号牌", "who goes on is told after each level")
    COUNTED = ("COUNTED", "每档后公布继续者人数", "how many go on is told after each level")
    HIDDEN = ("HIDDEN", "结束前不公布", "nothing is told before the end")


class LastOne(Choice):
    """What happens once one bidder alone stays (M04)."""

    STOPS = ("STOPS", "仅剩一人时停钟", "the clock stops when one is left")
    CONTINUES = (
        "CONTINUES",
        "仅剩一人时继续，直至其不再应价",
        "the clock goes on until he does not stay",
    )


class JapaneseTerms(ClockTerms):
    """Terms of a Japanese auction."""

    direction: Direction = term(
        "方向", "Direction", kind="enum", enum=Direction.options(), default=Direction.FORWARD
    )
    pays: Pays = term(
        "成交价", "Price", kind="enum", enum=Pays.options(), default=Pays.LAST_ACCEPTED
    )
    rivals: Rivals = term(
        "继续者", "Rivals", kind="enum", enum=Rivals.options(), default=Rivals.NAMED
    )
    last_one: LastOne = term(
        "仅剩一人时", "One left", kind="enum", enum=LastOne.options(), default=LastOne.STOPS
    )
    tie: ExitTie = term(
        "同档一并退出",
        "All leave together",
        kind="enum",
        enum=ExitTie.options(),
        default=ExitTie.DRAW,
    )
    tie_seconds: Seconds = term(
        "密封再报时长（秒）", "Length of the sealed round (s)", kind="seconds", default=0
    )
    min_bidders: Count = term(
        "首档最少应价人数", "Least bidders at the first level", kind="count", default=2
    )
    one_suffices_told: bool = term(
        "已在公告中说明一人应价亦可成交",
        "The notice says that one bidder suffices",
        kind="bool",
        default=False,
    )

    @property
    def runs(self) -> int:
        """A selling clock rises, a buying one falls."""
        return self.direction.better

    @model_validator(mode="after")
    def _japanese(self) -> JapaneseTerms:
        if (self.tie is ExitTie.SEALED_ROUND) != bool(self.tie_seconds):
            raise wrong(
                "tie_seconds",
                "密封再报时长仅在同价再报时填写",
                "the length of the sealed round goes with ties told apart by one",
            )
        if self.min_bidders < 1:
            raise wrong("min_bidders", "最少应价人数至少为一", "at least one bidder is needed")
        if (self.min_bidders < 2) != self.one_suffices_told:
            raise wrong(
                "min_bidders",
                "一人即可成交的，须在公告中说明；不说明的，最少两人",
                "less than two bidders only where the notice says that one suffices",
            )
        return self
