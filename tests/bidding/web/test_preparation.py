"""What staff do before an auction is published: papers, a copy of an earlier one, a dry run."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from auction_rules.lint import lint
from auction_rules.registry import find, rules
from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import least_deposit
from bidding.engine.papers import MOST_BYTES
from bidding.proof.policy import parse_policy
from bidding.web.remarked import ABOUT, about
from replay.rejudge import rejudge
from replay.verify import verify
from tests.auction_rules.known import known
from tests.bidding.web.door_in_process import open_door, signed_in

SECOND = 1_000_000
DAY = 86_400 * SECOND
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
SCENARIO = Path(__file__).parents[3] / "examples" / "scenarios"


async def hand_in(visitor: Visitor, content: bytes) -> tuple[int, dict[str, Any]]:
    headers = {"Cookie": visitor.cookie, "X-CSRF": visitor.csrf or ""}
    headers["Content-Type"] = "application/octet-stream"
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(
            visitor.url + "/api/papers", data=io.BytesIO(content), headers=headers
        ) as response,
    ):
        return response.status, json.loads(await response.read())


def draft(opens: int, **more: Any) -> dict[str, Any]:
    return {
        "auction": "papered",
        "title": {"zh": "标的", "en": "Lot"},
        "rule": "english",
        "terms": {"opens": opens, "start_price": "100", "step": "1", "duration_seconds": 3600},
        **more,
    }


def row(told: dict[str, Any], name: str = "现场照片") -> dict[str, Any]:
    kept = {key: told[key] for key in ("sha256", "media", "size")}
    return {**kept, "name": name, "kind": "picture", "lot": None}


async def test_a_paper_is_in_what_is_approved_and_for_everybody_afterwards(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        status, told = await hand_in(staff, PNG)
        assert status == 201
        assert told == {
            "id": hashlib.sha256(PNG).hexdigest()[:32],
            "sha256": hashlib.sha256(PNG).hexdigest(),
            "media": "image/png",
            "size": len(PNG),
        }
        assert await staff.download(f"/api/papers/{told['id']}") == PNG
        now = house.clock.now()
        bare = await staff.post("/api/drafts", draft(now + DAY, auction="bare"))
        with_it = await staff.post("/api/drafts", draft(now + DAY, papers=[row(told)]))
        assert bare["canonical"].keys() == with_it["canonical"].keys() - {"papers"}
        sent = await staff.post(f"/api/drafts/{with_it['id']}/submit")
        await approver.post(f"/api/drafts/{with_it['id']}/approve", {"sha256": sent["sha256"]})
        async with Visitor(house.url) as public:
            notice = await public.get("/api/auctions/papered/notice")
            assert notice["document"]["papers"] == [row(told)]
            text = (await public.download("/api/auctions/papered/notice.txt")).decode()
            assert f"附件“现场照片”SHA-256：{told['sha256']}" in text
            # The page to print shows it, by an address beside its own.
            page = (await public.download("/api/auctions/papered/notice.html?lang=zh")).decode()
            assert f'<img src="papers/{told["id"]}" alt="现场照片"' in page
            assert page.count(told["sha256"]) == 1
            path = f"/api/auctions/papered/papers/{told['id']}"
            assert await public.download(path) == PNG
            with pytest.raises(HouseSaysNo) as no:
                await public.download(f"/api/auctions/papered/papers/{'0' * 32}")
            assert no.value.status == 404
            with pytest.raises(HouseSaysNo) as no:
                await public.download(f"/api/papers/{told['id']}")
            assert no.value.status == 401
        # Whoever has the archive alone finds the hash in entry 0, under the centre's signature.
        archive = await approver.download("/api/auctions/papered/archive")
        policy = await approver.download("/api/auctions/papered/policy")
        session = verify(archive, parse_policy(policy.decode()))
        assert session.entries[0]["data"]["document"]["papers"] == [row(told)]
        assert rejudge(session.origin, session.entries).difference is None


async def test_what_was_not_handed_in_is_not_submitted(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        _, told = await hand_in(staff, PNG)
        lost = row({**told, "sha256": "ab" * 32}, "丢失")
        wrong = row({**told, "size": told["size"] + 1}, "长度不符")
        papers = [row(told), lost, wrong]
        made = await staff.post("/api/drafts", draft(house.clock.now() + DAY, papers=papers))
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"/api/drafts/{made['id']}/submit")
        assert [field["path"] for field in no.value.body["fields"]] == ["papers.1", "papers.2"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg onload='alert(1)'/>", 415, "NOT_A_PAPER"),
        (b"", 415, "NOT_A_PAPER"),
        (PNG + bytes(MOST_BYTES), 413, "PAPER_TOO_LONG"),
    ],
)
async def test_nothing_else_is_taken(
    tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        got, told = await hand_in(staff, content)
        assert (got, told["code"]) == (status, code)
        assert not list((tmp_path / "papers").glob("*"))


async def test_a_copy_keeps_the_hours_and_the_distances_and_lies_ahead(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, other):
        now = house.clock.now()
        old = now - 9 * DAY - 3 * 3600 * SECOND
        first = await staff.post(
            "/api/drafts", draft(old, deposit=5, deposit_deadline=old - 3600 * SECOND)
        )
        copy = await staff.post(f"/api/drafts/{first['id']}/clone")
        assert copy["id"] != first["id"]
        assert copy["auction"] != "papered"
        assert copy["state"] == "draft"
        assert copy["problems"] == []
        moved = copy["fields"]["terms"]["opens"] - old
        assert moved % DAY == 0
        deadline = copy["fields"]["deposit_deadline"]
        assert deadline == old - 3600 * SECOND + moved
        # The first of its times is ahead by an hour at least and by a day and an hour at most.
        assert 3600 * SECOND <= deadline - now <= DAY + 3600 * SECOND
        assert copy["fields"]["terms"]["start_price"] == 10_000
        # What cannot be read yet is copied as it stands.
        half = await staff.post("/api/drafts", draft(now) | {"terms": {"start_price": "x"}})
        again = await staff.post(f"/api/drafts/{half['id']}/clone")
        assert again["fields"]["terms"] == {"start_price": "x"}
        with pytest.raises(HouseSaysNo) as no:
            await other.post(f"/api/drafts/{half['id']}/clone")
        assert no.value.code == "FORBIDDEN"


async def test_rows_and_records_move_with_the_rest(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        for rule in rules():
            terms = dict(rule.example)
            deposit = least_deposit(rule, rule.Config.model_validate(terms))
            body = draft(0, deposit=deposit) | {"rule": rule.name, "terms": terms}
            made = await staff.post("/api/drafts", body)
            copy = await staff.post(f"/api/drafts/{made['id']}/clone")
            before, after = made["canonical"]["terms"], copy["canonical"]["terms"]
            differ = dict(_differences(before, after))
            by = set(differ.values())
            assert len(by) == 1, rule.name
            assert by.pop() % DAY == 0, rule.name


def _differences(before: Any, after: Any, at: str = "") -> Any:
    if isinstance(before, dict):
        for key in before:
            yield from _differences(before[key], after[key], f"{at}.{key}")
    elif isinstance(before, list):
        for number, part in enumerate(before):
            yield from _differences(part, after[number], f"{at}.{number}")
    elif before != after:
        yield at, after - before


async def test_a_dry_run_touches_nothing_and_tells_everything(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        for rule in rules():
            found = await staff.post(
                f"/api/rules/{rule.name}/dry-run", {"terms": dict(rule.example), "seed": "a"}
            )
            assert found["room"]["status"] == "closed", rule.name
            assert found["room"]["awards"], rule.name
            assert not found["cut"]
            assert not found["waits"]
            assert all(line["sentence"]["zh"] for line in found["lines"])
        assert house.door.house.auctions() == []
        assert (await staff.get("/api/drafts"))["drafts"] == []


async def test_a_dry_run_is_bounded(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        english = dict(find("english").example)
        for body, path in (
            ({"terms": {**english, "step": -1}}, "terms.step"),
            ({"terms": english, "bidders": 13}, "bidders"),
            ({"terms": english, "style": "wild"}, "style"),
        ):
            with pytest.raises(HouseSaysNo) as no:
                await staff.post("/api/rules/english/dry-run", body)
            assert no.value.body["fields"][0]["path"] == path
        with pytest.raises(HouseSaysNo) as no:
            await staff.post("/api/rules/nothing/dry-run", {"terms": {}})
        assert no.value.status == 404
        long = {**english, "start_price": "1000000000", "step": "0.01"}
        many = [staff.post("/api/rules/english/dry-run", {"terms": long}) for _ in range(6)]
        answers = await asyncio.gather(*many, return_exceptions=True)
        said = {a.code for a in answers if isinstance(a, HouseSaysNo)}
        assert said <= {"TOO_FAST"}
        assert any(isinstance(a, dict) for a in answers)


async def test_a_scenario_is_played_with_what_it_expects(tmp_path: Path) -> None:
    file = min(SCENARIO.glob("*.yaml"), key=lambda f: f.stat().st_size)
    text = file.read_text(encoding="utf-8")
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        told = await staff.post("/api/scenarios/dry-run", {"text": text})
        assert all(run["ok"] and run["lines"] for run in told["plays"])
        for bad, line in (("a: &x 1", "line 1"), ("scenario: a\n", "line"), ("", "empty")):
            with pytest.raises(HouseSaysNo) as no:
                await staff.post("/api/scenarios/dry-run", {"text": bad})
            assert no.value.body["fields"][0]["path"] == "text"
            assert line in no.value.body["fields"][0]["sentence"]["en"]


def test_every_remark_that_can_be_made_has_a_place_or_is_about_the_whole() -> None:
    seen = set()
    for _, rule, terms in known():
        config = rule.Config.model_validate(dict(terms))
        for remark in lint(rule, config):
            names = about(remark, config)
            assert names, (rule.name, remark.code)
            assert set(names) <= set(type(config).model_fields)
            seen.add(remark.code)
    assert {"NO_HARD_STOP", "DRAW_NEEDS_WITNESS", "COUNT_HIDDEN"} <= seen
    fields = {name for rule in rules() for name in rule.Config.model_fields}
    assert {name for names in ABOUT.values() for name in names} <= fields


@pytest.mark.parametrize(
    ("terms", "code", "name"),
    [
        ({"extension_seconds": 30}, "SHORT_WINDOW", "extension_seconds"),
        ({"extension_seconds": 0}, "NO_EXTENSION", "extension_seconds"),
        ({"opens": "2026-03-02T23:00:00+08:00"}, "OUT_OF_HOURS", "opens"),
        ({"step": "900000"}, "LARGE_STEP", "step"),
    ],
)
def test_a_remark_stands_beside_the_term_it_is_about(
    terms: dict[str, Any], code: str, name: str
) -> None:
    rule = find("english")
    config = rule.Config.model_validate({**rule.example, **terms})
    found = {remark.code: about(remark, config) for remark in lint(rule, config)}
    assert found[code] == [name]


async def test_a_rule_tells_the_topic_of_each_term(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        detail = await staff.get("/api/rules/english")
        assert detail["topics"].keys() == detail["schema"]["properties"].keys()
        assert detail["topics"]["extension_seconds"] == "extension"
        assert detail["topics"]["opens"] == "when"
