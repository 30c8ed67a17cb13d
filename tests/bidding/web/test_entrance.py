"""An auditor sees who applied and what became of it: declines, admissions, deposits, exclusions."""

from bidding.core.commands import Admit, Command
from tests.bidding.web.door_in_process import open_door, signed_in

PATH = "/api/auctions/a"
SECOND = 1_000_000


async def test_the_course_of_an_application_is_told_by_alias_and_number(tmp_path):
    async with (
        open_door(tmp_path) as house,
        signed_in(house, "b", "s", "u") as (bidder, staff, auditor),
    ):
        await house.publish(later=3_600 * SECOND)
        first = await bidder.post(f"{PATH}/apply", {})
        waiting = {"application": first["id"], "created": first["created"], "reason": "缺公章"}
        await staff.post(f"{PATH}/decline", waiting)
        again = await bidder.post(f"{PATH}/apply", {})
        paddle = (await staff.post(f"{PATH}/admit", {"application": again["id"]}))["bidder"]
        paid = house.clock.now() - SECOND
        given = {"bidder": paddle, "amount": 500, "received": paid, "bank_ref": "icbc-1"}
        await staff.post(f"{PATH}/deposits", given)
        await staff.post(f"{PATH}/exclude", {"bidder": paddle, "reason": "提交虚假材料"})
        await staff.post(f"{PATH}/exclude", {"bidder": paddle, "reason": "再次"})
        # A number of which the register knows nothing.
        await house.door.house.ask("a", Command("staff:x", Admit("77", None, 0, None), "by-hand"))

        told = await auditor.get(f"{PATH}/entrance")
        mine, unasked = told["lines"]
        assert (mine["alias"], mine["applied"], mine["bidder"]) == (
            first["alias"],
            again["created"],
            paddle,
        )
        assert [(one["by"], one["reason"]) for one in mine["declines"]] == [("s", "缺公章")]
        assert [one["by"] for one in mine["steps"]] == ["s"] * 4
        assert [one["accepted"] for one in mine["steps"]] == [True, True, True, False]
        admitted, deposit, excluded, _ = mine["steps"]
        assert admitted["text"]["zh"] == f"{paddle} 号取得竞买资格。"
        assert (deposit["received"], admitted["received"]) == (paid, None)
        assert excluded["text"]["zh"] == f"{paddle} 号被取消资格：提交虚假材料。"
        assert admitted["i"] < deposit["i"] < excluded["i"]
        assert (unasked["alias"], unasked["bidder"]) == (None, "77")
        assert [one["by"] for one in unasked["steps"]] == ["x"]
        # Whose number it is, is nobody's to read here.
        assert "account" not in str(told)
        assert told == await staff.get(f"{PATH}/entrance")
