import { describe, expect, it } from "vitest";
import { far, distance, lastMinute, misses, wrongQuantity } from "../src/room/amounts";
import { disclosureOf, faceOf, questionOf, turnOf } from "../src/room/face";
import { moves, told } from "../src/room/moves";
import type { Actions, Line, RoomEvent, Stage } from "../src/wire";

const stage = (kind: string, more: Partial<Stage> = {}): { stage: Stage } => ({
  stage: { id: kind, kind, index: 0, title: { zh: "", en: "" }, opens: 0, closes: null, extensions: 0, sealed: false, round: 0, price: null, ...more },
});
const acts = (more: Partial<Actions> = {}): { actions: Actions } => ({
  actions: {
    ask: "bid", minimum: null, maximum: null, step: null, quick: [], enter: null, quantity_minimum: null, quantity_maximum: null, blocked: null, limits: null,
    round: null, price: null, quantity_step: null, lines: [], also: [], left: null, pending: null, points: null, waivers: null, equal: false, ...more,
  },
});

describe("the face of a stage", () => {
  const blocked = { reason: "X", sentence: { zh: "", en: "" } };
  it.each([
    ["timed", acts(), "pad"],
    ["sealed", acts({ ask: "seal" }), "pad"],
    ["gate", acts({ ask: "confirm" }), "asked"],
    ["claim", acts({ ask: "confirm", blocked }), "asked"],
    ["clock", acts({ ask: "stay" }), "tick"],
    ["rounds", acts({ lines: [{} as Line] }), "lines"],
    ["draw", acts({ ask: null, blocked }), "wait"],
    ["frozen", acts({ blocked }), "wait"],
    ["unsealing", acts({ ask: "reveal" }), "none"],
    ["unsealing", acts({ ask: "reveal", blocked }), "pad"],
    ["a plug-in's", acts(), "pad"],
  ] as const)("%s", (kind, you, face) => expect(faceOf(stage(kind), you)).toBe(face));

  it("asks in words of its own only what it knows", () => {
    expect(questionOf({ kind: "gate", id: "inquiry" })).toBe("inquiry");
    expect(questionOf({ kind: "gate", id: "confirm" })).toBe("price");
    expect(questionOf({ kind: "claim", id: "confirm" })).toBe("confirm");
    expect(questionOf({ kind: "gate", id: "agree_2" })).toBe("agree");
    expect(questionOf({ kind: "gate", id: "something" })).toBeNull();
    expect(questionOf({ kind: "claim", id: "inquiry" })).toBeNull();
  });

  it("names whose turn it is, round after round", () => {
    const entitled = ["02", "01", "03"];
    const at = (round: number) => turnOf({ ...stage("turns", { round }), entitled });
    expect([at(1)?.holder, at(3)?.holder, at(4)?.holder, at(3)?.next]).toEqual(["02", "03", "02", "02"]);
    expect(turnOf({ ...stage("claim", { id: "claim", round: 3 }), entitled })).toMatchObject({ holder: "03", next: null });
    expect(turnOf({ ...stage("timed"), entitled })).toBeNull();
    expect(turnOf({ ...stage("turns"), entitled: [] })).toBeNull();
  });

  it("says how it is disclosed", () => {
    expect(disclosureOf(stage("clock", { sealed: true }))).toBe("why.clock");
    expect(disclosureOf(stage("turns"))).toBe("why.round");
    expect(disclosureOf(stage("best", { sealed: true }))).toBe("why.sealed");
    expect(disclosureOf({ stage: null })).toBe("why.open");
  });
});

describe("an amount", () => {
  it("misses a bound in the direction of the auction", () => {
    expect(misses(90, { minimum: 100, maximum: 200 }, 1)).toEqual({ bound: "near", amount: 100 });
    expect(misses(201, { minimum: 100, maximum: 200 }, 1)).toEqual({ bound: "far", amount: 200 });
    expect(misses(101, { minimum: 100, maximum: 50 }, -1)).toEqual({ bound: "near", amount: 100 });
    expect(misses(49, { minimum: 100, maximum: 50 }, -1)).toEqual({ bound: "far", amount: 50 });
    expect(misses(100, { minimum: 100, maximum: 100 }, 1)).toBeNull();
  });

  it("is so many steps away", () => {
    expect(distance(130, 100, 10, 1)).toEqual({ by: 30, steps: 3, exact: true });
    expect(distance(65, 100, 10, -1)).toEqual({ by: 35, steps: 3, exact: false });
    expect(distance(100, 100, 10, 1)).toBeNull();
    expect(distance(130, null, 10, 1)).toBeNull();
  });

  it("is far only beyond every amount suggested", () => {
    expect(far(150, { quick: [110, 140], enter: null }, 1)).toBe(true);
    expect(far(150, { quick: [110, 140], enter: 150 }, 1)).toBe(false);
    expect(far(60, { quick: [90, 70], enter: null }, -1)).toBe(true);
    expect(far(1_000_000, { quick: [], enter: null }, 1)).toBe(false);
  });

  it("has a last minute only while the stage runs", () => {
    const room = { ...stage("timed", { opens: 0, closes: 90_000_000 }), status: "running" as const };
    expect(lastMinute(room, 30_000_000)).toBe(false);
    expect(lastMinute(room, 30_000_001)).toBe(true);
    expect(lastMinute({ ...room, status: "suspended" }, 80_000_000)).toBe(false);
    expect(lastMinute({ ...stage("draw"), status: "running" }, 1)).toBe(false);
    expect(lastMinute({ ...stage("timed", { opens: 50_000_000, closes: 90_000_000 }), status: "running" }, 40_000_000)).toBe(false);
  });

  it("comes with a quantity in bounds and on its grid", () => {
    expect(wrongQuantity(1_000, 1_000, 5_000, 500)).toBeNull();
    expect(wrongQuantity(1_250, 1_000, 5_000, 500)).toBe("grid");
    expect(wrongQuantity(999, 1_000, 5_000, 500)).toBe("bounds");
    expect(wrongQuantity(5_001, 1_000, 5_000, null)).toBe("bounds");
  });
});

describe("the record", () => {
  const event = (type: string, who: string | null, ...facts: RoomEvent["facts"]): RoomEvent => ({ n: 0, i: 5, t: 7, type, who, facts, text: { zh: "", en: "" } });

  it("tells each move of the end, from where to where, and by whom", () => {
    const found = moves([
      event("bell.accepted", null, { fact: "stage_opened", closes: 100 }),
      event("bid.accepted", "03", { fact: "offer_stood" }, { fact: "deadline_moved", closes: 160, why: "extension" }),
      event("resume.accepted", "staff", { fact: "deadline_moved", closes: 200, why: "resumed" }),
      event("bid.accepted", "04", { fact: "deadline_moved", closes: 200, why: "extension" }),
    ]);
    expect(found.map((one) => [one.who, one.why, one.from, one.to])).toEqual([
      ["03", "extension", 100, 160],
      [null, "resumed", 160, 200],
    ]);
  });

  it("tells the figures that were made known, offers apart", () => {
    const found = told([event("bell.accepted", null, { fact: "revealed", what: "average 1", value: 12 }, { fact: "revealed", what: "offers", value: null }, { fact: "revealed", what: "reserve", value: null })]);
    expect(found.map((one) => [one.what, one.value])).toEqual([["average 1", 12], ["reserve", null]]);
  });
});
