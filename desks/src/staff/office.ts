/** What the house says an auction asks of this officer now. */

import type { Room, Text } from "../wire";

export type OfficersAsk =
  | "draw" | "draw_commit" | "draw_reveal" | "draw_figure" | "draw_balls"
  | "seal_reserve" | "open_reserve" | "score" | "withdraw" | "trustee_key";

export interface Asked {
  ask: OfficersAsk;
  blocked: Text | null;
}

export interface Drawing {
  what: string | null;
  source: "OFFICERS" | "COMMIT_REVEAL" | "BEACON" | "BALLS";
  pool: string[];
  order: string[];
  parties: { id: string; title: Text; committed: boolean; revealed: boolean }[];
  needed: number;
  revealing: boolean;
  beacon: "DRAND_QUICKNET" | "FIGURES" | null;
  figures: Text;
  round: number | null;
  at: number | null;
  typed: number;
}

export interface Office {
  asked: Asked[];
  paddles: string[];
  to_score: string[];
  reserves: { sealed: number; opened: number };
  drawing: Drawing | null;
  proposals: { i: number; act: string; mine: boolean; text: Text }[];
  policy: { extend_left: number; surrogate: boolean; next_in_line: boolean; second: string[] };
}

/** The part of a document about officers; null where it says nothing. */
export interface OfficersPolicy {
  extend_seconds: number;
  surrogate: boolean;
  /** After a default the next by rank may be awarded, where the rule knows one. */
  next_in_line: boolean;
  /** `exclude` is always among them: the house adds it. */
  second: ("extend" | "surrogate" | "exclude" | "terminate" | "void" | "reaward")[];
}

/** The part of a document about interruptions, in seconds; null where it says nothing. */
export interface DowntimePolicy {
  auto_seconds: number;
  notice_seconds: number;
}

/** Whether an act still means anything as the session stands: what came too late is not offered, and not confirmed. */
export function possible(act: string, room: Pick<Room, "status" | "suspended">): boolean {
  const { status, suspended } = room;
  if (act === "void" || act === "reaward") return status === "closed";
  if (act === "extend" || act === "surrogate") return status === "running";
  if (act === "resume") return status === "suspended" && suspended?.resumes === null;
  // An announced hour can be taken back.
  if (act === "suspend") return status === "running" || (status === "suspended" && suspended?.resumes !== null);
  return status === "announced" || status === "running" || status === "suspended";
}

/** The numbers of an order of balls as somebody typed them: apart by spaces, commas or new lines. */
export function ballsOf(typed: string): string[] {
  return typed.split(/[\s,，、]+/).filter((part) => part !== "");
}

/** What is wrong with an order for this pool; null when it has everybody once. */
export function wrongOrder(order: readonly string[], pool: readonly string[]): { missing: string[]; strange: string[] } | null {
  const missing = pool.filter((one) => !order.includes(one));
  const strange = order.filter((one, at) => !pool.includes(one) || order.indexOf(one) !== at);
  return missing.length === 0 && strange.length === 0 ? null : { missing, strange };
}
