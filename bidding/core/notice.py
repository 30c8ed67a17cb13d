"""The notice (公告) of one auction: its document in words, with the hash that fixes it.

What it is: what a draft, a published auction and an archive all show to whoever asks which rules
hold. It is made from the canonical document alone, so all three say the same. What it is not: the
rule. What decides is the source whose hash stands in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import Amount
from auction_rules.prose import prose
from auction_rules.registry import find, source_sha256
from auction_rules.terms import YUAN, Text, show_instant
from bidding.core import downtime, officers


@dataclass(frozen=True, slots=True)
class Notice:
    """A document told. `prose` has as many paragraphs in one language as in the other."""

    document: Mapping[str, Any]
    """The canonical document; the SHA-256 of its RFC 8785 bytes is `sha256`."""
    sha256: str
    rule_title: Text
    same_source: bool
    """Whether the rule installed here is the very source that the document names."""
    prose: Mapping[str, list[str]]


def notice(document: Mapping[str, Any], sha256: str) -> Notice:
    """The notice of a canonical document. Raises UnknownRule where its rule is not installed.

    The sentences are made here and now from the installed rule; where its source is not the one
    the document names, `same_source` says so, and the wording may be another one.
    """
    plain = {key: value for key, value in document.items() if key != "sha256"}
    rule = find(plain["rule"], plain["version"])
    terms = rule.Config.model_validate(plain["terms"])
    return Notice(
        document=plain,
        sha256=sha256,
        rule_title=rule.title,
        same_source=source_sha256(rule) == plain["rule_sha256"],
        prose=prose(rule, terms, remarks=False),
    )


def facts(told: Notice, lang: str) -> Iterator[tuple[str, str]]:
    """Label and value of what stands above the prose: which auction, which rule, which deposit."""
    yield from conditions(told.document, told.rule_title, lang)


def conditions(
    document: Mapping[str, Any], rule_title: Text, lang: str
) -> Iterator[tuple[str, str]]:
    """The same of a document that may still be written: what it does not say yet is left out."""
    zh = lang == "zh"
    rule = f"{rule_title[lang]} ({document['rule']}@{document['version']})"
    if document.get("auction") is not None:
        yield "竞价编号" if zh else "Auction", document["auction"]
    yield "竞价规则" if zh else "Rule", rule.replace(" (", "（").replace(")", "）") if zh else rule
    yield "保证金" if zh else "Deposit", _deposit(document["deposit"], lang)
    if document["deposit_deadline"] is not None:
        at = show_instant(document["deposit_deadline"])
        yield (
            ("保证金到账截止", f"北京时间 {at}")
            if zh
            else ("Deposit to arrive before", f"{at} China Standard Time")
        )
    if (policy := document.get("officers")) is not None:
        words = officers.told(officers.Officers.model_validate(policy), lang)
        yield "工作人员权限" if zh else "What officers may do", words
    if (pause := document.get("downtime")) is not None:
        words = downtime.told(downtime.Downtime.model_validate(pause), lang)
        yield "系统中断与恢复" if zh else "Where the service fails", words


def fingerprints(told: Notice, lang: str) -> Iterator[tuple[str, str]]:
    """Label and value of the hashes by which anybody can tell that these are the rules."""
    zh = lang == "zh"
    yield "本文件 SHA-256" if zh else "SHA-256 of this document", told.sha256
    for paper in told.document.get("papers", ()):
        name = paper["name"]
        yield f"附件“{name}”SHA-256" if zh else f"SHA-256 of “{name}”", paper["sha256"]
    label = "规则源程序 SHA-256" if zh else "SHA-256 of the rule's source"
    yield label, told.document["rule_sha256"]


def closing(told: Notice, lang: str) -> Iterator[str]:
    """What a reader should know about the text above."""
    if lang == "zh":
        yield (
            "以上文字由竞价文件自动生成。该文件（RFC 8785 规范 JSON）与本场记录第 0 号所载一致；"
            "规则含义以上述规则源程序为准。"
        )
    else:
        yield (
            "This text is generated from the auction's document. The document (RFC 8785 canonical "
            "JSON) is the one in entry 0 of the session's log; what a rule means is said by the "
            "source named above."
        )
    if not told.same_source:
        yield {
            "zh": "注意：此处安装的是同一版本的另一份源程序，文字可能与发布时不同。",
            "en": "Note: another source of the same version is installed here; "
            "the wording may differ from that at publication.",
        }[lang]


def text(told: Notice, lang: str) -> str:
    """The notice as plain text, to be pasted where a centre publishes."""
    colon = "：" if lang == "zh" else ": "
    blocks = [
        told.document["title"][lang],
        "\n".join(label + colon + value for label, value in facts(told, lang)),
        *told.prose[lang],
        "\n".join(label + colon + value for label, value in fingerprints(told, lang)),
        *closing(told, lang),
    ]
    return "\n\n".join(blocks) + "\n"


def _deposit(amount: Amount, lang: str) -> str:
    if not amount:
        return "不收取" if lang == "zh" else "none"
    return YUAN.show(amount, lang)
