import { describe, expect, it } from "vitest";
import { auctionOf, fraction, standing, told, turns, type Lead, type Quantity, type Turn } from "../src/oversight/leads";

const lead = (...done: Turn[]): Lead => ({
  id: "0".repeat(32), part: "cv", part_title: { zh: "变异系数", en: "cv" }, who: [], lead: true, log: "a/log/x-1", contest: "", entries: [], takes: [],
  steps: done.map((turn, number) => ({ number, turn, text: "", by: "wang", role: "auditor", at: 0, shown: "1", finding: null })),
});
import type { Unit } from "../src/wire";

describe("a lead", () => {
  it.each<[Turn[], string, Turn[], Turn[]]>([
    [[], "new", ["asked"], []],
    [["asked"], "asked", ["explained"], ["explained"]],
    [["asked", "explained"], "explained", ["concluded", "asked"], []],
    [["asked", "explained", "concluded"], "concluded", [], []],
  ])("after %j is %s", (done, where, auditor, officer) => {
    expect(standing(lead(...done))).toBe(where);
    expect(turns(lead(...done), true)).toEqual(auditor);
    expect(turns(lead(...done), false)).toEqual(officer);
  });

  it.each<[Quantity["form"], string, string | null]>([
    ["ratio", "35/52", "35/52"],
    ["root", "1/2", "√(1/2)"],
    ["count", "3", null],
    ["seconds", "1000001/3", null],
    ["ratio", `1/${"9".repeat(30)}`, null],
  ])("shows the fraction behind a %s of %s", (form, exact, shown) => expect(fraction({ exact, form, shown: "" })).toBe(shown));

  it("tells money in the unit of its session, and everything else as it came", () => {
    const unit = { zh: "元", en: "CNY", scale: 2 } as Unit;
    const mean: Quantity = { exact: "1000001/3", form: "amount", shown: "333333.6666" };
    expect(told(mean, unit, "zh")).toBe("3,333.33 元");
    expect(told(mean, null, "zh")).toBe("333333.6666");
    expect(told({ ...mean, form: "seconds", shown: "0.3333" }, unit, "en")).toBe("0.3333");
  });

  it("names the auction of its log", () => expect(auctionOf("daylight.local/log/zs-1")).toBe("zs-1"));
});
