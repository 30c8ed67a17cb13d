/** Leads as the server tells them, where each stands, and what may be written next. Judges nothing. */

import { figure } from "../money";
import type { Lang, Text, Unit } from "../wire";

export type Turn = "asked" | "explained" | "concluded";
export type Finding = "cleared" | "watched" | "referred";
export type Standing = "new" | Turn;

export interface Step {
  number: number;
  turn: Turn;
  text: string;
  by: string;
  role: string;
  at: number;
  shown: string;
  finding: Finding | null;
}

/** An exact value: a fraction in `exact`, read by its form. */
export interface Quantity {
  exact: string;
  form: "count" | "ratio" | "root" | "seconds" | "amount";
  shown: string;
}

/** An entry that a value rests on, with what the formula reads in it. */
export interface Input {
  log: string;
  index: number;
  t: number | null;
  offers: { bidder: string; amount: number }[];
}

export interface Lead {
  id: string;
  part: string;
  part_title: Text;
  who: string[];
  lead: boolean;
  log: string | null;
  contest: string;
  entries: Input[];
  /** What the formula takes beside the entries: a number, and what it is set against. */
  takes: { title: Text; value: Quantity; of: Quantity }[];
  value?: Quantity;
  base?: { shown: number; of: number; sessions: number; rate: string | null };
  steps: Step[];
}

export interface Indicator {
  number: number;
  title: Text;
  formula: Text;
  caveat: Text;
  across_sessions: boolean;
  below: number;
  unsaid: Text | null;
  leads: Lead[];
}

export const STANDINGS: Standing[] = ["new", "asked", "explained", "concluded"];

export const standing = (lead: Lead): Standing => lead.steps.at(-1)?.turn ?? "new";

/** The fraction that a value was rounded from, where a person can still read it; null elsewhere. */
export function fraction(value: Quantity): string | null {
  if (!value.exact.includes("/") || value.exact.length > 24) return null;
  if (value.form === "ratio") return value.exact;
  return value.form === "root" ? `√(${value.exact})` : null;
}

/** As people read it; money in the unit of its session, what is less than its smallest unit left off. */
export function told(value: Quantity, unit: Unit | null, lang: Lang): string {
  if (value.form !== "amount" || unit === null) return value.shown;
  const [over = "0", under = "1"] = value.exact.split("/");
  return `${figure(BigInt(over) / BigInt(under), unit.scale)} ${unit[lang]}`;
}

/** What may be written next, by whoever it is: the server decides again. */
export function turns(lead: Lead, auditor: boolean): Turn[] {
  switch (standing(lead)) {
    case "new":
      return auditor ? ["asked"] : [];
    case "asked":
      return ["explained"];
    case "explained":
      return auditor ? ["concluded", "asked"] : [];
    case "concluded":
      return [];
  }
}

/** The auction of a log: the last part of its name. */
export const auctionOf = (log: string): string => log.slice(log.lastIndexOf("/") + 1);
