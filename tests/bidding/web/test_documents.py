"""The two descriptions: valid, complete, and made of what runs."""

import re

from bidding.web import asyncapi, openapi, wire
from bidding.web.app import ROUTES
from bidding.web.problems import KINDS


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document, ref):
    for part in ref.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_every_route_is_described_and_nothing_else():
    document = openapi.document(ROUTES)
    described = {(m.upper(), p) for p, ops in document["paths"].items() for m in ops}
    assert described == {(r.method, r.path) for r in ROUTES}


def test_every_reference_leads_somewhere():
    for document in (openapi.document(ROUTES), asyncapi.document()):
        found = list(references(document))
        assert found
        for ref in found:
            assert resolve(document, ref) is not None


def test_operations_have_names_of_their_own():
    document = openapi.document(ROUTES)
    names = [op["operationId"] for ops in document["paths"].values() for op in ops.values()]
    assert len(names) == len(set(names))


def test_what_changes_something_asks_for_the_csrf_word():
    for path, operations in openapi.document(ROUTES)["paths"].items():
        for method, operation in operations.items():
            asks = any("csrf" in each for each in operation.get("security", ()))
            assert asks == (method != "get"), path


def test_the_stream_has_every_message_and_every_close_code():
    document = asyncapi.document()
    assert document["asyncapi"] == "3.0.0"
    messages = (*wire.CLIENT_MESSAGES, *wire.SERVER_MESSAGES)
    assert set(document["components"]["messages"]) == {m.__name__ for m in messages}
    assert document["x-close-codes"].keys() == {str(code) for code in wire.CLOSE}
    bid = document["components"]["schemas"]["Bid"]
    assert bid["additionalProperties"] is False
    assert bid["properties"]["amount"]["maximum"] == 2**53 - 1


def test_every_problem_has_two_sentences_and_a_status_of_its_kind():
    for code, kind in KINDS.items():
        assert re.fullmatch(r"[A-Z0-9_]+", code)
        assert 400 <= kind.status < 600
        assert re.search(r"[\u4e00-\u9fff]", kind.zh), code
        assert not re.search(r"[\u4e00-\u9fff]", kind.en), code
    assert [c for c, k in KINDS.items() if k.status == 500] == ["BROKEN"]
