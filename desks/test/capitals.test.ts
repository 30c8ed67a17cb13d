import { describe, expect, it } from "vitest";
import { capitals, reading, wholeNumber } from "../src/capitals";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";

/** Reads 大写 back, by another road than it was written. */
function fenOf(text: string): bigint {
  const sizes: Record<string, bigint> = { 拾: 10n, 佰: 100n, 仟: 1_000n };
  let [total, section, digit, cents] = [0n, 0n, 0n, 0n];
  for (const letter of text.replace("整", "")) {
    const value = DIGITS.indexOf(letter);
    if (value >= 0) digit = BigInt(value);
    else if (letter in sizes) {
      section += digit * (sizes[letter] as bigint);
      digit = 0n;
    } else if (letter === "万") {
      section = (section + digit) * 10_000n;
      digit = 0n;
    } else if (letter === "亿") {
      total = (total + section + digit) * 100_000_000n;
      section = digit = 0n;
    } else if (letter === "元") {
      total = (total + section + digit) * 100n;
      section = digit = 0n;
    } else if (letter === "角") {
      cents += digit * 10n;
      digit = 0n;
    } else if (letter === "分") {
      cents += digit;
      digit = 0n;
    }
    if (letter === "万") {
      total += section;
      section = 0n;
    }
  }
  return total + cents;
}

describe("大写", () => {
  it.each([
    [0n, "零元整"],
    [1n, "壹分"],
    [5n, "伍分"],
    [50n, "伍角整"],
    [100n, "壹元整"],
    [103n, "壹元零叁分"],
    [150n, "壹元伍角整"],
    [1_000n, "壹拾元整"],
    [1_050n, "壹拾元伍角整"],
    [140_950n, "壹仟肆佰零玖元伍角整"],
    [600_714n, "陆仟零柒元壹角肆分"],
    [168_032n, "壹仟陆佰捌拾元叁角贰分"],
    [1_640_902n, "壹万陆仟肆佰零玖元零贰分"],
    [32_504n, "叁佰贰拾伍元零肆分"],
    [10_300_000_000n, "壹亿零叁佰万元整"],
    [400_000n, "肆仟元整"],
    [100_000_000n, "壹佰万元整"],
    [1_000_000_000_000n, "壹佰亿元整"],
    [100_010_001_000n, "壹拾亿零壹拾万零壹拾元整"],
    [1_000_500n, "壹万零伍元整"],
    [10_000_000_000_100n, "壹仟亿零壹元整"],
    [9_007_199_254_740_991n, "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分"],
  ])("%s 分", (fen, text) => {
    expect(capitals(fen)).toBe(text);
  });

  it("can be read back", () => {
    let fen = 1n;
    for (let n = 0; n < 4_000; n += 1) {
      fen = (fen * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 1_000_000_000_007n;
      const shorter = fen / 10n ** BigInt(n % 11);
      expect(fenOf(capitals(shorter)), capitals(shorter)).toBe(shorter);
    }
  });

  it("never has two zeros in a row, nor one before 元", () => {
    for (let n = 7; n < 30_000; n += 7) expect(capitals(BigInt(n) * 1_001n)).not.toMatch(/零零|零元./);
  });

  it("knows whole numbers beyond 亿", () => expect(wholeNumber(1_000_000_000_000n)).toBe("壹万亿"));
});

describe("what is read back before a bid", () => {
  it("says the yuan of 万元", () => {
    expect(reading(10_300, { zh: "万元", en: "CNY 10,000", scale: 0, fen: 1_000_000 })).toBe("人民币壹亿零叁佰万元整");
  });
  it("says what a unit price is per", () => {
    expect(reading(455_050, { zh: "元/㎡", en: "CNY/m²", scale: 2, fen: 1 })).toBe("每平方米人民币肆仟伍佰伍拾元伍角整");
  });
  it("reads what is no money in its own unit", () => {
    expect(reading(12_050, { zh: "平方米", en: "m²", scale: 2, fen: null })).toBe("壹佰贰拾点伍平方米");
    expect(reading(95, { zh: "%", en: "%", scale: 0, fen: null })).toBe("玖拾伍%");
  });
});
