"""What a bidder asked, held against the entry that is named as its answer.

A receipt proves that an entry is in the log. It does not prove that the entry is the request that
was sent, nor that an offer was sealed to the keys that the document names: that is told here, out
of bytes that are proved already. It proves nothing itself and asks nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bidding.proof import canon
from bidding.proof.command_key import signed_text


@dataclass(frozen=True, slots=True)
class Own:
    """What left this seat, and what the house said came of it; None where it has not said."""

    actor: str
    ref: str
    kind: str
    ask: Mapping[str, Any]
    accepted: bool | None


def contradiction(raw: bytes, own: Own) -> tuple[str, str] | None:
    """How this entry is not that request to the byte, or came to something else than was said.

    In English and Chinese; None where all of it is so.
    """
    entry = _fields(canon.decode(raw))
    kind, _, outcome = str(entry.get("type")).partition(".")
    # Where a used reference was refused the entry names the request that used it, and has no
    # reference of its own.
    own_ref = entry.get("cmd") == f"{own.actor}/{own.ref}"
    referred = outcome == "refused" if "by" in entry else own_ref
    log, actor = str(entry.get("log")), str(entry.get("actor"))
    logged = signed_text(log, actor, own.ref, kind, _fields(_fields(entry.get("data")).get("ask")))
    i = entry.get("i")
    if not referred or logged != signed_text(log, own.actor, own.ref, own.kind, own.ask):
        return (
            f"entry {i} was named as this request, and the log has something else there",
            f"第 {i} 号记录被指为您的这项请求，而日志中该处是另外的内容",
        )
    if own.accepted is None or outcome == ("accepted" if own.accepted else "refused"):
        return None
    en, zh = ("accepted", "已受理") if own.accepted else ("refused", "未受理")
    return (
        f"the house answered that entry {i} was {en}, and the log has the opposite",
        f"系统答复第 {i} 号记录{zh}，而日志所记相反",
    )


def sealing_published(opening: bytes) -> tuple[Any, ...] | None:
    """To whose keys the document in entry 0 has offers sealed; None where it has none sealed."""
    terms = _fields(
        _fields(_fields(_fields(canon.decode(opening)).get("data")).get("document")).get("terms")
    )
    if terms.get("escrow", "PLAIN") == "PLAIN":
        return None
    unit = _fields(terms.get("unit"))
    return sealing_told(
        {**terms, "mode": terms["escrow"], "unit": f"{unit.get('en')}.{unit.get('scale')}"}
    )


def sealing_told(escrow: Mapping[str, Any]) -> tuple[Any, ...]:
    """The same of what a room says: all that whoever seals goes by, and nothing else."""
    rows = [_fields(row) for row in escrow.get("trustees") or ()]
    keys = tuple((row.get("id"), row.get("public")) for row in rows)
    return escrow.get("mode"), escrow.get("threshold") or 0, escrow.get("unit"), keys


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
