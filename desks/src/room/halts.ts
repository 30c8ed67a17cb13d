/** When the session stood still last, and what became of its end: read off its own record. Instants and spans are microseconds. */

import type { RoomEvent } from "../wire";
import { moves } from "./moves";

export interface Halt {
  since: number;
  ended: number;
  /** By how much the end was moved when it went on, and to when; null where it stayed, or there is none. */
  given: number | null;
  closes: number | null;
}

/** So long after it went on everybody is still told. */
export const TOLD_FOR = 300_000_000;

/** The last time it stood still and went on again; null where it never did, or stands still now. */
export function lastHalt(events: readonly RoomEvent[]): Halt | null {
  let since: number | null = null;
  let ended: RoomEvent | null = null;
  for (const event of events) {
    for (const fact of event.facts) {
      if (fact.fact === "suspended") [since, ended] = [stopped(event) ?? event.t, null];
      else if (fact.fact === "resumed") ended = event;
    }
  }
  if (since === null || ended === null) return null;
  const { t } = ended;
  const moved = moves(events).find((move) => move.t === t && move.why === "resumed");
  return { since, ended: t, given: moved?.from == null ? null : moved.to - moved.from, closes: moved?.to ?? null };
}

/** Since when time did not run, where the entry suspends; the house may have come to know of it later. */
export function stopped(event: Pick<RoomEvent, "facts">): number | null {
  const since = event.facts.find((fact) => fact.fact === "suspended")?.["since"];
  return typeof since === "number" ? since : null;
}
