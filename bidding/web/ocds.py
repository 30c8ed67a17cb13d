"""Purchases as Open Contracting Data Standard 1.1 releases: one at each step, never changed afterwards.

What fits: a purchase is a contracting process with a tender and awards. Sales of land and rights
bring money in and have no buyer of goods; they are in the other data sets. The supplier is a number
of this auction: who it is, the centre publishes where the law says so.

Releases of one process: tender (published), then award (closed and sold), or tenderUpdate (unsold),
or tenderCancellation (terminated); awardUpdate (officers published the result), awardCancellation
(declared void, or a winner in default or excluded: an award for the next in line may follow). Amounts are decimals, exact; dates are those of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from auction_rules.facts import Instant
from bidding.core.aftermath import REAWARDED
from bidding.web.open_records import Public, award_ids, iso, yuan
from replay.results import Result, Won

VERSION: Final = "1.1"
LANGUAGE: Final = "zh"
PAGES: Final = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/"
    "master/extension.json"
)
"""The extension that `links` of a package are of."""
Release = dict[str, Any]


def releases(one: Public, prefix: str, base: str) -> list[Release]:
    """Every release of one purchase, in the order of their dates."""
    auction = str(one.line["auction"])
    ocid = f"{prefix}-{auction}"
    tender = {"id": auction, "status": "active", **_tender(one, base)}
    found = [_release(ocid, "tender", one.opened, {"tender": tender})]
    result = one.result
    if result is None:
        return found
    if result.failure is not None and not result.awards:
        cancelled = result.status == "terminated"
        tag = "tenderCancellation" if cancelled else "tenderUpdate"
        status = "cancelled" if cancelled else "unsuccessful"
        # The core of the standard has no other place for why.
        why = {"id": tag, "date": iso(result.ended), "rationale": result.failure[1]["zh"]}
        tender = {"id": auction, "status": status, "amendments": [why]}
        return [*found, _release(ocid, tag, result.ended, {"tender": tender})]
    return [*found, *_awarded(ocid, result)]


def _awarded(ocid: str, result: Result) -> list[Release]:
    """What became of the awards, step by step: each that fell through is cancelled at that instant."""
    known = [*(one.won for one in result.lapsed), *result.awards]
    later = {one.i for one in result.lapsed}
    stands = [won for won in known if won.i not in later]
    found = [_award(ocid, "award", result.closed, result, won_now=stands, status="pending")]
    out = {*result.vacated, *(one.won.bidder for one in result.lapsed)}
    falls = [(at, bidder) for bidder, (at, _) in result.fallen.items() if bidder in out]
    # Who was excluded before the close falls out with the award itself.
    turns = [(max(at, result.closed), 0, bidder) for at, bidder in falls]
    turns += [(at, 1, step) for step, at in result.steps]
    for at, is_step, what in sorted(turns, key=lambda turn: turn[:2]):
        if not is_step:
            gone = [won for won in stands if won.bidder == what]
            stands = [won for won in stands if won.bidder != what]
            if gone:
                found.append(_cancelled(ocid, at, result, gone))
        elif what == "published" and stands:
            found.append(_award(ocid, "awardUpdate", at, result, won_now=stands, status="active"))
        elif what == REAWARDED:
            stands = [won for won in known if won.i in later and won.t == at]
            found.append(_award(ocid, "award", at, result, won_now=stands, status="pending"))
    if result.status == "voided" and stands:
        found.append(_cancelled(ocid, result.ended, result, stands))
    return found


def _cancelled(ocid: str, at: Instant, result: Result, gone: Sequence[Won]) -> Release:
    return _award(ocid, "awardCancellation", at, result, won_now=gone, status="cancelled")


def _tender(one: Public, base: str) -> dict[str, Any]:
    line = one.line
    auction = line["auction"]
    return {
        "title": line["title"]["zh"],
        "title_en": line["title"]["en"],
        "procurementMethod": "open",
        "procurementMethodDetails": line["rule"]["title"]["zh"],
        "submissionMethod": ["electronicAuction"],
        "submissionMethodDetails": f"{base}/room/{auction}",
        **_invited(one),
        "documents": [
            {
                "id": "notice",
                "documentType": "tenderNotice",
                "title": "公告",
                "url": f"{base}/api/auctions/{auction}/notice.html?lang=zh",
                "format": "text/html",
                "language": LANGUAGE,
            }
        ],
    }


def _invited(one: Public) -> dict[str, Any]:
    """The period, the criterion and the items, as far as the terms tell them."""
    told: dict[str, Any] = {}
    opens, closes = one.period
    if opens is not None and closes is not None:
        told["tenderPeriod"] = {"startDate": iso(opens), "endDate": iso(closes)}
    if one.rated is not None:
        told["awardCriteria"] = "ratedCriteria" if one.rated else "priceOnly"
    if one.lots:
        told["items"] = [{"id": lot.id, "description": lot.title["zh"]} for lot in one.lots]
    return told


def _award(
    ocid: str, tag: str, at: Instant, result: Result, *, won_now: Sequence[Won], status: str
) -> Release:
    parties: dict[str, dict[str, Any]] = {}
    awards = []
    for name, won in zip(award_ids(result.auction, won_now), won_now, strict=True):
        party = f"{result.auction}-{won.bidder}"
        told = f"{won.bidder} 号竞买人"
        parties[party] = {"id": party, "name": told, "roles": ["supplier"]}
        award: dict[str, Any] = {
            "id": name,
            "title": result.title["zh"],
            "status": status,
            "date": iso(won.t),
            "suppliers": [{"id": party, "name": told}],
        }
        if result.unit.fen:
            award["value"] = _value(won.total * result.unit.fen)
        awards.append(award)
    tender: dict[str, Any] = {"id": result.auction, "status": "complete"}
    if result.unit.fen and result.saved is not None:
        # Total and saving together are the budget, whoever the winner is.
        tender["value"] = _value((result.total + result.saved) * result.unit.fen)
    body = {"parties": list(parties.values()), "tender": tender, "awards": awards}
    return _release(ocid, tag, at, body)


def _value(fen: int) -> dict[str, Any]:
    # Decimals as they stand: a float would not be exact.
    return {"amount": orjson.Fragment(yuan(fen) or "0"), "currency": "CNY"}


def _release(ocid: str, tag: str, at: Instant, body: dict[str, Any]) -> Release:
    return {
        "ocid": ocid,
        "id": f"{ocid}-{tag}-{at}",
        "date": iso(at),
        "tag": [tag],
        "initiationType": "tender",
        "language": LANGUAGE,
        **body,
    }


def package(
    found: list[Release],
    uri: str,
    base: str,
    *,
    publisher: str,
    latest: Instant,
    links: dict[str, str],
) -> dict[str, Any]:
    """A release package, one page of it; `links` name its neighbours."""
    return {
        "uri": uri,
        "version": VERSION,
        "publishedDate": iso(latest),
        "publisher": {"name": publisher, "uri": base},
        "publicationPolicy": f"{base}/open",
        "extensions": [PAGES],
        "releases": found,
        "links": links,
    }


__all__ = ["VERSION", "package", "releases"]
