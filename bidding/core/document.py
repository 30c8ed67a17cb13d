"""The rule document: everything that can change an outcome, fixed before the session.

Rule, version and source hash, terms, deposit and titles make one canonical object. Its
SHA-256 is what the second person approves, what the notice prints, and what entry 0 holds.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from auction_rules.escrow_terms import EscrowTerms
from auction_rules.money import LIMIT, divide_up
from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.rule import Rule
from auction_rules.terms import RuleConfig, wrong
from bidding.core.downtime import Downtime
from bidding.core.officers import Officers
from bidding.proof import canon, escrow
from bidding.proof.text import from_base64

MOST_PAPERS: Final = 24
"""The whole document must fit one entry of the log."""
WHOLE: Final = "document"
"""The title of an error that is about a field of the document, and not of its terms."""


class Title(BaseModel):
    """A title in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=160)]


class Paper(BaseModel):
    """A picture, map or document that belongs to the auction: its bytes are named by their hash.

    `size` in bytes; `lot` where it is about one lot alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["picture", "map", "document"]
    media: Literal["application/pdf", "image/png", "image/jpeg"]
    size: Annotated[int, Field(strict=True, ge=1, le=LIMIT)]
    lot: Annotated[str, Field(max_length=64)] | None = None


class Document(BaseModel):
    """One auction as it is approved. `deposit` is in fen; 0 asks none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auction: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
    title: Title
    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,16}$")]
    terms: dict[str, Any]
    deposit: Annotated[int, Field(strict=True, ge=0, le=LIMIT)] = 0
    deposit_deadline: Annotated[int, Field(strict=True, ge=0, le=LIMIT)] | None = None
    papers: Annotated[tuple[Paper, ...], Field(max_length=MOST_PAPERS)] = ()
    officers: Officers | None = None
    downtime: Downtime | None = None

    @field_validator("deposit_deadline")
    @classmethod
    def _no_sooner_than_the_rule(cls, deadline: int | None, info: ValidationInfo) -> int | None:
        """A deadline that the rule's law does not allow would contradict its own notice."""
        if deadline is None or not {"rule", "version"} <= info.data.keys():
            return deadline
        try:
            rule = find(info.data["rule"], info.data["version"])
        except UnknownRule:
            return deadline
        if getattr(rule, "deposit_until_end", False):
            raise wrong(
                "deposit_deadline",
                "按本规则，竞价结束前均可交纳保证金，不能另设到账截止时间",
                "under this rule a deposit may come until the bidding is over: no earlier deadline",
            )
        return deadline

    def bound(self) -> tuple[Rule, RuleConfig]:
        """The rule named here and its validated terms; UnknownRule or ValidationError else."""
        rule = find(self.rule, self.version)
        terms = rule.Config.model_validate(self.terms)
        self._may_be_published(rule, terms)
        return rule, terms

    def _may_be_published(self, rule: Rule, terms: RuleConfig) -> None:
        """Raises ValidationError for what the rule can play and nobody may publish today."""
        _sound_keys(terms)
        _lawful_deposit(rule, terms, self.deposit)

    def canonical(self) -> dict[str, Any]:
        """The document as entry 0 holds it: terms complete, amounts integers, source hash in."""
        rule, terms = self.bound()
        plain = self.model_dump(mode="json")
        if not self.papers:
            # As before there were any: a document without papers keeps the hash it always had.
            del plain["papers"]
        if self.officers is None:
            del plain["officers"]
        elif not self.officers.next_in_line:
            # As before there was any.
            del plain["officers"]["next_in_line"]
        if self.downtime is None:
            del plain["downtime"]
        plain["terms"] = terms.model_dump(mode="json")
        plain["rule_sha256"] = source_sha256(rule)
        return plain

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the canonical bytes: the hash the approver signs off."""
        return hashlib.sha256(canon.encode(self.canonical())).hexdigest()


class Published(Document):
    """A document as a record holds it: it could be published then, and is not asked again.

    What may be published changes; a law of today binds what is published from today on. The terms
    are still judged by the rule in the version that the record names, whose meaning never changes.
    """

    @field_validator("deposit_deadline")
    @classmethod
    def _no_sooner_than_the_rule(cls, deadline: int | None, info: ValidationInfo) -> int | None:
        del info
        return deadline

    def _may_be_published(self, rule: Rule, terms: RuleConfig) -> None:
        del rule, terms


def least_deposit(rule: Rule, terms: RuleConfig) -> int:
    """The least deposit, in fen, that the law of this rule accepts; 0 where it asks for none."""
    share, start = getattr(rule, "deposit_percent", None), getattr(terms, "start_price", None)
    if share is None or start is None:
        return 0
    return max(1, divide_up(share[0] * start * (terms.unit.fen or 0), 100))


def _lawful_deposit(rule: Rule, terms: RuleConfig, deposit: int) -> None:
    """Raises ValidationError for a deposit outside the share of the start price that a law sets.

    Compared in fen and whole per cents, nothing rounded. A law that sets a share asks for a deposit:
    none is refused also where the price unit is worth no money, and nothing else can be compared.
    """
    share, worth = getattr(rule, "deposit_percent", None), terms.unit.fen
    start = getattr(terms, "start_price", None)
    if share is None or start is None or (worth is None and deposit):
        return
    least, most = share
    if deposit and least * start * worth <= deposit * 100 <= most * start * worth:
        return
    problem = wrong(
        "deposit",
        f"按本规则，保证金应在起拍价的 {least}% 至 {most}% 之间",
        f"under this rule a deposit is within {least}% and {most}% of the start price",
    )
    row = {"type": problem, "loc": ("deposit",), "input": deposit}
    raise ValidationError.from_exception_data(WHOLE, [row])  # type: ignore[list-item]


def _sound_keys(terms: RuleConfig) -> None:
    """Raises ValidationError for a trustee's key to which nothing can be sealed.

    No browser could seal to it, so nobody could make an offer: that must show before approval.
    """
    if not isinstance(terms, EscrowTerms):
        return
    for number, trustee in enumerate(terms.trustees):
        if fault := escrow.key_fault(from_base64(trustee.public)):
            problem = wrong("public", "该受托人公钥不可用，请重新生成", fault)
            row = {"type": problem, "loc": ("trustees", number, "public"), "input": trustee.public}
            raise ValidationError.from_exception_data("terms", [row])  # type: ignore[list-item]
