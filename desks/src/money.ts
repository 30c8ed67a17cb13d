/**
 * Amounts as people read and type them, exactly: whole numbers of the smallest unit in, decimal text out.
 * No floating point is used anywhere, and no auction rule lives here.
 */

import type { Lang, Unit } from "./wire";

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

export type Parsed = { amount: number } | { problem: "empty" | "not_a_number" | "too_many_decimals" | "too_large" };

function thousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `455000` with scale 2 is `4,550.00`. */
export function figure(amount: number | bigint, scale: number, grouped = true): string {
  const value = BigInt(amount);
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(digits.length - scale)}` : "";
  return sign + (grouped ? thousands(whole) : whole) + fraction;
}

/** As `figure`, without a fraction that is nothing: where several amounts stand side by side and each must fit. */
export function brief(amount: number, scale: number): string {
  return figure(amount, scale).replace(/\.0+$/, "");
}

/** Areas and other quantities: as exact as the figure is, without the zeros that only fill up its scale. */
export function quantity(amount: number, unit: Unit, lang: Lang): string {
  let text = figure(amount, unit.scale);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  return `${text} ${unit[lang]}`;
}

export function withUnit(amount: number, unit: Unit, lang: Lang): string {
  return `${figure(amount, unit.scale)} ${unit[lang]}`;
}

/** A sum of money from whole fen, in yuan. */
export const fromFen = (fen: number, lang: Lang): string => `${figure(fen, 2)} ${lang === "zh" ? "元" : "CNY"}`;

/** An account as people read it aloud and type it; copied, the spaces do no harm at a bank. */
export const inFours = (account: string): string => account.replace(/(\d{4})(?=\d)/g, "$1 ");

/** What a person typed, as a whole number of the smallest unit. Full-width digits and separators are understood. */
export function parse(text: string, scale: number): Parsed {
  const plain = text.normalize("NFKC").replace(/[,\s_、]/g, "").replace(/。/g, ".");
  if (plain === "") return { problem: "empty" };
  const match = /^(\d*)(?:\.(\d*))?$/.exec(plain);
  if (!match || (match[1] === "" && !match[2])) return { problem: "not_a_number" };
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) return { problem: "too_many_decimals" };
  const value = BigInt((match[1] || "0") + fraction.padEnd(scale, "0"));
  if (value > LARGEST) return { problem: "too_large" };
  return { amount: Number(value) };
}

/** Distance from the start price in hundredths of a percent, halves away from zero: `6.00%`, `-10.00%`. */
export function percentOver(start: number, amount: number): string | null {
  if (start <= 0) return null;
  const difference = (BigInt(amount) - BigInt(start)) * 10_000n;
  const base = BigInt(start);
  const size = difference < 0n ? -difference : difference;
  const rounded = (size * 2n + base) / (base * 2n);
  const sign = rounded === 0n ? "" : difference < 0n ? "-" : "+";
  return `${sign}${figure(rounded, 2)}%`;
}

/** The amount in yuan when its unit is another measure of money (万元, 元/㎡ in other steps); null when nothing is gained. */
export function inYuan(amount: number, unit: Unit): string | null {
  if (unit.fen == null || (unit.fen === 1 && unit.scale === 2)) return null;
  return figure(BigInt(amount) * BigInt(unit.fen), 2);
}
