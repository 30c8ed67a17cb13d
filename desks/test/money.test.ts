import { describe, expect, it } from "vitest";
import { figure, inYuan, parse, percentOver, quantity } from "../src/money";

describe("an amount as text", () => {
  it.each([
    [455_000, 2, "4,550.00"],
    [5, 2, "0.05"],
    [0, 2, "0.00"],
    [999, 0, "999"],
    [1_000, 0, "1,000"],
    [Number.MAX_SAFE_INTEGER, 2, "90,071,992,547,409.91"],
    [-455_000, 2, "-4,550.00"],
    [100_003, 4, "10.0003"],
  ])("%d at scale %d is %s", (amount, scale, text) => {
    expect(figure(amount, scale)).toBe(text);
  });

  it("shows an area as exact as it is and no zero more", () => {
    const mu = { zh: "亩", en: "mu", scale: 4 };
    expect(quantity(183_626, mu, "zh")).toBe("18.3626 亩");
    expect(quantity(200_000, mu, "en")).toBe("20 mu");
    expect(quantity(30_000, { zh: "㎡", en: "m²", scale: 0 }, "zh")).toBe("30,000 ㎡");
  });
});

describe("what a person typed", () => {
  it.each([
    ["4550", 2, 455_000],
    ["4,550.5", 2, 455_050],
    [" 4 550.00 ", 2, 455_000],
    ["4550。5", 2, 455_050],
    ["12.3000", 1, 123],
    [".5", 2, 50],
    ["7.", 2, 700],
    ["0", 0, 0],
    ["4，550", 0, 4_550],
    ["１２", 0, 12],
    ["90071992547409.91", 2, Number.MAX_SAFE_INTEGER],
  ])("%s at scale %d is %d", (text, scale, amount) => {
    expect(parse(text, scale)).toEqual({ amount });
  });

  it.each([
    ["", 2, "empty"],
    ["  ", 2, "empty"],
    ["abc", 2, "not_a_number"],
    ["1e5", 2, "not_a_number"],
    ["-5", 2, "not_a_number"],
    ["1.2.3", 2, "not_a_number"],
    [".", 2, "not_a_number"],
    ["0.005", 2, "too_many_decimals"],
    ["1.5", 0, "too_many_decimals"],
    ["90071992547409.92", 2, "too_large"],
  ])("%s at scale %d is refused: %s", (text, scale, problem) => {
    expect(parse(text, scale)).toEqual({ problem });
  });

  it("comes back from its own text unchanged", () => {
    for (const amount of [0, 1, 9, 10, 99, 100, 12_345, 1_234_567, 2 ** 53 - 1]) {
      for (const scale of [0, 1, 2, 4]) expect(parse(figure(amount, scale), scale)).toEqual({ amount });
    }
  });
});

describe("percent over start", () => {
  it.each([
    [10_000, 10_600, "+6.00%"],
    [300, 400, "+33.33%"],
    [300, 500, "+66.67%"],
    [100_000, 90_000, "-10.00%"],
    [400_000, 400_000, "0.00%"],
    [100_000, 100_005, "+0.01%"],
    [100_000, 100_004, "0.00%"],
    [1, Number.MAX_SAFE_INTEGER, "+900,719,925,474,099,000.00%"],
  ])("from %d to %d is %s", (start, amount, text) => {
    expect(percentOver(start, amount)).toBe(text);
  });

  it("is not said over a start of zero", () => expect(percentOver(0, 100)).toBeNull());
});

describe("the amount in yuan", () => {
  it("is shown for units that hide zeros", () => {
    expect(inYuan(10_300, { zh: "万元", en: "CNY 10,000", scale: 0, fen: 1_000_000 })).toBe("103,000,000.00");
  });
  it("is not repeated for yuan, and not invented for what is no money", () => {
    expect(inYuan(10_300, { zh: "元", en: "CNY", scale: 2, fen: 1 })).toBeNull();
    expect(inYuan(10_300, { zh: "㎡", en: "m²", scale: 0, fen: null })).toBeNull();
  });
});
