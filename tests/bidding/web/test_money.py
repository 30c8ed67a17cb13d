"""Bank notices by the interface: counted once, by the bank's time, for the bidder whose money it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bidding.adapters.clock import WallClock
from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from bidding.engine.identity import Account
from bidding.engine.money import State, check_digit, holds, new_number, same_name
from tests.bidding.web.door_in_process import PASSWORD, Open, open_door, signed_in

SECOND = 1_000_000
ASKED = 50_000
PATH = "/api/auctions/d"


@contextlib.asynccontextmanager
async def desk(folder: Any, **document: Any) -> AsyncIterator[tuple[Open, Visitor, Visitor, str]]:
    """A house, the staff, the approver, and one admitted bidder whose registered name is known."""
    async with open_door(folder) as house:
        verifier = await house.door.passwords.hash(PASSWORD)
        company = Account("c", "中山某某（集团）有限公司", frozenset({"bidder"}), verifier)
        await house.door.registry.create_account(company)
        now = house.clock.now()
        terms = {"opens": now + 3600 * SECOND, "duration_seconds": 60, "start_price": 1, "step": 1}
        fields = {"auction": "d", "title": {"zh": "标的", "en": "Lot"}, "rule": "english"}
        made = {**fields, "version": "1", "terms": terms, "deposit": ASKED, **document}
        await house.door.house.publish(Document.model_validate(made), "staff:s", "approver:t")
        async with signed_in(house, "c", "s", "t") as (bidder, staff, approver):
            applied = await bidder.post(f"{PATH}/apply", {"lot": None})
            admitted = await staff.post(f"{PATH}/admit", {"application": applied["id"]})
            yield house, staff, approver, admitted["bidder"]


async def account(staff: Visitor) -> str:
    return str((await staff.get(f"{PATH}/money"))["lines"][0]["account"])


def notice(house: Open, number: str, **changes: Any) -> dict[str, Any]:
    told = {
        "bank": "ICBC",
        "serial": "S-1",
        "account": number,
        "payer_account": "6222000000000001",
        "payer": "中山某某(集团) 有限公司",
        "amount": ASKED,
        "received": house.clock.now() - 60 * SECOND,
    }
    return told | changes


async def tell(staff: Visitor, *notices: dict[str, Any]) -> list[str]:
    answers = (await staff.post("/api/bank/notices", {"notices": list(notices)}))["answers"]
    return [answer["code"] for answer in answers]


async def line(staff: Visitor) -> dict[str, Any]:
    (found,) = (await staff.get(f"{PATH}/money"))["lines"]
    return dict(found)


async def test_a_notice_counts_once_however_often_the_bank_sends_it(tmp_path):
    async with desk(tmp_path) as (house, staff, _, paddle):
        number = await account(staff)
        told = notice(house, number)
        assert await tell(staff, told) == ["00"]
        assert await tell(staff, told, told) == ["01", "01"]
        found = await line(staff)
        assert (found["bidder"], found["paid"], found["ok"]) == (paddle, ASKED, True)
        # The entry has the bank's time, not that of the notice.
        person = house.door.house.room("d").state.people[paddle]
        assert person.paid == ASKED
        entries = await house.door.house.entries("d", 0, 10)
        (deposit,) = [e for e in entries if e["type"].startswith("deposit")]
        assert deposit["data"]["ask"]["received"] == told["received"]
        assert "某某" not in str(deposit)


@pytest.mark.parametrize(
    "change",
    [{"amount": ASKED + 1}, {"payer_account": "1"}, {"received": 1}],
    ids=lambda change: next(iter(change)),
)
async def test_one_key_field_other_is_other_money_under_a_used_serial(tmp_path, change):
    async with desk(tmp_path) as (house, staff, _, _):
        told = notice(house, await account(staff))
        assert await tell(staff, told, told | change) == ["00", "03"]
        assert (await line(staff))["paid"] == ASKED


async def test_parts_add_up_and_too_much_is_shown_as_left(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        number = await account(staff)
        assert await tell(staff, notice(house, number, amount=20_000)) == ["00"]
        assert (await line(staff))["ok"] is False
        assert await tell(staff, notice(house, number, serial="S-2", amount=40_000)) == ["00"]
        found = await line(staff)
        assert (found["paid"], found["ok"], found["left"]) == (60_000, True, 60_000)
        body = {"purpose": "refund", "reason": "多缴", "ref": "batch-0001"}
        lines = [{"bidder": found["bidder"], "amount": 10_000}]
        done = await staff.post(f"{PATH}/payouts", body | {"payouts": lines})
        assert [answer["type"] for answer in done["answers"]] == ["accepted"]
        # The same batch again pays nobody twice.
        await staff.post(f"{PATH}/payouts", body | {"payouts": lines})
        assert ((await line(staff))["out"], (await line(staff))["left"]) == (10_000, 50_000)
        more = body | {"ref": "batch-0002", "payouts": lines}
        refused = (await staff.post(f"{PATH}/payouts", more))["answers"]
        assert [answer["reason"] for answer in refused] == ["DEPOSIT_STILL_NEEDED"]


async def test_money_in_before_the_deadline_counts_though_its_notice_comes_after(tmp_path):
    deadline = WallClock().now() + 600 * SECOND
    async with desk(tmp_path, deposit_deadline=deadline) as (house, staff, _, _):
        number = await account(staff)
        house.pass_by(601 * SECOND)
        told = notice(house, number, received=deadline - 1)
        late = notice(house, number, serial="S-2", received=deadline)
        assert await tell(staff, told, late) == ["00", "00"]
        states = {n["serial"]: n["state"] for n in (await staff.get(f"{PATH}/money"))["notices"]}
        assert states == {"S-1": "counted", "S-2": "refused"}


async def test_another_payer_is_held_until_a_person_grants_it_with_a_reason(tmp_path):
    async with desk(tmp_path) as (house, staff, approver, _):
        number = await account(staff)
        assert await tell(staff, notice(house, number, payer="中山另一公司")) == ["00"]
        assert (await line(staff))["paid"] == 0
        (held,) = (await staff.get(f"{PATH}/money"))["notices"]
        assert held["state"] == "held"
        assert "另一公司" not in str(held)
        body = {"notice": held["id"], "reason": "母公司代缴，已核对授权书"}
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(f"{PATH}/money/grant", body)
        assert no.value.code == "FORBIDDEN"
        granted = await staff.post(f"{PATH}/money/grant", body)
        assert (granted["state"], granted["by"]) == ("counted", "s")
        assert (await line(staff))["paid"] == ASKED
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{PATH}/money/return", body)
        assert no.value.code == "OUT_OF_DATE"


async def test_held_money_may_go_back_instead(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        await tell(staff, notice(house, await account(staff), payer="中山另一公司"))
        (held,) = (await staff.get(f"{PATH}/money"))["notices"]
        body = {"notice": held["id"], "reason": "非本人付款"}
        assert (await staff.post(f"{PATH}/money/return", body))["state"] == "returned"
        assert (await line(staff))["paid"] == 0


async def test_of_two_officers_who_decide_at_once_one_does_and_the_log_agrees(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        number, counted = await account(staff), 0
        for turn in range(4):
            other = notice(house, number, serial=f"S-{turn}", payer="中山另一公司", amount=1)
            await tell(staff, other)
            held = max((await staff.get(f"{PATH}/money"))["notices"], key=lambda one: one["id"])
            body = {"notice": held["id"], "reason": "已核对"}
            acts = ("grant", "return") if turn % 2 else ("return", "grant")
            done = await asyncio.gather(
                *(staff.post(f"{PATH}/money/{act}", body) for act in acts), return_exceptions=True
            )
            (said,) = [one for one in done if isinstance(one, dict)]
            (late,) = [one for one in done if isinstance(one, HouseSaysNo)]
            assert late.code == "OUT_OF_DATE"
            counted += said["state"] == "counted"
            assert (await line(staff))["paid"] == counted


async def test_a_grant_that_a_crash_cut_short_is_given_again_and_counts_once(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        await tell(staff, notice(house, await account(staff), payer="中山另一公司"))
        (held,) = (await staff.get(f"{PATH}/money"))["notices"]
        body = {"notice": held["id"], "reason": "母公司代缴"}
        assert (await staff.post(f"{PATH}/money/grant", body))["state"] == "counted"
        was: tuple[State, ...] = ("counted",)
        await house.door.money.settle(held["id"], "told", was=was, reason=None, by="s", entry=None)
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{PATH}/money/return", body)
        assert no.value.code == "OUT_OF_DATE"
        assert (await staff.post(f"{PATH}/money/grant", body))["state"] == "counted"
        assert (await line(staff))["paid"] == ASKED


async def test_what_cannot_be_taken_says_so_and_the_rest_of_the_file_goes_on(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        number = await account(staff)
        other = number[:-1] + str((int(number[-1]) + 1) % 10)
        ahead = house.clock.now() + 3600 * SECOND
        codes = await tell(
            staff,
            notice(house, other),
            notice(house, number, received=ahead),
            notice(house, number),
        )
        assert codes == ["02", "04", "00"]


async def test_a_crash_between_book_and_log_is_finished_by_the_next_sending(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        told = notice(house, await account(staff))
        assert await tell(staff, told) == ["00"]
        (kept,) = await house.door.money.notices("d")
        was: tuple[State, ...] = ("counted",)
        await house.door.money.settle(kept.id, "told", was=was, reason=None, by=None, entry=None)
        assert await tell(staff, told) == ["00"]
        (again,) = await house.door.money.notices("d")
        assert (again.state, again.entry) == ("counted", kept.entry)
        assert (await line(staff))["paid"] == ASKED


async def test_a_hundred_at_once_and_no_more(tmp_path):
    async with desk(tmp_path) as (house, staff, _, _):
        number = await account(staff)
        many = [notice(house, number, serial=f"S-{n}", amount=1) for n in range(101)]
        with pytest.raises(HouseSaysNo) as no:
            await tell(staff, *many)
        assert no.value.code == "BAD_FIELDS"
        assert await tell(staff, *many[:100]) == ["00"] * 100


async def test_a_guarantee_counts_once_and_its_issuer_stays_out_of_the_log(tmp_path):
    async with desk(tmp_path) as (house, staff, _, paddle):
        body: dict[str, Any] = {
            "bidder": paddle,
            "issuer": "某某银行中山分行",
            "number": "LG-2026-7",
        }
        body |= {"amount": ASKED, "until": house.clock.now() + 86_400 * SECOND}
        first = await staff.post(f"{PATH}/guarantees", body)
        assert first["type"] == "accepted"
        again = await staff.post(f"{PATH}/guarantees", body)
        assert (again["type"], again["i"]) == ("accepted", first["i"])
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{PATH}/guarantees", body | {"amount": 1})
        assert no.value.code == "ALREADY_TAKEN"
        found = await staff.get(f"{PATH}/money")
        assert (found["lines"][0]["ok"], found["lines"][0]["left"]) == (True, 0)
        # Complete with nothing paid in: the list says why.
        assert found["lines"][0]["guaranteed"] == ASKED
        (kept,) = found["guarantees"]
        assert (kept["number"], kept["entry"]) == ("LG-2026-7", first["i"])
        (entry,) = await house.door.house.entries("d", first["i"], first["i"] + 1)
        assert entry["data"]["ask"]["commit"] == kept["commit"]
        assert "某某" not in str(entry)
        assert "LG-2026-7" not in str(entry)


def test_sub_accounts_have_a_digit_that_catches_a_slip():
    # The number of the standard's own example (ISO/IEC 7812-1, annex B).
    assert check_digit("7992739871") == "3"
    for _ in range(50):
        number = new_number()
        assert holds(number)
        assert not holds(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert not holds("1")


def test_names_are_compared_as_banks_write_them():
    assert same_name("中山某某（集团）有限公司", "中山某某(集团) 有限公司")
    assert same_name("ACME Ltd", "Acme LTD")
    assert not same_name("中山某某有限公司", "中山某有限公司")
