"""The sections of a paper, one after the other, from a session and what was told of it.

What it is: the one place that says which facts stand in a record and in a confirmation, and in
which words. What it is not: a printer, nor the judge of whether there may be a paper at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from auction_rules.capitals import reading
from auction_rules.facts import Amount
from auction_rules.prose import prose
from auction_rules.reasons import say
from auction_rules.rule import Rule
from auction_rules.terms import Text, Unit, show_instant
from bidding.core import aftermath, said, views
from bidding.core.said import both
from replay.draw_paper import drawn
from replay.paper.document import LANGS, Cell, Kind, Section, Table
from replay.reach import STATUS
from replay.told import Audience, Told
from replay.verify import Session

MARKS: Final[Mapping[str, Text]] = {
    "terminated": both(
        "本场已终止，没有成交结果。", "The session was terminated; it has no result."
    ),
    "voided": both("本场结果已被宣布无效。", "The result of this session was declared void."),
}
_HOW: Final[Mapping[str, Text]] = {
    "own": both("本人报出", "made by the bidder"),
    "house": both("系统代为报出", "made by the house for the bidder"),
    "opened": both("密封报价，开启后公开", "sealed, opened afterwards"),
}
_DASH: Final = Cell(both("无", "none"))


_EXCLUDED: Final = ("已被取消竞买资格", "had won and was excluded")
_SEALED: Final = (
    both(
        "本文书只载明竞买号牌；各方名称在签章处填写，自各方签章之日起确认成交。",
        "Only numbers stand in this paper; the parties write their names where they seal, "
        "and the result is confirmed on the day they do.",
    ),
    both(
        "本文书只载明竞买号牌；各方名称在签章处填写。交易中心审核、确认之前，签章不使本结果成为成交。",
        "Only numbers stand in this paper; the parties write their names where they seal. Sealed or "
        "not, it is no sale before the centre has reviewed and confirmed it.",
    ),
)
"""Since when it is a sale: of a result that is confirmed, and of one that is provisional."""
_NEXT: Final = ("，按公告由名次下一位递补", ", and by the notice the next by rank took its place")


class Sections:
    """Section by section, in the order in which a reader asks."""

    def __init__(
        self, session: Session, rule: Rule, kind: Kind, audience: Audience, told: Told
    ) -> None:
        self.session, self.rule, self.kind = session, rule, kind
        self.audience, self.told = audience, told
        self.state = session.state
        terms = self.state.terms
        self.unit = views.unit_of(self.state)
        self.money = rule.settlement_unit(terms)
        self.area = rule.quantity_unit(terms)
        self.lots = {lot.id: lot.title for lot in rule.lots(terms)}

    def all(self) -> Iterator[Section]:
        """Those of this kind of paper, in their order."""
        yield self._session()
        yield self._result()
        yield self._offers()
        if (draws := drawn(self.session)) is not None:
            yield draws
        if self.kind == "record":
            yield self._refused()
            yield self._moved()
            yield self._stops()
            yield self._acts()
        yield self._terms()
        yield self._proof()

    # Which session, and what came of it ---------------------------------------------------

    def _session(self) -> Section:
        document, entries = self.state.document, self.session.entries
        lots = {
            "zh": "、".join(t["zh"] or i for i, t in self.lots.items()) or "无",
            "en": ", ".join(t["en"] or i for i, t in self.lots.items()) or "none",
        }
        rule = f"{document['rule']}@{document['version']}"
        pairs = (
            (both("竞价编号", "Auction"), _plain(document["auction"])),
            (both("标题", "Title"), Cell(dict(document["title"]))),
            (both("标的", "On offer"), Cell(lots)),
            (
                both("竞价规则", "Rule"),
                Cell(
                    both(f"{self.rule.title['zh']}（{rule}）", f"{self.rule.title['en']} ({rule})")
                ),
            ),
            (
                both("时间", "Times"),
                Cell(both("均为北京时间（UTC+8）", "China Standard Time (UTC+8) throughout")),
            ),
            (both("公告时间", "Published"), _at(entries[0]["t"])),
            (both("最后一条记录时间", "Last entry"), _at(self.state.t)),
            (both("状态", "Status"), Cell(STATUS[self.state.status])),
        )
        return Section("session", both("本场竞价", "The session"), pairs=pairs)

    def _result(self) -> Section:
        standing = self.state.standing
        title = both("结果", "Result")
        if self.state.ended is not None:
            return Section("result", title, (MARKS[self.state.status],))
        if not standing.awards:
            if standing.unsold is not None:
                return Section("result", title, (say(standing.unsold, {}, None),))
            none = both("尚无成交结果。", "There is no result yet.")
            return Section("result", title, (none,))
        held = self._held() if self.kind == "confirmation" else standing.awards
        rows = tuple(tuple(self._award(award)) for award in held)
        heads = (
            both("竞得人号牌", "Winner"),
            both("标的", "Lot"),
            both("成交价", "Price"),
            both("数量", "Quantity"),
            both("总价", "Total"),
            both("总价大写", "Total in capital numerals"),
        )
        confirmed = self._confirmed() if self.kind == "confirmation" else tuple(self._fallen())
        figures = tuple(self._figures())
        return Section("result", title, confirmed, figures, _trimmed(heads, rows))

    def _award(self, award: Any) -> Iterator[Cell]:
        yield _number(award.bidder)
        yield self._lot(award.lot)
        yield self._amount(award.price)
        yield self._quantity(award.quantity)
        yield _amount(award.total, self.money)
        yield _plain(reading(award.total, self.money))

    def _confirmed(self) -> tuple[Text, ...]:
        at = show_instant(self._ended())
        auction = self.state.document["auction"]
        lines = []
        for award in self._held():
            lot = self._lot(award.lot).text
            price = {x: self.unit.show(award.price, x) for x in LANGS}
            total = {x: self.money.show(award.total, x) for x in LANGS}
            named = {"zh": f"“{lot['zh']}”", "en": f" “{lot['en']}”"}
            if award.lot is None:
                named = {"zh": "", "en": ""}
            capital, unit_capital = (
                reading(award.total, self.money),
                reading(award.price, self.unit),
            )
            lines.append(
                both(
                    f"编号 {auction} 的网上竞价于北京时间 {at} 结束，{award.bidder} 号竞买人竞得"
                    f"{named['zh']}，成交价 {price['zh']}（大写：{unit_capital}），"
                    f"总价 {total['zh']}（大写：{capital}）。",
                    f"The online auction {auction} ended at {at} China Standard Time. "
                    f"No. {award.bidder} won{named['en']} "
                    f"at {price['en']}, {total['en']} in all ({capital}).",
                )
            )
        lines += self._lapsed()
        lines.append(_SEALED[aftermath.outcome(self.state) == "provisional"])
        return tuple(lines)

    def _ended(self) -> int:
        """When the auction itself was over, whatever officers did with its result later."""
        return next((t for _, t, _ in self._facts("closed")), self.state.t)

    def _lapsed(self) -> Iterator[Text]:
        """That somebody else had won before, and in which entry another took his place, if any did."""
        gone = aftermath.defaulted(self.state)
        moved = {i for i, _, fact in self._facts("awarded")}
        for i, t, fact in self._facts("award_lapsed"):
            who, at = fact["bidder"], show_instant(t)
            why = ("未履约", "had won and defaulted") if who in gone else _EXCLUDED
            then = _NEXT if i in moved else ("", "")
            yield both(
                f"原竞得人 {who} 号{why[0]}，其竞得资格于北京时间 {at} 失效{then[0]}（第 {i} 号记录）。",
                f"No. {who} {why[1]}; that award lapsed at {at} China Standard Time{then[1]} "
                f"(entry {i}).",
            )

    def _held(self) -> list[Any]:
        """The awards that hold: not those of winners in default or excluded."""
        gone = aftermath.vacated(self.state)
        return [award for award in self.state.standing.awards if award.bidder not in gone]

    def _fallen(self) -> Iterator[Text]:
        """Which sales fell through, and why."""
        for one in aftermath.fallen(self.state):
            yield said.fallen(one)

    def _facts(self, kind: str) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
        """Index, time and fact of every such fact, in order."""
        for entry in self.session.entries:
            for fact in entry["data"].get("facts", ()):
                if fact["fact"] == kind:
                    yield entry["i"], entry["t"], fact

    def _figures(self) -> Iterator[tuple[Text, Cell]]:
        settled = self.rule.settlement(aftermath.held_floor(self.state))
        yield both("成交总价", "Total"), _amount(settled.total, self.money)
        yield both("成交总价大写", "Total in capitals"), _plain(reading(settled.total, self.money))
        if settled.saved is not None:
            yield both("节约资金", "Saved"), _amount(settled.saved, self.money)
            yield both("节资率", "Saving rate"), _rate(settled.saving_rate)
        else:
            yield both("溢价", "Premium"), _amount(settled.premium, self.money)
            yield both("溢价率", "Premium rate"), _rate(settled.premium_rate)
        if settled.unused is not None:
            yield both("未用数量", "Left over"), self._quantity(settled.unused)

    # What was asked -----------------------------------------------------------------------

    def _offers(self) -> Section:
        heads = (
            both("序号", "#"),
            both("记录号", "Entry"),
            both("到达时间", "Arrived"),
            both("号牌", "Bidder"),
            both("标的", "Lot"),
            both("报价", "Offer"),
            both("数量", "Quantity"),
            both("方式", "How"),
        )
        rows = tuple(
            (
                _count(n),
                _count(offer.i),
                _at(offer.t),
                _number(offer.bidder),
                self._lot(offer.lot),
                self._amount(offer.amount),
                self._quantity(offer.quantity),
                Cell(_HOW[offer.how]),
            )
            for n, offer in enumerate(self.told.offers, 1)
        )
        return _listed("offers", both("有效报价", "Accepted offers"), heads, rows)

    def _refused(self) -> Section:
        title = both("未受理的请求", "Refused attempts")
        if self.audience == "public":
            number = self.told.refusals
            text = (
                both("是否有未受理的请求，结束并公开后载明。", "Told once all is over and open.")
                if number is None
                else both(
                    f"共有 {number} 次请求未受理；逐条原因载于审计用记录。",
                    f"{number} {'attempt was' if number == 1 else 'attempts were'} refused; "
                    "the auditor's record gives each reason.",
                )
            )
            return Section("refused", title, (text,))
        heads = (
            both("记录号", "Entry"),
            both("到达时间", "Arrived"),
            both("请求方", "Who"),
            both("请求", "Asked"),
            both("金额", "Amount"),
            both("未受理原因", "Why it was refused"),
        )
        rows = tuple(
            (
                _count(one.i),
                _at(one.t),
                Cell(one.who),
                Cell(one.kind),
                self._amount(one.amount),
                Cell(one.reason),
            )
            for one in self.told.refused
        )
        return _listed("refused", title, heads, rows)

    # What the clock and the house did -----------------------------------------------------

    def _moved(self) -> Section:
        heads = (
            both("记录号", "Entry"),
            both("时间", "At"),
            both("原截止时间", "Was to close"),
            both("新截止时间", "Closes"),
            both("原因", "Why"),
        )
        rows = tuple(
            (_count(m.i), _at(m.t), _at(m.was), _at(m.closes), Cell(m.why)) for m in self.told.moved
        )
        return _listed("extensions", both("截止时间变动", "Deadlines moved"), heads, rows)

    def _stops(self) -> Section:
        heads = (
            both("记录号", "Entry"),
            both("中止自", "Suspended from"),
            both("原因", "Why"),
            both("恢复时间", "Resumed"),
            both("恢复记录号", "By entry"),
        )
        rows = tuple(
            (
                _count(stop.i),
                _at(stop.since),
                Cell(stop.reason),
                _at(stop.until),
                _DASH if stop.resumed is None else _count(stop.resumed),
            )
            for stop in self.told.stops
        )
        return _listed("suspensions", both("中止与恢复", "Suspensions"), heads, rows)

    def _acts(self) -> Section:
        heads = (
            both("记录号", "Entry"),
            both("时间", "At"),
            both("请求方", "Who"),
            both("内容", "What"),
        )
        rows = tuple((_count(a.i), _at(a.t), Cell(a.who), Cell(a.text)) for a in self.told.acts)
        return _listed("course", both("其他记录", "Other entries"), heads, rows)

    # What it rests on ---------------------------------------------------------------------

    def _terms(self) -> Section:
        told = prose(self.rule, self.state.terms, remarks=False)
        pairs = zip(told["zh"], told["en"], strict=True)
        return Section("terms", both("竞价须知", "Terms"), tuple(both(zh, en) for zh, en in pairs))

    def _proof(self) -> Section:
        proof, document = self.session.proof, self.state.document
        opening = self.session.entries[0]["data"]
        number = len(self.session.entries)
        note = proof.archive.checkpoints[-1].decode("utf-8")
        witnesses = both(
            "、".join(proof.witnesses) or "无（仅由日志所有者签名）",
            ", ".join(proof.witnesses) or "nobody but the log's owner",
        )
        pairs = (
            (both("日志名称", "Log"), _plain(self.session.origin)),
            (both("记录条数", "Entries"), _count(number)),
            (both("根哈希（SHA-256）", "Root hash (SHA-256)"), _plain(proof.checkpoint.root.hex())),
            (both("见证", "Witnesses"), Cell(witnesses)),
            (both("竞价文件 SHA-256", "Document SHA-256"), _plain(document["sha256"])),
            (both("规则版本", "Rule"), _plain(f"{document['rule']}@{document['version']}")),
            (both("规则源程序 SHA-256", "Source SHA-256"), _plain(document["rule_sha256"])),
            (both("系统版本", "Engine"), _plain(str(opening["engine"]))),
            (
                both("重新裁判", "Asked again"),
                Cell(
                    both(
                        f"{number} 条记录，无差异",
                        f"{number} {'entry' if number == 1 else 'entries'}, no difference",
                    )
                ),
            ),
        )
        how = both(
            "凭竞价档案和信任策略文件，任何人可以离线核验："
            "python -m replay verify 档案 --policy 策略。以下为所附最后一个检查点的原文。",
            "With the archive and a policy anybody can check this offline: "
            "python -m replay verify ARCHIVE --policy POLICY. The last checkpoint it holds, verbatim:",
        )
        title = both("凭证", "Proof")
        return Section("proof", title, (how,), pairs, verbatim=note)

    # Values -------------------------------------------------------------------------------

    def _amount(self, amount: Amount | None) -> Cell:
        return _DASH if amount is None else _amount(amount, self.unit)

    def _quantity(self, quantity: Amount | None) -> Cell:
        if quantity is None:
            return _DASH
        return _count(quantity) if self.area is None else _amount(quantity, self.area)

    def _lot(self, lot: str | None) -> Cell:
        if lot is None:
            return _DASH
        title = self.lots.get(lot, {})
        return Cell({x: title.get(x) or lot for x in LANGS})


def _listed(
    name: str, title: Text, heads: tuple[Text, ...], rows: tuple[tuple[Cell, ...], ...]
) -> Section:
    if not rows:
        return Section(name, title, (both("无。", "None."),))
    return Section(name, title, table=_trimmed(heads, rows))


def _trimmed(heads: tuple[Text, ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    """The table without the columns in which no row has anything."""
    used = [n for n in range(len(heads)) if any(row[n] is not _DASH for row in rows)]
    return Table(tuple(heads[n] for n in used), tuple(tuple(row[n] for n in used) for row in rows))


def _plain(text: str) -> Cell:
    return Cell(both(text, text))


def _count(number: int) -> Cell:
    return Cell(both(str(number), str(number)), Decimal(number))


def _number(bidder: str) -> Cell:
    return Cell(both(f"{bidder} 号", f"No. {bidder}"))


def _at(moment: int | None) -> Cell:
    return _DASH if moment is None else _plain(show_instant(moment))


def _amount(amount: Amount, unit: Unit) -> Cell:
    shown = {lang: unit.show(amount, lang) for lang in LANGS}
    return Cell(shown, Decimal(amount).scaleb(-unit.scale), both(unit.zh, unit.en))


def _rate(text: str | None) -> Cell:
    return _DASH if text is None else _plain(text)


__all__ = ["MARKS", "Sections"]
