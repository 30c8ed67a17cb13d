"""What OCDS 1.1 says of a release package, as facts stated in our own words and checked as a schema.

From the field tables and code lists of the standard's reference (release package, release, tender,
award, organization, value, period, document, item) and of its pagination extension. Every object
is closed: a field that the standard does not name is an error, and so is a word off its lists.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs

_TEXT = {"type": ["string", "null"]}
_DATE = {"type": ["string", "null"], "format": "date-time"}
_ID = {"type": ["string", "integer"], "minLength": 1}
_URI = {"type": ["string", "null"], "format": "uri"}


def _codes(*words: str) -> dict[str, Any]:
    return {"enum": [*words, None]}


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    translated = "^(title|description|rationale|procurementMethodDetails)_[a-z]{2}(-[A-Z]{2})?$"
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "patternProperties": {translated: _TEXT},
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "uniqueItems": True}


_VALUE = _closed((), amount={"type": ["number", "null"]}, currency=_codes("CNY"))
_PERIOD = _closed(
    (),
    startDate=_DATE,
    endDate=_DATE,
    maxExtentDate=_DATE,
    durationInDays={"type": ["integer", "null"]},
)
_DOCUMENT = _closed(
    ("id",),
    id=_ID,
    # The part of the list that an announced tender has any use for.
    documentType=_codes("tenderNotice", "awardNotice", "biddingDocuments"),
    title=_TEXT,
    description=_TEXT,
    url=_URI,
    datePublished=_DATE,
    dateModified=_DATE,
    format=_TEXT,
    language=_TEXT,
)
_ITEM = _closed(
    ("id",),
    id=_ID,
    description=_TEXT,
    classification={"type": "object"},
    additionalClassifications={"type": "array"},
    quantity={"type": ["number", "null"]},
    unit={"type": "object"},
)
_REFERENCE = _closed((), name=_TEXT, id=_ID)
_ORGANIZATION = _closed(
    (),
    name=_TEXT,
    id={"type": "string", "minLength": 1},
    identifier={"type": "object"},
    additionalIdentifiers={"type": "array"},
    address={"type": "object"},
    contactPoint={"type": "object"},
    roles=_list(_codes("buyer", "procuringEntity", "supplier", "tenderer", "reviewBody")),
    details={"type": "object"},
)
_AMENDMENT = _closed(
    (),
    id=_TEXT,
    date=_DATE,
    rationale=_TEXT,
    description=_TEXT,
    amendsReleaseID=_TEXT,
    releaseID=_TEXT,
)
_TENDER = _closed(
    ("id",),
    id=_ID,
    title=_TEXT,
    description=_TEXT,
    status=_codes(
        *("planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn")
    ),
    procuringEntity=_REFERENCE,
    items=_list(_ITEM),
    value=_VALUE,
    minValue=_VALUE,
    procurementMethod=_codes("open", "selective", "limited", "direct"),
    procurementMethodDetails=_TEXT,
    procurementMethodRationale=_TEXT,
    mainProcurementCategory=_codes("goods", "works", "services"),
    additionalProcurementCategories={"type": "array"},
    awardCriteria=_codes("priceOnly", "costOnly", "qualityOnly", "ratedCriteria"),
    awardCriteriaDetails=_TEXT,
    submissionMethod=_list(
        _codes("electronicAuction", "electronicSubmission", "written", "inPerson")
    ),
    submissionMethodDetails=_TEXT,
    tenderPeriod=_PERIOD,
    enquiryPeriod=_PERIOD,
    hasEnquiries={"type": ["boolean", "null"]},
    eligibilityCriteria=_TEXT,
    awardPeriod=_PERIOD,
    contractPeriod=_PERIOD,
    numberOfTenderers={"type": ["integer", "null"]},
    tenderers=_list(_REFERENCE),
    documents=_list(_DOCUMENT),
    milestones={"type": "array"},
    amendments=_list(_AMENDMENT),
)
_AWARD = _closed(
    ("id",),
    id=_ID,
    title=_TEXT,
    description=_TEXT,
    status=_codes("pending", "active", "cancelled", "unsuccessful"),
    date=_DATE,
    value=_VALUE,
    suppliers=_list(_REFERENCE),
    items=_list(_ITEM),
    contractPeriod=_PERIOD,
    documents=_list(_DOCUMENT),
    amendments=_list(_AMENDMENT),
)
_TAGS = (
    *("planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate"),
    *("tenderCancellation", "award", "awardUpdate", "awardCancellation", "contract"),
    *("contractUpdate", "contractAmendment", "implementation", "implementationUpdate"),
    *("contractTermination", "compiled"),
)
_RELEASE = _closed(
    ("ocid", "id", "date", "tag", "initiationType"),
    ocid={"type": "string", "minLength": 1},
    id={"type": "string", "minLength": 1, "pattern": "^[^#]*$"},
    date={"type": "string", "format": "date-time"},
    tag={"type": "array", "items": {"enum": list(_TAGS)}, "minItems": 1},
    initiationType={"enum": ["tender"]},
    parties=_list(_ORGANIZATION),
    buyer=_REFERENCE,
    planning={"type": "object"},
    tender=_TENDER,
    awards=_list(_AWARD),
    contracts={"type": "array"},
    language=_TEXT,
    relatedProcesses={"type": "array"},
)
PACKAGE = _closed(
    ("uri", "publisher", "publishedDate", "releases", "version"),
    uri={"type": "string", "format": "uri"},
    version={"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
    extensions=_list({"type": "string", "format": "uri"}),
    publishedDate={"type": "string", "format": "date-time"},
    releases={**_list(_RELEASE), "minItems": 1},
    publisher=_closed(("name",), name=_TEXT, scheme=_TEXT, uid=_TEXT, uri=_URI),
    license=_URI,
    publicationPolicy=_URI,
    # The pagination extension's own.
    links=_closed((), next=_URI, prev=_URI, all=_URI),
)
_CHECK = jsonschema_rs.validator_for(PACKAGE, validate_formats=True)


def check_package(package: dict[str, Any]) -> None:
    """Raises where the package, or a reference within it, is not as the standard has it."""
    faults = [f"{list(e.instance_path)}: {e.message}" for e in _CHECK.iter_errors(package)]
    assert not faults, faults
    ids = [release["id"] for release in package["releases"]]
    assert len(set(ids)) == len(ids), "an id of a release is given twice"
    for release in package["releases"]:
        assert release["date"] <= package["publishedDate"], "published before it was released"
        known = {party["id"] for party in release.get("parties", ())}
        for award in release.get("awards", ()):
            assert {supplier["id"] for supplier in award["suppliers"]} <= known
