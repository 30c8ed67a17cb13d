import { describe, expect, it } from "vitest";
import { byUrgency, over, refusedTotal, worries, type LiveLine } from "../src/staff/urgency";
import type { Status } from "../src/wire";

const SECOND = 1_000_000;
const NOW = 1_000_000 * SECOND;
const words = { zh: "甲", en: "A" };

function line(auction: string, more: Partial<LiveLine> = {}): LiveLine {
  return {
    auction, title: words, rule: { name: "english", title: words }, status: "running", stage: null, opens: null,
    closes: NOW + 3600 * SECOND, top: null, top_excluded: false, start: null, highest: null, unit: { zh: "元", en: "CNY", scale: 2 }, awards: [], result: null, figures: null,
    settlement_unit: { zh: "元", en: "CNY", scale: 2 }, archive: false, after: null, suspended: null,
    sealed: false, entrants: 3, unpaid: 0, online: 2, accepted: 4, refused: [], last: null, lag: 20_000, waiting: 0, ...more,
  };
}

describe("what calls for an officer", () => {
  it("is nothing while all is well", () => expect(worries(line("a"), NOW)).toEqual([]));

  it.each([
    ["suspended", { status: "suspended" as Status }],
    ["waiting", { waiting: 1 }],
    ["officers", { stage: { id: "draw", kind: "draw", index: 1, title: words, opens: 0, closes: null, extensions: 0, sealed: false } as unknown as LiveLine["stage"], closes: null }],
    ["lag", { lag: SECOND + 1 }],
    ["nobody", { online: 0 }],
    ["no_bid", { accepted: 0, closes: NOW + 599 * SECOND }],
    ["ending", { closes: NOW + 119 * SECOND }],
    ["soon", { status: "announced" as Status, opens: NOW + 899 * SECOND, closes: null }],
  ])("%s", (worry, more) => expect(worries(line("a", more), NOW)).toEqual([worry]));

  it.each([
    ["a second to write", { lag: SECOND }],
    ["no offer, but time enough", { accepted: 0, closes: NOW + 600 * SECOND }],
    ["nobody admitted, so nobody on line", { entrants: 0, online: 0 }],
    ["a sealed stage, of which no count is told", { accepted: null, refused: null, lag: null, closes: NOW + 300 * SECOND }],
    ["nobody on line after the end", { status: "closed" as Status, online: 0 }],
  ])("is not %s", (_, more) => expect(worries(line("a", more), NOW)).toEqual([]));
});

describe("the order", () => {
  it("is the gravest first, then what ends soonest, then what is over", () => {
    const lines = [
      line("over", { status: "closed", closes: null }),
      line("calm-late", { closes: NOW + 9000 * SECOND }),
      line("calm", { closes: NOW + 3000 * SECOND }),
      line("ending", { closes: NOW + 60 * SECOND }),
      line("slow", { lag: 5 * SECOND }),
      line("stopped", { status: "suspended" }),
    ];
    expect(byUrgency(lines, NOW).map((one) => one.auction)).toEqual(["stopped", "slow", "ending", "calm", "calm-late", "over"]);
  });

  it("is, of what is suspended, first what nobody has decided about", () => {
    const stopped = (resumes: number | null): Partial<LiveLine> => ({ status: "suspended", suspended: { since: NOW, reason: "RECOVERY", sentence: words, resumes, next: words } });
    const lines = [line("goes-on", { ...stopped(NOW + 60 * SECOND), closes: NOW + SECOND }), line("waits", stopped(null))];
    expect(byUrgency(lines, NOW).map((one) => one.auction)).toEqual(["waits", "goes-on"]);
  });

  it("changes nothing in what it was given", () => {
    const lines = Object.freeze([line("b"), line("a")]);
    expect(byUrgency(lines, NOW).map((one) => one.auction)).toEqual(["a", "b"]);
  });
});

it("adds up refusals, and says nothing where nothing may be known", () => {
  const refused = [{ reason: "A", count: 2, sentence: words, t: 1 }, { reason: "B", count: 3, sentence: words, t: 2 }];
  expect(refusedTotal(line("a", { refused }))).toBe(5);
  expect(refusedTotal(line("a", { refused: null }))).toBeNull();
  expect(over(line("a", { status: "voided" }))).toBe(true);
});
