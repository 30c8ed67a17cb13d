"""What a draft says otherwise than what it was made from: for the second person, who reads that first.

Both documents are told in the words of the notice, so a difference in bytes that comes to the same
words is none. What it is not: what is approved; that is the whole document by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from auction_rules.rule import Rule
from auction_rules.terms import RuleConfig, Text
from auction_rules.terms_in_use import unused
from auction_rules.wording import LANGS, label, value
from bidding.core.document import Document
from bidding.core.notice import conditions
from bidding.engine.identity import Draft
from bidding.web.api.drafts import ORIGIN, document_of, draft_of
from bidding.web.problems import Problem
from bidding.web.routes import HOUSE, Answer, Call, Query, Route
from bidding.web.wire import Sentence

_MOST: Final = 20
_TITLE: Final[Text] = {"zh": "名称", "en": "Title"}
_PAPERS: Final[Text] = {"zh": "附件", "en": "Papers"}
_JOIN: Final[Text] = {"zh": "、", "en": ", "}
_Rows = dict[str, tuple[Text, Text]]


class AgainstQuery(Query):
    """What to compare with: another draft, or a preset of the rule. When left out, the draft it was
    copied from, or the last one that was published under its rule.
    """

    against: Annotated[str, Field(pattern=r"^(draft|preset):[A-Za-z0-9_.-]{1,64}$")] | None = None


class Base(Answer):
    """Something to compare with. `id` is what `against` takes."""

    id: str
    title: Sentence


class Change(Answer):
    """One difference; null where one of the two says nothing of it."""

    label: Sentence
    was: Sentence | None
    now: Sentence | None


class Changes(Answer):
    """`against` is null where nothing was compared with. `copied`: the draft was made of it."""

    against: str | None
    copied: bool
    choices: list[Base]
    changes: list[Change]


def _rows(document: Document) -> _Rows:
    """Label and value of whatever a document says, by what it is about."""
    rule, terms = document.bound()
    plain = dict(document.canonical())
    del plain["auction"]  # every document has its own number
    rows: _Rows = {"title": (_TITLE, dict(plain["title"]))}
    zh, en = (list(conditions(plain, rule.title, lang)) for lang in LANGS)
    for (head, said), (english, told) in zip(zh, en, strict=True):
        rows[head] = ({"zh": head, "en": english}, {"zh": said, "en": told})
    rows |= _terms(rule, terms)
    if document.papers:
        listed = [f"{one.name} ({one.sha256[:8]})" for one in document.papers]
        rows["papers"] = (_PAPERS, {lang: _JOIN[lang].join(listed) for lang in LANGS})
    return rows


def _terms(rule: Rule, terms: RuleConfig, only: Mapping[str, Any] | None = None) -> _Rows:
    rows: _Rows = {}
    for name, field in type(terms).model_fields.items():
        given = getattr(terms, name)
        named = only is None or name in only
        if named and (only is not None or not unused(terms, name, field, given)):
            titled = label(field, name, rule.direction(terms))
            rows[f"terms.{name}"] = (titled, value(terms, field, name, given))
    return rows


def _differ(was: _Rows, now: _Rows) -> list[dict[str, Any]]:
    found = []
    for name in dict.fromkeys([*now, *was]):
        before, after = was.get(name), now.get(name)
        if (before and before[1]) != (after and after[1]):
            titled = (after or before or ({}, {}))[0]
            found.append(
                {
                    "label": titled,
                    "was": before[1] if before else None,
                    "now": after[1] if after else None,
                }
            )
    return found


def _readable(draft: Draft) -> Document | None:
    try:
        return document_of(draft.fields)
    except Problem:
        return None


async def changes(call: Call) -> dict[str, Any]:
    """What differs from the draft it was copied from, another one of its rule, or a preset."""
    draft = await draft_of(call)
    document = document_of(draft.fields)
    rule, terms = document.bound()
    drafts = await call.door.registry.drafts()
    others = sorted(drafts, key=lambda d: (d.state == "published", d.updated), reverse=True)
    alike = {
        f"draft:{one.id}": found
        for one in others
        if one.id != draft.id
        and one.fields.get("rule") == document.rule
        and (found := _readable(one)) is not None
    }
    presets = {f"preset:{name}": one for name, one in getattr(rule, "presets", {}).items()}
    origin = f"draft:{draft.fields.get(ORIGIN)}"
    against = call.query(AgainstQuery).against
    if against is None:
        # No preset unless somebody asks: nothing says that the draft was to follow it.
        against = origin if origin in alike else next(iter(alike), None)
    if against is not None and against not in alike and against not in presets:
        raise Problem("NOT_FOUND")
    listed = [name for name in alike if name in (origin, against)]
    listed += [name for name in alike if name not in listed][:_MOST]
    choices = [{"id": name, "title": _titled(alike[name])} for name in listed]
    choices += [{"id": name, "title": dict(one["title"])} for name, one in presets.items()]
    return {
        "against": against,
        "copied": against == origin,
        "choices": choices,
        "changes": _against(
            rule, terms, document, alike.get(against or ""), presets.get(against or "")
        ),
    }


def _against(
    rule: Rule,
    terms: RuleConfig,
    document: Document,
    other: Document | None,
    preset: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    if other is not None:
        return _differ(_rows(other), _rows(document))
    if preset is None:
        return []
    # Over the example: over these terms it may contradict what they say beside it.
    only = preset["terms"]
    laid = rule.Config.model_validate({**rule.example, **only})
    return _differ(_terms(rule, laid, only), _terms(rule, terms, only))


def _titled(document: Document) -> Text:
    title = document.title
    return {"zh": f"{title.zh} · {document.auction}", "en": f"{title.en} · {document.auction}"}


ROUTES: Final = (
    Route(
        "GET",
        "/api/drafts/{id}/changes",
        changes,
        "drafts",
        "与原方案或模板的差别",
        "What differs from what it was made from",
        roles=HOUSE,
        query=AgainstQuery,
        answer=Changes,
        problems=("NOT_FOUND", "BAD_FIELDS"),
    ),
)
