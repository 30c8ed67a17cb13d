"""The record and the confirmation: what stands in them, for whom, and when there is none."""

import json

import pytest

from auction_rules.registry import UnknownRule
from bidding.core.commands import KINDS
from bidding.proof.archive import parse_archive
from replay.__main__ import main
from replay.told import KIND, tell
from replay.transcript import NoTranscript, transcript
from tests.replay.papers import (
    URL,
    cut,
    everything,
    pairs,
    rows,
    said,
    section,
    session_of,
    small_paper,
)
from tests.replay.plays import SMALL, first_run, next_in_line, opened, small


def test_the_record_of_the_small_play():
    paper = small_paper()
    offers = rows(paper, "offers")
    assert [(r["Bidder"], r["Offer"], r["Arrived"]) for r in offers] == [
        ("No. A", "100 CNY", "2026-03-02 10:00:00"),
        ("No. B", "110 CNY", "2026-03-02 10:01:01"),
        ("No. A", "150 CNY", "2026-03-02 10:04:30"),
    ]
    assert [(r["Who"], r["Amount"]) for r in rows(paper, "refused")] == [
        ("No. B", "105 CNY"),
        ("No. C", "120 CNY"),
    ]
    assert "110 元" in rows(paper, "refused", "zh")[0]["未受理原因"]
    (moved,) = rows(paper, "extensions", "zh")
    assert moved["原截止时间"] == "2026-03-02 10:05:00"
    assert moved["新截止时间"] == "2026-03-02 10:05:30"
    (award,) = rows(paper, "result", "zh")
    assert award["竞得人号牌"] == "A 号"
    assert award["总价大写"] == "人民币壹佰伍拾元整"
    # 150 over 100: 50 more, one half.
    assert pairs(paper, "result", "zh")["溢价"] == "50 元"
    assert pairs(paper, "result", "zh")["溢价率"] == "50.00%"
    assert any("增价幅度：10 元" in text["zh"] for text in section(paper, "terms").paragraphs)


def test_it_carries_what_vouches_for_it():
    raw, _, session = opened(first_run(small()))
    archive = parse_archive(raw)
    opening = json.loads(archive.entries[0])["data"]
    proof = pairs(transcript(session, "record", "public"), "proof")
    assert proof["Log"] == archive.origin
    assert proof["Entries"] == str(len(archive.entries)) == "13"
    assert proof["Root hash (SHA-256)"] == session.proof.checkpoint.root.hex()
    assert proof["Document SHA-256"] == opening["sha256"]
    assert proof["Source SHA-256"] == opening["document"]["rule_sha256"]
    assert proof["Rule"] == "english@1"
    assert proof["Witnesses"] == "nobody but the log's owner"
    note = section(transcript(session, "record", "public"), "proof").verbatim
    assert note is not None
    assert note.encode() == archive.checkpoints[-1]


def test_a_confirmation_confirms_and_lists_no_refusal():
    paper = small_paper("confirmation")
    assert said(paper) == ["session", "result", "offers", "terms", "proof"]
    (sentence, _) = section(paper, "result").paragraphs
    assert "A 号竞买人竞得，成交价 150 元（大写：人民币壹佰伍拾元整）" in sentence["zh"]
    assert [line["zh"] for line in paper.signatures][-1] == "日期"


def test_before_the_result_is_confirmed_the_paper_says_so_across_its_face():
    early = small_paper("confirmation")
    assert early.title["zh"] == "成交确认书（待审核确认）"
    assert "provisional" in early.title["en"]
    assert "尚未经审核、确认" in early.marks[0]["zh"]
    assert "no sale before" in early.marks[0]["en"]
    assert "签章不使本结果成为成交" in section(early, "result").paragraphs[-1]["zh"]
    reviewed = [
        {"at": "10:20:00", "staff": "review", "officer": "staff", "reason": "核对无误"},
        {"at": "10:21:00", "staff": "confirm_result", "reason": "确认成交"},
    ]
    later = {"steps": [*SMALL["steps"], *reviewed]}
    paper = small_paper("confirmation", **later)
    assert paper.title["zh"] == "成交确认书"
    assert [mark for mark in paper.marks if "待确认" in mark["zh"]] == []
    assert "自各方签章之日起确认成交" in section(paper, "result").paragraphs[-1]["zh"]
    # The record is no confirmation: it says what each officer did, and is marked by neither.
    assert small_paper("record").title["zh"] == "竞价记录"


def test_every_winner_of_a_quota_is_confirmed():
    paper = transcript(session_of("far-quota.yaml"), "confirmation", "public")
    # S14, SKIP: P4, P1, P5, P2 for 438,500,000 元, 78,500,000 more than the start.
    assert [r["Winner"] for r in rows(paper, "result")] == ["No. P4", "No. P1", "No. P5", "No. P2"]
    figures = pairs(paper, "result", "zh")
    assert figures["成交总价"] == "438,500,000 元"
    assert figures["成交总价大写"] == "人民币肆亿叁仟捌佰伍拾万元整"
    assert figures["溢价"] == "78,500,000 元"
    assert len(section(paper, "result").paragraphs) == 5


def test_a_purchase_is_confirmed_with_what_it_saved():
    paper = transcript(
        session_of("reverse_procurement/sealed-lowest.yaml"), "confirmation", "public"
    )
    figures = pairs(paper, "result", "zh")
    # S15: 100,000 less 90,000.
    assert (figures["节约资金"], figures["节资率"]) == ("10,000 元", "10.00%")
    assert "溢价" not in figures


def test_suspensions_and_what_was_asked_meanwhile():
    session = session_of("outage-in-countdown.yaml")
    paper = transcript(session, "record", "auditor")
    (stop,) = rows(paper, "suspensions", "zh")
    assert stop["中止自"] == "2020-08-31 16:02:00"
    assert stop["恢复时间"] == "2020-09-01 10:00:00"
    assert stop["原因"] == "平台故障"
    assert "中止" in rows(paper, "refused", "zh")[0]["未受理原因"]
    running = session_of("outage-in-countdown.yaml", "not-resumed")
    paper = transcript(running, "record", "auditor")
    assert "恢复时间" not in rows(paper, "suspensions", "zh")[0]
    assert "尚未结束" in paper.marks[0]["zh"]


def test_the_public_learns_only_how_many_were_refused():
    paper = small_paper("record", "public")
    assert rows(paper, "refused") == []
    assert "2 attempts" in section(paper, "refused").paragraphs[0]["en"]
    # With its unit: three digits alone may stand in any hash.
    assert "105 CNY" in everything(small_paper("record", "auditor"))
    assert all(words not in everything(paper) for words in ("105 CNY", "105 元"))
    assert not any("保证金到账，" in row["内容"] for row in rows(paper, "course", "zh"))


@pytest.mark.parametrize("audience", ["public", "auditor"])
def test_while_offers_are_sealed_nobody_reads_them(audience):
    name = "sealed_bid/first-price.yaml"
    whole = session_of(name)
    quoted = [e["i"] for e in whole.entries if e["type"] == "bid.accepted"]
    session = cut(name, quoted[-1] + 1)
    paper = transcript(session, "record", audience)
    assert rows(paper, "offers") == []
    assert tell(session.film, audience).refusals is None
    told = everything(paper)
    assert "1,500" not in told
    assert "1,800" not in told
    opened_now = transcript(whole, "record", audience)
    assert [(r["Bidder"], r["Offer"]) for r in rows(opened_now, "offers")] == [
        ("No. A", "1,500 CNY"),
        ("No. B", "1,800 CNY"),
        ("No. C", "1,800 CNY"),
    ]


def test_an_escrowed_offer_stands_where_it_was_sealed():
    session = session_of("escrow/trustees.yaml")
    sealed = {
        row["bidder"]: entry["i"]
        for entry in session.entries
        for row in entry["data"].get("facts", ())
        if row["fact"] == "offer_sealed"
    }
    told = tell(session.film, "public").offers
    assert told
    assert all(o.how == "opened" and o.i == sealed[o.bidder] for o in told)


@pytest.mark.parametrize("audience", ["public", "auditor"])
def test_a_secret_limit_stays_secret(audience):
    session = session_of("english/proxy-limits.yaml")
    told = tell(session.film, audience)
    limits = {
        row["limit"]
        for entry in session.entries
        for row in entry["data"].get("facts", ())
        if row["fact"] == "proxy_set" and row["limit"] is not None
    }
    limits |= {e["data"]["ask"]["limit"] for e in session.entries if e["type"].startswith("proxy.")}
    reached = {offer.amount for offer in told.offers}
    paper = transcript(session, "record", audience)
    unit = session.state.terms.unit
    secret = {limit for limit in limits if limit is not None} - reached
    assert secret
    for limit in secret:
        assert unit.show(limit, "zh") not in everything(paper), limit
    assert any(offer.how == "house" for offer in told.offers)


def test_nothing_to_confirm():
    for name, variant in (
        ("outage-in-countdown.yaml", "not-resumed"),
        ("reverse_procurement/sealed-lowest.yaml", "without-a"),
    ):
        session = session_of(name, variant)
        assert transcript(session, "record", "public").sections
        with pytest.raises(NoTranscript) as refused:
            transcript(session, "confirmation", "public")
        assert "nothing to confirm" in refused.value.en
        assert "没有可确认" in refused.value.zh


def test_a_log_that_the_rule_decides_otherwise_is_not_printed():
    run = first_run(small())
    # As its owner could have signed it: the last entry keeps only the first of its facts.
    session = opened(run)[2]
    last = session.entries[-1]
    forged = [dict(e) for e in session.entries]
    forged[-1] = {**last, "data": {**last["data"], "facts": last["data"]["facts"][:1]}}
    object.__setattr__(session.proof, "entries", tuple(forged))
    with pytest.raises(NoTranscript, match="the rule decides otherwise"):
        transcript(session, "record", "public")


@pytest.fixture
def files(tmp_path):
    raw, policy = first_run(small()).archive()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "p").write_text(policy)
    asked = ["transcript", str(tmp_path / "a"), "--policy", str(tmp_path / "p")]
    return tmp_path, [*asked, "--out", str(tmp_path / "out")]


@pytest.mark.parametrize("format_", ["html", "pdf", "xlsx"])
def test_the_command_writes_a_file(files, format_, capsys):
    folder, asked = files
    asked += ["--as", "record", "--format", format_, "--verify-url", URL]
    assert main(asked) == 0
    assert (folder / "out").stat().st_size > 5_000
    assert capsys.readouterr().out == f"{folder / 'out'}\n"


def test_a_file_that_is_there_is_not_written_over(files, capsys):
    folder, asked = files
    out = folder / "out"
    out.write_bytes(b"a signed contract")
    assert main([*asked, "--as", "record"]) == 1
    assert "exists already" in capsys.readouterr().out
    assert main([*asked, "--as", "record", "--lang", "zh"]) == 1
    assert "已经存在，未作改动" in capsys.readouterr().out
    assert out.read_bytes() == b"a signed contract"
    assert main([*asked, "--as", "record", "--force"]) == 0
    assert b"<html" in out.read_bytes()


def test_a_tampered_archive_yields_no_paper(files, capsys):
    folder, asked = files
    raw = (folder / "a").read_bytes()
    (folder / "a").write_bytes(raw.replace(b'"amount":15000', b'"amount":25000', 1))
    assert main([*asked, "--as", "record"]) == 1
    assert capsys.readouterr().out.startswith("refused: ")
    assert not (folder / "out").exists()


def test_another_log_owners_archive_yields_no_paper(files, capsys):
    folder, asked = files
    policy = (folder / "p").read_text()
    swapped = policy.replace(policy.split()[1][-6:], "AAAAAA")
    assert swapped != policy
    (folder / "p").write_text(swapped)
    assert main([*asked, "--as", "record"]) in (1, 2)
    assert not (folder / "out").exists()
    assert "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "more",
    [
        ["--verify-url", "javascript:alert(1)"],
        ["--verify-url", "https://a/\n"],
        ["--verify-url", "https://a/" + "b" * 500],
    ],
)
def test_what_is_no_web_address(files, more, capsys):
    folder, asked = files
    assert main([*asked, "--as", "record", *more]) == 2
    assert "no web address" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_what_cannot_be_written(files, capsys):
    folder, asked = files
    assert main([*asked[:-1], str(folder), "--as", "record"]) == 2
    assert "directory" in capsys.readouterr().err


def test_without_the_rule(files, capsys, monkeypatch):
    folder, asked = files

    def missing(state):
        raise UnknownRule(str(state.document["rule"]))

    monkeypatch.setattr("replay.film.rule_of", missing)
    assert main([*asked, "--as", "record"]) == 2
    assert "english@1 is not installed" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_without_the_extra_it_says_so(files, capsys, monkeypatch):
    folder, asked = files

    def missing(name):
        raise ModuleNotFoundError(name="typst")

    monkeypatch.setattr("replay.commands.transcript.import_module", missing)
    assert main([*asked, "--as", "record", "--format", "pdf"]) == 2
    assert "the extra `report` (typst is not installed)" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_every_kind_of_request_has_a_name_on_paper():
    assert set(KIND) == set(KINDS)
    assert all(name["zh"] and name["en"] for name in KIND.values())


# What was tried and refused in a draw is part of the auditor's record.
@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("draws/commit-reveal.yaml", "提交摇号密封值", "未受理：本场当前不接受报价。"),
        ("draws/beacon-drand.yaml", "录入公开数值", None),
        ("draws/balls.yaml", "录入摇球结果", None),
    ],
)
def test_a_draw_can_be_printed_with_what_was_refused(name, kind, reason):
    paper = transcript(session_of(name), "record", "auditor")
    refused = [row for row in rows(paper, "refused", "zh") if row["请求"] == kind]
    assert refused
    assert reason in (None, refused[0]["未受理原因"])


def test_the_paper_says_in_which_zone_its_times_are():
    assert pairs(small_paper(), "session", "zh")["时间"] == "均为北京时间（UTC+8）"


def test_after_a_default_the_confirmation_is_the_next_in_lines_and_says_who_had_won():
    paper = transcript(opened(next_in_line())[2], "confirmation", "public")
    (award,) = rows(paper, "result", "zh")
    assert (award["竞得人号牌"], award["成交价"]) == ("C 号", "960 元")
    first, second, _ = [text["zh"] for text in section(paper, "result").paragraphs]
    # The end of the auction, not of what officers did about it.
    assert "于北京时间 2026-03-02 10:10:00 结束，C 号竞买人竞得" in first
    assert "原竞得人 A 号未履约，其竞得资格于北京时间 2026-03-02 11:01:00 失效" in second
    assert pairs(paper, "result", "zh")["节约资金"] == "40 元"


def test_once_he_is_in_default_too_nothing_is_confirmed_and_the_record_says_why():
    session = session_of("officers/next-in-line.yaml")
    with pytest.raises(NoTranscript, match="Nobody holds it now"):
        transcript(session, "confirmation", "public")
    told = [
        text["zh"] for text in section(transcript(session, "record", "public"), "result").paragraphs
    ]
    assert told[-1] == "C 号成交后违约，成交已撤销：逾期未签。没有名次下一位。"
