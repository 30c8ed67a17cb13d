"""The record and the confirmation at the desk: the same papers as offline, for those who watch."""

import importlib

import pytest

from bidding.client import HouseSaysNo
from bidding.proof.policy import parse_policy
from bidding.web.api import transcripts
from bidding.web.context import DoorSettings
from replay.paper import html
from replay.transcript import transcript
from replay.verify import verify
from tests.bidding.web.door_in_process import open_door, signed_in

PATH = "/api/auctions/a/transcript"


async def test_the_record_is_the_one_made_offline(tmp_path):
    settings = DoorSettings(origins=frozenset({"https://bid.example.cn"}))
    async with open_door(tmp_path, settings=settings) as house, signed_in(house, "u") as (auditor,):
        # Nothing may be written between the archive and the papers that are compared with it.
        await house.publish(later=3_600_000_000)
        content = await auditor.download("/api/auctions/a/archive")
        policy = parse_policy((await auditor.download("/api/auctions/a/policy")).decode())
        url = "https://bid.example.cn/verify?auction=a"
        for audience in ("public", "auditor"):
            made = transcript(verify(content, policy), "record", audience, url)
            assert await auditor.download(f"{PATH}?audience={audience}") == html.render(
                made, ("zh", "en")
            )
            assert await auditor.download(f"{PATH}?audience={audience}&lang=en") == html.render(
                made, ("en",)
            )


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
async def test_other_forms(tmp_path, form, start):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await house.publish()
        assert (await staff.download(f"{PATH}?format={form}")).startswith(start)


async def test_there_is_nothing_to_confirm_yet(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "t") as (approver,):
        await house.publish()
        with pytest.raises(HouseSaysNo) as no:
            await approver.download(f"{PATH}?kind=confirmation")
        assert (no.value.status, no.value.code) == (409, "NO_PAPER")
        assert "没有可确认的成交结果" in no.value.body["sentence"]["zh"]


async def test_who_may_not_and_what_is_not(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "u") as (bidder, auditor):
        await house.publish()
        for path, visitor, code in (
            (PATH, bidder, "FORBIDDEN"),
            (f"{PATH}?format=docx", auditor, "BAD_FIELDS"),
            (f"{PATH}?kind=letter", auditor, "BAD_FIELDS"),
            ("/api/auctions/other/transcript", auditor, "NO_SUCH_AUCTION"),
        ):
            with pytest.raises(HouseSaysNo) as no:
                await visitor.download(path)
            assert no.value.code == code, path


async def test_a_server_without_the_printer_says_so(tmp_path, monkeypatch):
    def missing(name):
        if name == "replay.paper.pdf":
            raise ModuleNotFoundError("No module named 'typst'", name="typst")
        return importlib.import_module(name)

    monkeypatch.setattr(transcripts, "import_module", missing)
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await house.publish()
        with pytest.raises(HouseSaysNo) as no:
            await auditor.download(f"{PATH}?format=pdf")
        assert (no.value.status, no.value.code) == (503, "NO_PRINTER")
        assert (await auditor.download(PATH)).lstrip().startswith(b"<!")


async def test_only_what_can_be_printed_is_offered(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        told = await auditor.get("/api/paper-forms")
        assert told == {"forms": ["html", "pdf", "xlsx"], "extra": "report"}
        monkeypatch.setattr(transcripts, "find_spec", {"xlsxwriter": True}.get)
        assert (await auditor.get("/api/paper-forms"))["forms"] == ["html", "xlsx"]
