import { describe, expect, it } from "vitest";
import { matches, openings, priceOf, readFilter, rulesOf, writeFilter, type Filter } from "../src/board/filter";
import type { AuctionLine, Status } from "../src/wire";

const unit = { zh: "元", en: "CNY", scale: 2, fen: 1 };
const line = (auction: string, status: Status, opens: number | null = null, rule = "english"): AuctionLine => ({
  auction, status, opens, title: { zh: `岐江北路 ${auction} 号地`, en: `Qijiang plot ${auction}` }, rule: { name: rule, title: { zh: "增价拍卖", en: "Ascending" } },
  stage: null, closes: null, top: null, top_excluded: false, start: null, highest: null, unit, awards: [], result: null, figures: null, settlement_unit: unit, archive: false, after: null, mine: null,
});
const ALL: Filter = { state: "all", rule: "", words: "" };

describe("the list of auctions", () => {
  it("names the price of the award, not the best offer of one who lost it again; of several the best", () => {
    const award = { bidder: "86", lot: null, price: 100, quantity: null, total: 100 };
    const sold = { ...line("a", "closed"), top: 120 };
    expect([[], [award], [award, award]].map((awards) => priceOf({ ...sold, awards }))).toEqual([120, 100, 120]);
    // A sale that fell through has no price.
    const words = { zh: "成交已撤销。", en: "It fell through." };
    expect(priceOf({ ...sold, awards: [award], after: { outcome: "vacant", sentence: words, vacated: ["86"], fallen: [] } })).toBeNull();
  });

  it.each([
    [{ ...ALL }, true],
    [{ ...ALL, words: "岐江 a1" }, true],
    [{ ...ALL, words: "ＱＩＪＩＡＮＧ　PLOT" }, true],
    [{ ...ALL, words: "增价" }, true],
    [{ ...ALL, words: "南区" }, false],
    [{ ...ALL, words: "岐江 b2" }, false],
    [{ ...ALL, state: "running" as const }, false],
    [{ ...ALL, state: "announced" as const }, true],
    [{ ...ALL, rule: "dutch" }, false],
  ])("%j", (filter, shown) => expect(matches(filter, line("a1", "announced"))).toBe(shown));

  it("keeps what is asked for in the address, and ignores what is no state", () => {
    const filter: Filter = { state: "closed", rule: "dutch", words: "岐江 & 北" };
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(writeFilter(ALL)).toBe("");
    expect(readFilter("?state=nonsense")).toEqual(ALL);
  });

  it("names each rule once", () => expect(rulesOf([line("a", "closed"), line("b", "closed"), line("c", "closed", null, "dutch")]).map((rule) => rule.name)).toEqual(["english", "dutch"]));
});

it("openings come by day, the soonest first, and only of what is announced", () => {
  const found = openings([line("late", "announced", 30), line("soon", "announced", 11), line("next", "announced", 12), line("on", "running", 5), line("never", "announced")], (at) => `day ${Math.floor(at / 10)}`);
  expect(found.map(({ day, lines }) => [day, lines.map((one) => one.auction)])).toEqual([["day 1", ["soon", "next"]], ["day 3", ["late"]]]);
});
