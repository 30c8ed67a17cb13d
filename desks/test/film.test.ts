import { describe, expect, it } from "vitest";
import { matches, type Whole } from "../src/film/proofs";
import { advance, entryList, found, fromQuery, indexAt, jump, keeps, placeIn, toQuery, windowFor, type Frame, type Mark, type Wanted } from "../src/film/reel";

const SECOND = 1_000_000;
const frame = (i: number, seconds: number, type: string, marks: Mark[] = [], more: Partial<Frame> = {}): Frame => ({
  i,
  t: seconds * SECOND,
  type,
  actor: "bidder:01",
  bidder: "01",
  lot: null,
  reason: null,
  reason_title: null,
  asked: null,
  marks,
  kind: { zh: "", en: "" },
  text: { zh: "", en: "" },
  ...more,
});
const FRAMES = [
  frame(0, 0, "session.opened", [], { actor: "approver:w", bidder: null }),
  frame(1, 10, "admit.accepted", ["staff"], { actor: "staff:li" }),
  frame(2, 20, "bell.accepted", ["stage"], { actor: "system", bidder: null }),
  frame(3, 30, "bid.accepted", ["lead"]),
  frame(4, 30, "bid.refused", ["refusal"], { bidder: "02", actor: "bidder:02", reason: "BELOW_MIN_NEXT", lot: "P2" }),
  frame(5, 60, "bid.accepted", ["lead", "extension"], { bidder: "02", actor: "bidder:02" }),
];
const ALL: Wanted = { show: "all", bidder: "", lot: "", type: "", reason: "" };
const kept = (wanted: Partial<Wanted>): number[] => FRAMES.filter((one) => keeps({ ...ALL, ...wanted }, one)).map((one) => one.i);

describe("jumping", () => {
  it("goes to the next and to the one before, never to where one stands", () => {
    expect(jump(FRAMES, 0, "lead", 1)).toBe(3);
    expect(jump(FRAMES, 3, "lead", 1)).toBe(5);
    expect(jump(FRAMES, 5, "lead", -1)).toBe(3);
    expect(jump(FRAMES, 5, "refusal", -1)).toBe(4);
    expect(jump(FRAMES, 5, "lead", 1)).toBeNull();
    expect(jump(FRAMES, 0, "staff", -1)).toBeNull();
  });
});

describe("an instant", () => {
  it("stands at the last entry not after it", () => {
    expect(indexAt(FRAMES, 19_999_999)).toBe(1);
    expect(indexAt(FRAMES, 20 * SECOND)).toBe(2);
    expect(indexAt(FRAMES, 30 * SECOND)).toBe(4);
    expect(indexAt(FRAMES, 1e15)).toBe(5);
    expect(indexAt(FRAMES, -1)).toBe(0);
  });
});

describe("playing", () => {
  it("runs at its speed, entry-exact", () => {
    const head = { index: 2, t: 20 * SECOND };
    expect(advance(FRAMES, head, 1_000, 0.25)).toEqual({ index: 2, t: 20_250_000, over: false });
    expect(advance(FRAMES, head, 9_999, 1)).toEqual({ index: 2, t: 29_999_000, over: false });
    expect(advance(FRAMES, head, 10_000, 1)).toEqual({ index: 4, t: 30 * SECOND, over: false });
    expect(advance(FRAMES, head, 625, 64)).toEqual({ index: 5, t: 60 * SECOND, over: true });
  });

  it("keeps whole microseconds and never goes back", () => {
    const { t, index } = advance(FRAMES, { index: 4, t: 30 * SECOND }, 16.6667, 0.25);
    expect(Number.isInteger(t)).toBe(true);
    expect(index).toBe(4);
    expect(advance(FRAMES, { index: 3, t: 30 * SECOND }, 0, 1).index).toBe(4);
  });
});

describe("looking for", () => {
  it("keeps what fits all that is asked", () => {
    expect(kept({})).toEqual([0, 1, 2, 3, 4, 5]);
    expect(kept({ show: "bids" })).toEqual([3, 4, 5]);
    expect(kept({ show: "refused" })).toEqual([4]);
    expect(kept({ show: "staff" })).toEqual([0, 1]);
    expect(kept({ show: "clock" })).toEqual([2]);
    expect(kept({ bidder: "02" })).toEqual([4, 5]);
    expect(kept({ bidder: "02", type: "bid", reason: "BELOW_MIN_NEXT" })).toEqual([4]);
    expect(kept({ lot: "P2" })).toEqual([4]);
    expect(kept({ type: "admit" })).toEqual([1]);
  });

  it("stands in the address and comes back from it", () => {
    const wanted: Wanted = { show: "refused", bidder: "02", lot: "P 2", type: "bid", reason: "X" };
    expect(fromQuery(toQuery(wanted))).toEqual(wanted);
    expect(toQuery(ALL)).toBe("");
    expect(fromQuery("?show=nonsense")).toEqual(ALL);
  });

  it("shows the part of a long list one stands in, and leaves it where it is as long as it can", () => {
    expect(windowFor(150, 0, 200)).toBe(0);
    expect(windowFor(200, 0, 200)).toBe(100);
    expect(windowFor(5_000, 0, 200)).toBe(4_900);
    expect(windowFor(30, 4_900, 200)).toBe(0);
    // The place one stands at may be filtered out.
    expect(windowFor(-1, 400, 200)).toBe(400);
  });

  it("offers each value once", () => {
    expect(found(FRAMES, (one) => one.bidder)).toEqual(["01", "02"]);
    expect(found(FRAMES, (one) => one.reason)).toEqual(["BELOW_MIN_NEXT"]);
  });
});

describe("a what-if", () => {
  it("reads a list of entries, and nothing else", () => {
    expect(entryList("3, 7　8、9")).toEqual([3, 7, 8, 9]);
    expect(entryList("")).toEqual([]);
    expect(entryList("3-7")).toBeNull();
  });
});

describe("the badge of a line", () => {
  const entry = { v: 1, log: "x", i: 4, t: 30 * SECOND, type: "bid.refused", actor: "bidder:02" };
  const whole = { entries: [0, 1, 2, 3].map((i) => ({ ...entry, i })).concat(entry), checkpoints: 1, witnesses: [], signed: 0, requests: 0 } as Whole;

  it("holds what the server tells against what was signed", () => {
    expect(matches(whole, FRAMES[4]!)).toBe(true);
    expect(matches(whole, { ...FRAMES[4]!, actor: "bidder:01" })).toBe(false);
    expect(matches(whole, { ...FRAMES[4]!, t: 1 })).toBe(false);
  });

  it("says nothing of what was not checked", () => {
    expect(matches(whole, FRAMES[5]!)).toBeNull();
    expect(matches(null, FRAMES[4]!)).toBeNull();
  });
});

describe("an address of an entry", () => {
  it.each([
    ["#/land/7", { i: 7, leaf: null }],
    ["#/land/0/q%2FA%2B%3D", { i: 0, leaf: "q/A+=" }],
    ["#/land", null],
    ["#/land/x7", null],
    ["#/landing/7", null],
  ])("%s", (hash, place) => expect(placeIn(hash, "#/land")).toEqual(place));
});
