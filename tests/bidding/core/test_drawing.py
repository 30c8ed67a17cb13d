"""What everybody in the room sees of a draw: its source beforehand, what is awaited, no secrets."""

import hashlib

import pytest

from auction_rules.draw import secret_commitment
from auction_rules.floor import Bid, DrawBalls, DrawCommit, DrawFigure, DrawReveal
from auction_rules.registry import find
from auction_rules.terms import SECOND
from bidding.core.document import Document
from bidding.core.drawing import draws
from bidding.core.views import patch, snapshot
from tests.bidding.core.session import OPENS, T0, Session, opened

PARTIES = [
    {"id": "centre", "zh": "交易中心", "en": "the centre"},
    {"id": "notary", "zh": "公证处", "en": "the notary"},
]
SECRETS = {"centre": "0" * 64, "notary": "1" * 64}
COMMIT_REVEAL = {
    "source": "COMMIT_REVEAL",
    "parties": PARTIES,
    "commit_seconds": 60,
    "reveal_seconds": 60,
}
FIGURES = {
    "source": "BEACON",
    "beacon": "FIGURES",
    "figures_zh": "某彩票",
    "figures_en": "some lottery",
    "figures_first": T0,
    "figures_every_seconds": 600,
}


def session(more: dict, *, equal: bool = True) -> Session:
    terms = {
        "lot_id": "L",
        "opens": OPENS,
        "closes": OPENS + 60 * SECOND,
        "start_price": 100,
        "step": 10,
        "tie": "DRAW",
        **more,
    }
    title = {"zh": "样例", "en": "Sample"}
    doc = Document(auction="sample", title=title, rule="sealed_bid", version="1", terms=terms)  # type: ignore[arg-type]
    here = opened(doc, "A", "B")
    here.until(OPENS)
    here.ask("bidder:A", Bid(100), OPENS + 1)
    here.ask("bidder:B", Bid(100 if equal else 110), OPENS + 2)
    return here


def closed(draws: dict | None) -> Session:
    here = session({} if draws is None else {"draws": draws})
    here.until(OPENS + 60 * SECOND)
    return here


def seen(here: Session) -> dict:
    shown = draws(here.state, here.rule)
    assert shown is not None
    assert snapshot(here.state, here.rule, "public", here.now)["draws"] == shown
    assert patch(here.state, here.rule, "public")["draws"] == shown
    return shown


def test_where_no_lots_are_drawn_there_is_nothing():
    assert draws(session({"tie": "EARLIER"}).state, find("sealed_bid")) is None


def test_the_source_is_told_long_before_it_is_needed():
    shown = seen(session({"draws": {"source": "BALLS"}}))
    assert shown["source"] == "BALLS"
    assert shown["named"]["zh"] == "现场摇球，由两名工作人员各自录入次序。"
    assert shown["awaits"] is None


def test_a_seed_is_awaited_where_nothing_is_said():
    shown = seen(closed(None))
    assert shown["source"] == "OFFICERS"
    assert shown["awaits"]["en"] == "An officer's seed is awaited."


def test_who_is_waited_for_and_no_secret():
    here = closed(COMMIT_REVEAL)
    shown = seen(here)
    assert shown["named"]["zh"].startswith("随机数由交易中心、公证处先密封、后揭示")
    assert shown["needed"] == 2
    assert shown["awaits"]["zh"] == "等待交易中心、公证处密封秘密值。"
    for party, secret in SECRETS.items():
        here.ask(f"staff:{party}", DrawCommit(secret_commitment("L", party, secret)))
    shown = seen(here)
    assert [row["committed"] for row in shown["parties"]] == [True, True]
    here.until(here.now)
    assert seen(here)["awaits"]["en"] == "Secrets are awaited from the centre, the notary."
    here.ask("staff:centre", DrawReveal(SECRETS["centre"]))
    shown = seen(here)
    assert [row["revealed"] for row in shown["parties"]] == [True, False]
    assert shown["awaits"]["zh"] == "等待公证处揭示秘密值。"
    told = str(shown)
    assert SECRETS["centre"] not in told
    assert hashlib.sha256(SECRETS["centre"].encode()).hexdigest() not in told
    here.ask("staff:notary", DrawReveal(SECRETS["notary"]))
    assert seen(here)["awaits"] is None
    assert sorted(patch(here.state, here.rule, "public")["order"]) == ["A", "B"]


def test_a_public_figure_is_named_with_its_number_and_time():
    here = closed(FIGURES)
    shown = seen(here)
    # Published at 09:00, 09:10 and so on; the pool is fixed at 09:02.
    assert (shown["round"], shown["at"]) == (2, T0 + 600 * SECOND)
    assert shown["awaits"]["zh"] == "等待公布第 2 期，并由两名工作人员录入。"
    here.ask("staff:li", DrawFigure(2, "0123"), shown["at"])
    shown = seen(here)
    assert shown["typed"] == 1
    assert shown["awaits"]["en"] == "One officer has typed it; another must type the same."
    assert "0123" not in str(shown)


def test_what_one_typed_of_the_balls_is_not_told():
    here = closed({"source": "BALLS"})
    assert seen(here)["awaits"]["zh"] == "等待摇球，并由两名工作人员录入次序。"
    before = set(seen(here))
    here.ask("staff:li", DrawBalls(("B", "A")))
    assert set(seen(here)) == before
    assert seen(here)["typed"] == 1
    assert not patch(here.state, here.rule, "staff")["order"]
    here.ask("staff:wu", DrawBalls(("B", "A")))
    assert patch(here.state, here.rule, "public")["order"] == ["B", "A"]
    assert seen(here)["awaits"] is None


@pytest.mark.parametrize(
    ("named", "zh"),
    [
        (FIGURES, "随机数取名单固定后首期公布的数字：某彩票。"),
        (
            {"source": "BEACON", "beacon": "DRAND_QUICKNET"},
            "随机数取名单固定后首期公布的 drand quicknet 随机信标。",
        ),
        (None, "名单固定后由工作人员录入随机种子。"),
    ],
)
def test_how_the_source_is_named(named, zh):
    assert seen(closed(named))["named"]["zh"] == zh


def test_a_sealed_seed_for_a_random_end():
    rule = find("open_closed")
    title = {"zh": "样例", "en": "Sample"}
    given = {"auction": "sample", "title": title, "rule": rule.name, "version": "1"}
    doc = Document.model_validate({**given, "terms": dict(rule.example)})
    shown = draws(opened(doc, "A").state, rule)
    assert shown is not None
    assert "SHA-256" in shown["named"]["en"]
