/**
 * 大写: an amount of money in the capital numerals of Chinese cheques, from whole 分.
 * Follows the writing rules of 支付结算办法, annex 1: 整 after 元 and after 角, one 零 for any run of zeros inside.
 */

import { inWords } from "./english";
import type { Lang, Unit } from "./wire";

const DIGITS = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"] as const;
const PLACES = ["", "拾", "佰", "仟"] as const;

function fourDigits(n: number): string {
  let out = "";
  let gap = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.trunc(n / 10 ** place) % 10;
    if (digit === 0) {
      gap = out !== "";
      continue;
    }
    if (gap) out += "零";
    gap = false;
    out += (DIGITS[digit] ?? "") + (PLACES[place] ?? "");
  }
  return out;
}

/** Any whole number below 10^16. */
export function wholeNumber(n: bigint): string {
  if (n === 0n) return "零";
  if (n < 10_000n) return fourDigits(Number(n));
  const [size, name] = n >= 100_000_000n ? [100_000_000n, "亿"] : [10_000n, "万"];
  const high = n / size;
  const low = n % size;
  const bridge = low !== 0n && low * 10n < size ? "零" : "";
  return wholeNumber(high) + name + bridge + (low === 0n ? "" : wholeNumber(low));
}

/** `103000000` 分 is 壹佰零叁万元整. */
export function capitals(fen: bigint): string {
  if (fen < 0n) return `负${capitals(-fen)}`;
  const yuan = fen / 100n;
  const jiao = Number((fen / 10n) % 10n);
  const cents = Number(fen % 10n);
  if (fen === 0n) return "零元整";
  let out = yuan === 0n ? "" : `${wholeNumber(yuan)}元`;
  if (jiao === 0 && cents === 0) return `${out}整`;
  if (jiao !== 0) out += `${DIGITS[jiao]}角`;
  else if (yuan !== 0n) out += "零";
  return cents === 0 ? `${out}整` : `${out}${DIGITS[cents]}分`;
}

const PER: Record<string, string> = { "㎡": "每平方米", 平方米: "每平方米", 亩: "每亩", 吨: "每吨", t: "每吨", 公顷: "每公顷" };

/**
 * An amount as it is read back before it is bid: 人民币…元整, with 每平方米 in front where the price is per area.
 * A figure that is not money is read in the same numerals followed by its unit.
 */
export function reading(amount: number, unit: Unit): string {
  if (unit.fen == null) return plainReading(amount, unit);
  const per = unit.zh.includes("/") ? (PER[unit.zh.split("/")[1] ?? ""] ?? `每${unit.zh.split("/")[1]}`) : "";
  return `${per}人民币${capitals(BigInt(amount) * BigInt(unit.fen))}`;
}

/** The amount written out, as a person reads it back in his language: 大写, or English words. */
export const readBack = (amount: number, unit: Unit, lang: Lang): string => (lang === "zh" ? reading(amount, unit) : inWords(amount, unit));

function plainReading(amount: number, unit: Unit): string {
  const scale = 10n ** BigInt(unit.scale);
  const whole = wholeNumber(BigInt(amount) / scale);
  const rest = (BigInt(amount) % scale).toString().padStart(unit.scale, "0").replace(/0+$/, "");
  const fraction = unit.scale > 0 && rest !== "" ? `点${[...rest].map((d) => DIGITS[Number(d)]).join("")}` : "";
  return `${whole}${fraction}${unit.zh}`;
}
