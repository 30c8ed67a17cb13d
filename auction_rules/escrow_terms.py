"""How sealed offers are kept until they are opened: a record that every rule with sealed stages shares.

    PLAIN         the centre's server keeps them and shows them to nobody; it can read them
    TRUSTEES      sealed in the bidder's browser; k of n named trustees open all of them together
    BIDDER_OPENS  sealed in the bidder's browser; each bidder opens his own (不见面开标)

Electronic Tendering Measures (电子招标投标办法) arts. 30 and 31: offers are opened by those whom the tender
documents name, within the time they set; the documents may provide a remedy for what does not
open. The bytes are those of the design's sealed bids; the game knows a commitment, no cipher.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.terms import Choice, Count, RuleConfig, Seconds, term, wrong

MOST_TRUSTEES: Final = 15
"""A sealed offer carries one share a trustee, and must fit one message of the stream."""
_PUBLIC: Final = re.compile(
    r"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{129}[AQgw]==)", re.ASCII
)
"""Base64 of 32 bytes (X25519), or of 97 (X25519 and, for older browsers, P-256)."""


class Escrow(Choice):
    """Who can open a sealed offer."""

    PLAIN = ("PLAIN", "由平台保管", "kept by the centre")
    TRUSTEES = ("TRUSTEES", "多名受托人共同解密", "trustees open them together")
    BIDDER_OPENS = ("BIDDER_OPENS", "竞买人自行解密", "each bidder opens his own")


class OnMissing(Choice):
    """What becomes of an offer that nobody opened in time."""

    WITHDRAWN = ("WITHDRAWN", "视为撤销", "it counts as revoked")
    REMEDY_UPLOAD = (
        "REMEDY_UPLOAD",
        "补救：上传未加密报价",
        "a remedy: the plain offer is handed in",
    )


class Trustee(BaseModel):
    """A person or office that holds a one-time private key of this auction."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term("编号", "Id")
    zh: Annotated[str, Field(min_length=1, max_length=60)] = term("受托人", "Trustee (Chinese)")
    en: Annotated[str, Field(min_length=1, max_length=80)] = term(
        "受托人（英文）", "Trustee (English)"
    )
    public: Annotated[str, Field(pattern=_PUBLIC.pattern.join("^$"))] = term(
        "一次性公钥（X25519 与 P-256）",
        "One-time public key (X25519 and P-256)",
        help_zh="受托人为本场生成的公钥，Base64；97 字节含 P-256，供不支持 X25519 的浏览器密封；仅 X25519 为 32 字节",
        help_en="Made for this auction alone, base64: 97 bytes with P-256, for browsers without "
        "X25519, or 32 bytes of X25519 alone",
    )


class EscrowTerms(RuleConfig):
    """The terms themselves; a rule's own terms derive from them."""

    escrow: Escrow = term(
        "密封方式",
        "How offers are sealed",
        kind="enum",
        enum=Escrow.options(),
        default=Escrow.PLAIN,
    )
    trustees: Annotated[tuple[Trustee, ...], Field(max_length=MOST_TRUSTEES)] = term(
        "受托人", "Trustees", kind="list", default=()
    )
    threshold: Count = term("解密所需受托人数", "Trustees needed to open", kind="count", default=0)
    opening_seconds: Seconds = term(
        "解密时限（秒）", "Time for opening (s)", kind="duration", default=0
    )
    on_missing: OnMissing | None = term(
        "逾期未解密的报价",
        "An offer not opened in time",
        kind="enum",
        enum=OnMissing.options(),
        default=None,
    )

    @model_validator(mode="after")
    def _escrow_together(self) -> EscrowTerms:
        problem = _problem(self)
        if problem is not None:
            raise wrong(*problem)
        return self


def _problem(c: EscrowTerms) -> tuple[str, str, str] | None:
    if c.escrow is not Escrow.TRUSTEES:
        if c.trustees or c.threshold:
            return ("trustees", "仅共同解密须指定受托人", "trustees go with opening together")
    elif not 2 <= c.threshold <= len(c.trustees):
        # One holder alone could open every offer by himself, whenever he liked.
        return ("threshold", "解密所需人数须在二与受托人数之间", "between two and all the trustees")
    if len({t.id for t in c.trustees}) < len(c.trustees):
        return ("trustees", "受托人编号不得重复", "a trustee is named twice")
    # 42 letters: of X25519, whether or not a key of P-256 follows.
    if len({t.public[:42] for t in c.trustees}) < len(c.trustees):
        return ("trustees", "受托人公钥不得重复", "two trustees have the same key")
    if (c.escrow is Escrow.PLAIN) != (c.on_missing is None):
        return (
            "on_missing",
            "密封于竞买人处的报价须规定逾期未解密的后果，平台保管的不得规定",
            "what nobody opens needs a rule exactly where the centre does not keep it",
        )
    if c.escrow is not Escrow.PLAIN and c.opening_seconds < 1:
        return ("opening_seconds", "解密时限须大于零", "the time for opening must be positive")
    return None
