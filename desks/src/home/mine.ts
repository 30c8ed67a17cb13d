/** What the bidder's own desk is told, and how it is sorted: what is asked of him first, then what runs without him. */

import type { AuctionLine, Text } from "../wire";

export type StepName = "apply" | "admission" | "pay" | "enrol" | "practise" | "check" | "act" | "wait" | "result";

export interface Step {
  step: StepName;
  state: "done" | "now" | "waiting" | "later" | "missed";
  by: number | null;
  /** With `act`: what the rule asks. */
  ask: string | null;
}

export interface MyAuction {
  line: AuctionLine;
  bidder: string | null;
  lot: string | null;
  /** What officers know his application by, until he is admitted. */
  alias: string | null;
  sentence: Text | null;
  /** In fen. */
  deposit: { required: number; paid: number; ok: boolean };
  deposit_deadline: number | null;
  /** Why he was not admitted; null where he was not declined, or has asked again since. */
  declined: { at: number; reason: string; sentence: Text; alias: string } | null;
  account: string | null;
  steps: Step[];
  next: Step | null;
  checked: { at: number; ok: number } | null;
  practised: number | null;
  complaints: number;
  answered: number;
}

export const GROUPS = ["asked", "waiting", "over", "open"] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf(one: MyAuction): Group {
  if (one.next === null || one.next.step === "result") return "over";
  if (one.next.step === "apply") return one.declined === null ? "open" : "asked";
  return one.next.state === "now" ? "asked" : "waiting";
}

/** Each group in the order of its deadlines; what has none comes last, what is over the latest first. */
export function grouped(all: readonly MyAuction[]): Record<Group, MyAuction[]> {
  const found: Record<Group, MyAuction[]> = { asked: [], waiting: [], over: [], open: [] };
  for (const one of all) found[groupOf(one)].push(one);
  const by = (one: MyAuction): number => one.next?.by ?? Number.MAX_SAFE_INTEGER;
  for (const group of ["asked", "waiting", "open"] as const) found[group].sort((a, b) => by(a) - by(b));
  found.over.reverse();
  return found;
}
