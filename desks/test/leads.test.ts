import { describe, expect, it } from "vitest";
import { auctionOf, standing, turns, type Lead, type Turn } from "../src/oversight/leads";

const lead = (...done: Turn[]): Lead => ({
  id: "0".repeat(32), part: "cv", part_title: { zh: "变异系数", en: "cv" }, who: [], lead: true, log: "a/log/x-1", contest: "", entries: [],
  steps: done.map((turn, number) => ({ number, turn, text: "", by: "wang", role: "auditor", at: 0, shown: "1", finding: null })),
});

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

  it("names the auction of its log", () => expect(auctionOf("daylight.local/log/zs-1")).toBe("zs-1"));
});
