"""How far a verified record reaches, and who vouches for it: two sentences every check ends with.

A log that is still growing has honest, witnessed checkpoints in its middle, so an archive cut at
one of them verifies. It holds up to there and says nothing of what came after: an annulment may
have. What it is not: a check. It puts into words what `verify` found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from auction_rules.terms import Text, show_instant
from bidding.core.said import both
from replay.verify import Session

STATUS: Final[Mapping[str, Text]] = {
    "announced": both("未开始", "not begun"),
    "running": both("进行中", "running"),
    "suspended": both("中止", "suspended"),
    "closed": both("已结束", "closed"),
    "terminated": both("终止", "terminated"),
    "voided": both("结果无效", "result void"),
}
_THEN: Final[Mapping[str, Text]] = {
    "announced": both("当时本场尚未开始", "the session had not begun"),
    "running": both("当时本场仍在进行，尚未结束", "the session was still running, not over"),
    "suspended": both("当时本场处于中止，尚未结束", "the session was suspended, not over"),
    "closed": both("当时本场已结束", "the session was closed"),
    "terminated": both("当时本场已终止", "the session was terminated"),
    "voided": both("当时结果已被宣布无效", "the result had been declared void"),
}


def reach(session: Session) -> Text:
    """Up to which entry, checkpoint and instant, what the session was then, and what is not said."""
    last, at = len(session.entries) - 1, show_instant(session.state.t)
    then = _THEN[session.state.status]
    return both(
        f"截至编号 {last} 的记录（最后一个检查点，北京时间 {at}），{then['zh']}；"
        "此后是否另有记录（例如宣布结果无效），凭本文件无法得知：请向交易中心或在其网页核对",
        f"up to entry {last} (the last checkpoint, {at} China Standard Time) {then['en']}; "
        "whether anything was recorded after it, an annulment for one, cannot be told from this "
        "file: ask the centre or look at its page",
    )


def vouched(witnesses: Sequence[str]) -> Text:
    """Who signed beside the centre; that nobody did is said, not left out."""
    if witnesses:
        return both(
            f"由交易中心签名，见证：{'、'.join(witnesses)}",
            f"signed by the centre, witnessed by {', '.join(witnesses)}",
        )
    return both(
        "仅由交易中心签名：没有见证人证明所有人看到的是同一份记录",
        "signed by the centre only: no witness vouches that everybody is shown the same record",
    )


__all__ = ["STATUS", "reach", "vouched"]
