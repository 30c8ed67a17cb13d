/**
 * An amount of money in English words, as it is written out on a cheque: exact, from whole fen.
 * What 大写 is to a Chinese reader. It is no formatter of figures: money.ts is.
 */

import type { Unit } from "./wire";

const SMALL = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
] as const;
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"] as const;
const GROUPS = ["", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion", " sextillion"] as const;

function upToHundred(n: number): string {
  if (n < 20) return SMALL[n] ?? "";
  const rest = n % 10;
  return `${TENS[Math.trunc(n / 10)]}${rest === 0 ? "" : `-${SMALL[rest]}`}`;
}

function threeDigits(n: number): string {
  if (n < 100) return upToHundred(n);
  const rest = n % 100;
  return `${SMALL[Math.trunc(n / 100)]} hundred${rest === 0 ? "" : ` and ${upToHundred(rest)}`}`;
}

/** Any whole number from 0 and below 10^24. */
export function wholeInWords(n: bigint): string {
  if (n === 0n) return SMALL[0];
  const parts: string[] = [];
  for (let [rest, group] = [n, 0]; rest > 0n; rest /= 1_000n, group += 1) {
    const three = Number(rest % 1_000n);
    if (three > 0) parts.unshift(`${threeDigits(three)}${GROUPS[group]}`);
  }
  // "one million and five": what is below a hundred is joined on, or it would be heard as a figure of its own.
  const joined = n > 1_000n && n % 1_000n > 0n && n % 1_000n < 100n;
  const last = joined ? ` and ${parts.pop()}` : "";
  return parts.join(", ") + last;
}

/** `103000050` fen is one million, thirty thousand yuan and fifty fen. */
export function yuanInWords(fen: bigint): string {
  if (fen < 0n) return `minus ${yuanInWords(-fen)}`;
  const [yuan, rest] = [fen / 100n, fen % 100n];
  const small = `${upToHundred(Number(rest))} fen`;
  if (rest === 0n) return `${wholeInWords(yuan)} yuan`;
  return yuan === 0n ? small : `${wholeInWords(yuan)} yuan and ${small}`;
}

const PER: Record<string, string> = { "m²": "square metre", m2: "square metre", t: "tonne", ha: "hectare" };

/** An amount as it is read back before it is bid; a figure that is not money is read with its unit. */
export function inWords(amount: number, unit: Unit): string {
  if (unit.fen == null) return plainInWords(amount, unit);
  const per = /(?:\/|\bper\b)\s*(.+)$/.exec(unit.en)?.[1] ?? null;
  return yuanInWords(BigInt(amount) * BigInt(unit.fen)) + (per === null ? "" : ` per ${PER[per] ?? per}`);
}

function plainInWords(amount: number, unit: Unit): string {
  const scale = 10n ** BigInt(unit.scale);
  const rest = (BigInt(amount) % scale).toString().padStart(unit.scale, "0").replace(/0+$/, "");
  const fraction = unit.scale > 0 && rest !== "" ? ` point ${[...rest].map((digit) => SMALL[Number(digit)]).join(" ")}` : "";
  return `${wholeInWords(BigInt(amount) / scale)}${fraction} ${unit.en}`;
}
