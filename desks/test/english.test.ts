import { describe, expect, it } from "vitest";
import { readBack } from "../src/capitals";
import { inWords, wholeInWords, yuanInWords } from "../src/english";

const WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const TENS: Record<string, bigint> = { twenty: 20n, thirty: 30n, forty: 40n, fifty: 50n, sixty: 60n, seventy: 70n, eighty: 80n, ninety: 90n };
const SIZES: Record<string, bigint> = { thousand: 10n ** 3n, million: 10n ** 6n, billion: 10n ** 9n, trillion: 10n ** 12n };

/** Reads the words back, by another road than they were written. */
function numberOf(text: string): bigint {
  let [total, group] = [0n, 0n];
  for (const word of text.split(/[\s,-]+/).filter((one) => one !== "and")) {
    if (word === "hundred") group *= 100n;
    else if (word in SIZES) [total, group] = [total + group * (SIZES[word] as bigint), 0n];
    else group += TENS[word] ?? BigInt(WORDS.indexOf(word));
  }
  return total + group;
}

describe("an amount in English words", () => {
  it.each([
    [0n, "zero yuan"],
    [1n, "one fen"],
    [50n, "fifty fen"],
    [100n, "one yuan"],
    [103n, "one yuan and three fen"],
    [1_000_00n, "one thousand yuan"],
    [1_005_00n, "one thousand and five yuan"],
    [1_105_00n, "one thousand, one hundred and five yuan"],
    [4_550_50n, "four thousand, five hundred and fifty yuan and fifty fen"],
    [1_030_000_00n, "one million, thirty thousand yuan"],
    [1_000_021_00n, "one million and twenty-one yuan"],
    [100_000_000_00n, "one hundred million yuan"],
    [-100n, "minus one yuan"],
  ])("%s fen", (fen, text) => {
    expect(yuanInWords(fen)).toBe(text);
  });

  it("can be read back", () => {
    let number = 1n;
    for (let n = 0; n < 4_000; n += 1) {
      number = (number * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 1_000_000_000_000_007n;
      const shorter = number / 10n ** BigInt(n % 13);
      expect(numberOf(wholeInWords(shorter)), wholeInWords(shorter)).toBe(shorter);
    }
  });

  it("holds the largest amount of the largest unit", () => {
    const unit = { zh: "亿元", en: "CNY 100m", scale: 0, fen: 10_000_000_000 };
    expect(inWords(Number.MAX_SAFE_INTEGER, unit)).toBe(
      "nine hundred sextillion, seven hundred and nineteen quintillion, nine hundred and twenty-five quadrillion, four hundred and seventy-four trillion, ninety-nine billion, one hundred million yuan",
    );
  });
});

describe("what is read back before a bid", () => {
  const perMetre = { zh: "元/㎡", en: "CNY/m²", scale: 2, fen: 1 };
  it("is in the reader's language", () => {
    expect(readBack(455_050, perMetre, "zh")).toBe("每平方米人民币肆仟伍佰伍拾元伍角整");
    expect(readBack(455_050, perMetre, "en")).toBe("four thousand, five hundred and fifty yuan and fifty fen per square metre");
  });
  it("says the yuan of larger units, and what a price is per", () => {
    expect(inWords(10_300, { zh: "万元", en: "CNY 10k", scale: 0, fen: 1_000_000 })).toBe("one hundred and three million yuan");
    expect(inWords(150, { zh: "万元/亩", en: "CNY 10k/mu", scale: 2, fen: 10_000 })).toBe("fifteen thousand yuan per mu");
  });
  it("reads what is no money with its own unit", () => {
    expect(inWords(12_050, { zh: "平方米", en: "m²", scale: 2, fen: null })).toBe("one hundred and twenty point five m²");
    expect(inWords(95, { zh: "%", en: "%", scale: 0, fen: null })).toBe("ninety-five %");
  });
});
