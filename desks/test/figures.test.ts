import { describe, expect, it } from "vitest";
import { inWan, readAsked, readChosen, rests, share, total, writeAsked, writePlace, type Line } from "../src/oversight/figures";

const LINE: Line = {
  key: "a", source: "log", category: "land", centre: "c", closed: 0, title: { zh: "甲", en: "A" }, rule: null, status: "closed", deals: 2, amount: 300, start: 200,
  budget: null, premium: 100, saved: null, unit: null, awards: [], lapsed: [], extensions: [4, 7], acts: [{ i: 3, t: 0, role: "staff", kind: "suspend" }], defaults: [], outcome: "confirmed", vacated: [], failure: null, agrees: true, lag: null, entered: null,
};

describe("amounts in ten thousands", () => {
  it.each([
    [1_000_000, "1.00"],
    [5_000, "0.01"],
    [4_999, "0.00"],
    [-5_000, "-0.01"],
    [404_734_980_000_00, "40,473,498.00"],
    [3_370_400_00, "337.04"],
  ])("%i fen are %s", (fen, shown) => expect(inWan(fen)).toBe(shown));
});

describe("a figure", () => {
  it("rests on the award that counts, the one that lapsed and the default, in the order of the log", () => {
    const won = (i: number, bidder: string, total: number) => ({ i, t: 0, bidder, lot: null, total });
    const line: Line = { ...LINE, awards: [won(20, "C", 96)], lapsed: [{ ...won(12, "A", 90), by: 20 }], defaults: [15] };
    expect(rests(line).map((one) => [one.i, one.what])).toEqual([[12, "lapsed"], [15, "default"], [20, "won"]]);
    expect(rests({ ...line, vacated: ["C"] }).map((one) => one.what)).toEqual(["lapsed", "default", "lapsed"]);
  });

  const failed: Line = { ...LINE, key: "b", deals: 0, amount: 0, start: null, premium: null, extensions: [], acts: [], failure: { i: 5, sentence: { zh: "流拍", en: "unsold" } } };

  it("counts only the lines that have a part in it", () => {
    expect(share("premium", LINE)).toEqual({ part: 100, base: 200 });
    expect(share("saved", LINE)).toBeNull();
    expect(share("failure", failed)).toEqual({ part: 1, base: null });
    expect(share("deals", failed)).toBeNull();
  });

  it("is the sum of them", () => {
    const lines = [LINE, failed, { ...LINE, key: "c", premium: -30 }];
    expect((["deals", "amount", "premium", "saved", "failure", "extension", "interventions"] as const).map((name) => total(name, lines))).toEqual([4, 600, 70, 0, 1, 2, 2]);
  });
});

it("what is asked for goes into the address and comes back", () => {
  const asked = { first: "2020-01-01", last: "", category: "land", centre: "揭阳 & 市", source: "" };
  expect(readAsked(writeAsked(asked))).toEqual(asked);
  expect(writeAsked(readAsked(""))).toBe("");
});

it("which figure is shown goes into the address too", () => {
  const asked = readAsked("?category=land");
  expect(writePlace(asked, "premium")).toBe("?category=land&figure=premium");
  expect(readChosen(writePlace(asked, "failure"))).toBe("failure");
  expect(readChosen("?figure=profit")).toBe("amount");
});
