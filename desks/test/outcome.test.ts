import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import { isBarred, titleOf } from "../src/outcome";
import { lang } from "../src/preferences";
import Outcome from "../src/room/Outcome.vue";
import Standing from "../src/room/Standing.vue";
import type { After, Room } from "../src/wire";

const unit = { zh: "元", en: "CNY", scale: 0, fen: 100 };
const award = (bidder: string, price: number): Room["awards"][number] => ({ bidder, lot: null, price, quantity: null, total: price });
const after = (outcome: After["outcome"], more: Partial<After> = {}): After => ({ outcome, sentence: { zh: "状态。", en: "Worth so much." }, vacated: [], fallen: [], ...more });
const fell = { cause: "default" as const, bidder: "03", t: 1_772_413_200_000_000, reason: "拒签", follows: "02", sentence: { zh: "03 号违约。", en: "No. 03 defaulted." } };
const figures = { total: 140, premium: 40, premium_rate: "40.00%", unused: null };
const room = (more: Partial<Room>): Room =>
  ({ auction: "a", status: "closed", unit, settlement_unit: unit, quantity_unit: null, own_lots: false, lots: [], offers: [], awards: [award("03", 140)], unsold: null, figures, excluded: [], after: after("published"), ...more }) as Room;

let app: App | undefined;
afterEach(() => app?.unmount());

function shown(what: typeof Outcome | typeof Standing, more: Partial<Room>): HTMLElement {
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(what, { room: room(more), me: null }) });
  app.mount(box);
  return box;
}

describe("how it ended", () => {
  it("is a sale once confirmed, and before that an award to be confirmed", () => {
    expect(shown(Outcome, {}).querySelector("h2")?.textContent).toBe("Sold");
    expect(shown(Outcome, { after: after("provisional") }).querySelector("h2")?.textContent).toBe("Won, to be confirmed");
  });

  it("says plainly that a sale fell through, since when and why, and counts nothing", () => {
    const box = shown(Outcome, { after: after("vacant", { vacated: ["03"], fallen: [fell] }) });
    expect(box.querySelector("h2")?.textContent).toContain("fell through");
    expect(box.querySelector("[data-test=fallen]")?.textContent).toContain("No. 03 defaulted.");
    expect(box.querySelector("[data-test=fallen] time")?.textContent).toContain("2026-03-02");
    expect(box.textContent).not.toContain("40.00%");
    expect(box.querySelector(".to")?.textContent).toContain("was awarded to");
  });

  it("keeps what fell through beside the next in line, who is the winner", () => {
    const box = shown(Outcome, { awards: [award("02", 120)], after: after("confirmed", { fallen: [fell] }) });
    expect(box.querySelector("h2")?.textContent).toBe("Sold");
    expect(box.querySelector(".to .paddle")?.textContent).toBe("02");
    expect(box.querySelector("[data-test=fallen]")).not.toBeNull();
  });

  it("of what was declared void shows no price as if it stood, and says why", () => {
    const why = { zh: "结果已宣布无效：认定串通。", en: "The result was declared void: collusion." };
    const box = shown(Outcome, { status: "voided", after: after("voided", { sentence: why }) });
    expect(box.querySelector(".sum")).toBeNull();
    expect(box.textContent).not.toContain("40.00%");
    expect(box.querySelector(".to")?.textContent).toContain("was awarded to");
    expect(box.querySelector("[data-test=worth]")?.textContent).toContain("collusion");
    expect(box.textContent).not.toContain("Sold");
  });

  it("of several awards marks the one that fell through", () => {
    const box = shown(Outcome, { awards: [award("03", 140), award("02", 120)], after: after("confirmed", { vacated: ["03"], fallen: [fell] }) });
    const rows = [...box.querySelectorAll("tbody tr")].map((row) => row.querySelector(".badge")?.textContent ?? "");
    expect(rows).toEqual(["fell through", ""]);
  });

  it("names whoever was excluded, once", () => {
    const gone = [{ bidder: "03", i: 7, t: 1_772_413_200_000_000, reason: "认定" }];
    expect(shown(Outcome, { excluded: gone }).querySelectorAll("[data-test=excluded]")).toHaveLength(1);
    const out = { ...fell, cause: "excluded" as const };
    const box = shown(Outcome, { excluded: gone, after: after("vacant", { vacated: ["03"], fallen: [out] }) });
    expect([box.querySelectorAll("[data-test=excluded]").length, box.querySelectorAll("[data-test=fallen]").length]).toEqual([0, 1]);
  });
});

it("an excluded bidder's offer stands, and says that it can win nothing", () => {
  const offer = (bidder: string): Room["offers"][number] => ({ bidder, lot: null, slot: null, amount: 100, quantity: null, t: 0, i: 5, in: true });
  const box = shown(Standing, { offers: [offer("03"), offer("02")], excluded: [{ bidder: "03", i: 7, t: 0, reason: "认定" }] } as Partial<Room>);
  expect([...box.querySelectorAll("tbody tr")].map((row) => row.querySelector("[data-test=excluded]")?.textContent ?? "")).toEqual(["excluded; out of the award", ""]);
});

describe("the end of an auction", () => {
  const of = (outcome: After["outcome"], more: Partial<Room> = {}): string => titleOf({ ...room({ after: after(outcome) }), ...more });

  it("is called a sale nowhere before it is confirmed", () => {
    expect([of("provisional"), of("confirmed"), of("published")]).toEqual(["outcome.provisional", "outcome.sold", "outcome.sold"]);
  });

  it("is called what it is where nothing was sold", () => {
    expect([of("unsold", { awards: [] }), of("terminated", { status: "terminated", awards: [] }), of("voided", { status: "voided" })]).toEqual(["outcome.unsold", "outcome.terminated", "outcome.voided"]);
  });

  it("says that the winner is out, of whatever else fell through too", () => {
    const out = { ...fell, cause: "excluded" as const };
    expect(of("vacant", { after: after("vacant", { fallen: [fell] }) })).toBe("outcome.vacant");
    expect(of("vacant", { after: after("vacant", { fallen: [fell, out] }) })).toBe("outcome.barred");
    // Of several awards others hold.
    expect(isBarred(after("confirmed", { fallen: [out] }))).toBe(false);
  });
});
