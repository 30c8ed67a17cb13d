import { describe, expect, it } from "vitest";
import { ballsOf, wrongOrder } from "../src/staff/office";
import { keepSlip, newSecret, readReserve, reserveCommitment, secretCommitment, slipOf, writeReserve, type Shelf } from "../src/staff/slips";

class Memory implements Shelf {
  private readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
}

describe("what an officer commits to", () => {
  // Made with hashlib over the texts of auction_rules/commit.py and auction_rules/draw.py.
  it("is the hash the rules will ask for", async () => {
    expect(await reserveCommitment({ amount: 123456, nonce: "00ff" })).toBe("ufn98AiwEAoIlNWsVWuksy7f/HqL6XwTOr4uGALpZBM=");
    expect(await secretCommitment("lot", "notary", "ab".repeat(32))).toBe("979d6ed1f29b4723ba10bea09852a1716a9489cff45254c6db64b526b191d54b");
  });

  it("is new each time", () => {
    expect(newSecret()).toMatch(/^[0-9a-f]{64}$/);
    expect(newSecret()).not.toBe(newSecret());
  });

  it("is written down and read back", () => {
    const slip = { amount: 9_007_199_254_740_991, nonce: "0a" };
    expect(readReserve(writeReserve(slip))).toEqual(slip);
    expect(readReserve(" 5:00 ")).toEqual({ amount: 5, nonce: "00" });
  });

  it.each(["", "5", "5:", ":00", "-5:00", "5.5:00", "9007199254740993:00", "5:0g"])("is not %s", (line) => expect(readReserve(line)).toBeNull());

  it("stays with the officer and the auction it is of", () => {
    const shelf = new Memory();
    keepSlip(shelf, "a", "li", "reserve", "5:00");
    expect(slipOf(shelf, "a", "li", "reserve")).toBe("5:00");
    for (const [auction, account, what] of [["b", "li", "reserve"], ["a", "wang", "reserve"], ["a", "li", "draw"]] as const)
      expect(slipOf(shelf, auction, account, what)).toBeNull();
  });
});

describe("balls", () => {
  it.each(["03 01 02", "03,01,02", "03，01、02", "03\n01\n02 "])("are read from %j", (typed) => expect(ballsOf(typed)).toEqual(["03", "01", "02"]));

  it("must be everybody once", () => {
    expect(wrongOrder(["03", "01", "02"], ["01", "02", "03"])).toBeNull();
    expect(wrongOrder(["03", "03", "09"], ["01", "02", "03"])).toEqual({ missing: ["01", "02"], strange: ["03", "09"] });
  });
});
