/** Leads as the server tells them, where each stands, and what may be written next. Judges nothing. */

import type { Text } from "../wire";

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

export interface Lead {
  id: string;
  part: string;
  part_title: Text;
  who: string[];
  lead: boolean;
  log: string | null;
  contest: string;
  entries: { log: string; index: number }[];
  value?: { exact: string; form: string; shown: string };
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
