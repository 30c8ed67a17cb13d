/** Why the end moved, and what was told meanwhile: read off the record, never worked out anew. */

import type { RoomEvent } from "../wire";

export interface Move {
  t: number;
  i: number | null;
  who: string | null;
  why: string;
  from: number | null;
  to: number;
}

/** Every time the end of a stage was moved, newest last. */
export function moves(events: readonly RoomEvent[]): Move[] {
  const found: Move[] = [];
  let closes: number | null = null;
  for (const event of events) {
    for (const fact of event.facts) {
      if (fact.fact === "stage_opened" || fact.fact === "round_opened") closes = instant(fact["closes"]);
      if (fact.fact !== "deadline_moved") continue;
      const to = instant(fact["closes"]);
      if (to === null || to === closes) continue;
      const bidder = event.type.startsWith("bid") || event.type.startsWith("proxy") ? event.who : null;
      found.push({ t: event.t, i: event.i, who: bidder, why: String(fact["why"]), from: closes, to });
      closes = to;
    }
  }
  return found;
}

export interface Told {
  t: number;
  what: string;
  value: number | null;
}

/** Figures that were made known while the auction ran: averages that were broadcast, the reserve. */
export function told(events: readonly RoomEvent[]): Told[] {
  return events.flatMap((event) =>
    event.facts
      .filter((fact) => fact.fact === "revealed" && /^(average|reserve)/.test(String(fact["what"])))
      .map((fact) => ({ t: event.t, what: String(fact["what"]), value: instant(fact["value"]) })),
  );
}

function instant(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
