"""竞价记录 and 成交确认书: what a session came to, as a structured document for paper.

Pure: a verified session in, a document out, zh and en side by side; `replay.paper` prints it. Made
only of a session that holds: signatures are checked before, and the rule is asked again here.
People are numbers (号牌) throughout; names belong on the signature lines, in ink.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auction_rules.terms import Text
from bidding.core import aftermath, said
from bidding.core.said import both
from bidding.proof.text import BilingualError
from replay.paper.document import LANGS, Kind, Transcript
from replay.reach import STATUS, reach
from replay.rejudge import rejudge
from replay.sections import MARKS, Sections
from replay.told import ENDED, Audience, tell
from replay.verify import Session


class NoTranscript(BilingualError):
    """Why no such paper can be made of this session, in both languages."""


_TITLE: Final[Mapping[Kind, Text]] = {
    "record": both("竞价记录", "Record of the auction"),
    "confirmation": both("成交确认书", "Confirmation of the result"),
}
_PROVISIONAL_TITLE: Final = both(
    "成交确认书（待审核确认）", "Confirmation of the result (provisional)"
)
_PROVISIONAL: Final = both(
    "竞得，待确认：本结果尚未经审核、确认。各方可就此当场签章，但在交易中心确认之前尚不算成交；确认之后请重新出具。",
    "Provisional: the result has not been reviewed and confirmed. It may be signed on the spot, but it is "
    "no sale before the centre has confirmed it; print it again after that.",
)
_UNFINISHED: Final = both(
    "截至所附检查点，本场尚未结束，以下内容会随之后的记录增加。",
    "At the checkpoint below the session was not over; what follows will grow with it.",
)
_SIGNED: Final = (
    both("竞得人（签章）", "Winner (seal)"),
    both("出让方、转让方或采购人（签章）", "Seller or purchaser (seal)"),
    both("公共资源交易中心（盖章）", "Trading centre (seal)"),
    both("日期", "Date"),
)


def transcript(
    session: Session, kind: Kind, audience: Audience, verify_url: str | None = None
) -> Transcript:
    """The paper. Raises NoTranscript, or NoRule where the rule is not installed."""
    rule, state = session.film.rule, session.state
    if rule is None:
        session.film.room(0, "auditor")  # raises NoRule, naming the rule that is missing
        raise AssertionError
    if kind == "confirmation" and (state.status != "closed" or not state.standing.awards):
        raise NoTranscript(
            f"there is nothing to confirm: the session is {state.status}"
            + ("" if state.standing.awards else " and nothing was awarded"),
            f"没有可确认的成交结果：本场{STATUS[state.status]['zh']}"
            + ("" if state.standing.awards else "，无竞得人"),
        )
    worth = aftermath.outcome(state) if kind == "confirmation" else None
    if worth == "vacant":
        nobody = said.outcome("vacant")
        raise NoTranscript(nobody["en"], nobody["zh"])
    found = rejudge(session.origin, session.entries).difference
    if found is not None:
        raise NoTranscript(
            f"the rule decides otherwise, so nothing is printed: {found.line()}",
            f"重新裁判与记录不一致，不出具文书：第 {found.index} 号记录",
        )
    told = tell(session.film, audience)
    marks = [] if state.status in ENDED else [_UNFINISHED]
    marks += [MARKS[state.status]] if state.status in MARKS else []
    marks += [_PROVISIONAL] if worth == "provisional" else []
    marks.append(_as_of(session))
    return Transcript(
        kind=kind,
        audience=audience,
        title=_PROVISIONAL_TITLE if worth == "provisional" else _TITLE[kind],
        subject=dict(state.document["title"]),
        marks=tuple(marks),
        sections=tuple(Sections(session, rule, kind, audience, told).all()),
        signatures=_SIGNED if kind == "confirmation" else (),
        ended=state.t,
        verify_url=verify_url,
    )


def _as_of(session: Session) -> Text:
    """A paper outlives its archive: whoever reads it must know that it may have been overtaken."""
    told = reach(session)
    return both(f"本文书{told['zh']}。", f"This paper stands {told['en']}.")


__all__ = ["LANGS", "Kind", "NoTranscript", "Transcript", "transcript"]
