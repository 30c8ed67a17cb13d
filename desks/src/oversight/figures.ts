/** What the figures are made of: shapes of the answers, and which lines count in which figure. Judges nothing. */

import { figure } from "../money";
import type { Lang, Text, Unit } from "../wire";

export interface Sums {
  deals: number;
  amount: number;
  premium: number;
  premium_base: number;
  premium_rate: string | null;
  saved: number;
  budget: number;
  saving_rate: string | null;
  sessions: number;
  failed: number;
  /** Awarded and not confirmed yet: in no other figure. */
  pending: number;
  failure_rate: string | null;
  extended: number;
  extensions: number;
  extension_rate: string | null;
  interventions: number;
}

export interface Won {
  i: number;
  t: number;
  bidder: string;
  lot: string | null;
  total: number;
}

export interface Line {
  key: string;
  source: "log" | "entered";
  category: string;
  centre: string;
  closed: number;
  title: Text;
  rule: Text | null;
  status: string | null;
  deals: number;
  amount: number;
  start: number | null;
  budget: number | null;
  premium: number | null;
  saved: number | null;
  unit: Unit | null;
  awards: Won[];
  /** Awards that count no longer; `by`: the entry in which the next in line took the place. */
  lapsed: (Won & { by: number })[];
  extensions: number[];
  acts: { i: number; t: number; role: string; kind: string }[];
  defaults: number[];
  outcome: string | null;
  /** Numbers whose awards fell through: listed, and counted no more. */
  vacated: string[];
  failure: { i: number; sentence: Text } | null;
  agrees: boolean;
  lag: number | null;
  entered: { source: string; by: string; at: number } | null;
}

export interface Answer {
  figures: Sums;
  categories: { category: string; title: Text; figures: Sums }[];
  lines: Line[];
  centres: string[];
  disagree: string[];
  lag: number | null;
}

export const FIGURES = ["deals", "amount", "premium", "saved", "failure", "extension", "interventions"] as const;
export type Name = (typeof FIGURES)[number];

/** What a line adds to a figure, and to what the figure is compared with; null where it has no part in it. */
export function share(name: Name, line: Line): { part: number; base: number | null } | null {
  switch (name) {
    case "deals":
      return line.deals > 0 ? { part: line.deals, base: null } : null;
    case "amount":
      return line.amount > 0 ? { part: line.amount, base: null } : null;
    case "premium":
      return line.premium === null ? null : { part: line.premium, base: line.start };
    case "saved":
      return line.saved === null ? null : { part: line.saved, base: line.budget };
    case "failure":
      return line.failure === null ? null : { part: 1, base: null };
    case "extension":
      return line.extensions.length === 0 ? null : { part: 1, base: null };
    case "interventions":
      return line.acts.length === 0 ? null : { part: line.acts.length, base: null };
  }
}

export type Rest = { i: number; what: "won" | "lapsed"; award: Won } | { i: number; what: "default" };

/** The entries that deals and amounts rest on, in the order of the log: awards that count, those that lapsed, and defaults. */
export function rests(line: Line): Rest[] {
  const found: Rest[] = [
    ...line.awards.map((award): Rest => ({ i: award.i, what: line.vacated.includes(award.bidder) ? "lapsed" : "won", award })),
    ...line.lapsed.map((award): Rest => ({ i: award.i, what: "lapsed", award })),
    ...line.defaults.map((i): Rest => ({ i, what: "default" })),
  ];
  return found.sort((a, b) => a.i - b.i);
}

export function total(name: Name, lines: Line[]): number {
  return lines.reduce((sum, line) => sum + (share(name, line)?.part ?? 0), 0);
}

const MONEY: Name[] = ["amount", "premium", "saved"];
export const isMoney = (name: Name): boolean => MONEY.includes(name);

/** As each language counts money: 万元 in Chinese, whole yuan and fen in English. */
export const inMoney = (fen: number, lang: Lang): string => (lang === "zh" ? inWan(fen) : figure(fen, 2));

/** Fen in 万元, two decimals, halves away from zero. */
export function inWan(fen: number): string {
  const value = BigInt(fen);
  const size = value < 0n ? -value : value;
  const rounded = (size * 2n + 10_000n) / 20_000n;
  return figure(value < 0n ? -rounded : rounded, 2);
}

/** What is asked for, out of the address and into it again: what one looks at can be sent to a colleague. */
export interface Asked {
  first: string;
  last: string;
  category: string;
  centre: string;
  source: string;
}

const NAMES = ["first", "last", "category", "centre", "source"] as const;

export function readAsked(search: string): Asked {
  const given = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""])) as unknown as Asked;
}

/** The figure whose auctions are shown; `amount` where the address names none. */
export function readChosen(search: string): Name {
  const given = new URLSearchParams(search).get("figure");
  return FIGURES.find((one) => one === given) ?? "amount";
}

/** The address of what one looks at: what is asked of the server, and the figure. */
export function writePlace(asked: Asked, chosen: Name): string {
  const given = writeAsked(asked);
  return `${given === "" ? "?" : `${given}&`}figure=${chosen}`;
}

export function writeAsked(asked: Asked): string {
  const given = new URLSearchParams();
  for (const name of NAMES) if (asked[name] !== "") given.set(name, asked[name]);
  const text = given.toString();
  return text === "" ? "" : `?${text}`;
}
