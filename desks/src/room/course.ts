/** The price's course over time, for the chart: the top after each standing offer, and each extension. */

import type { Room, RoomEvent } from "../wire";

export interface Course {
  /** Seconds since 1970 for the axis; positions on a screen, never money. */
  times: number[];
  prices: number[];
  extensions: number[];
}

export function course(room: Room, events: readonly RoomEvent[]): Course {
  const times: number[] = [];
  const prices: number[] = [];
  const extensions = new Set<number>();
  let top: number | null = null;
  for (const event of events) {
    for (const fact of event.facts) {
      if (fact.fact === "deadline_moved" && fact["why"] === "extension") extensions.add(event.t / 1e6);
      if (fact.fact !== "offer_stood" || typeof fact["amount"] !== "number") continue;
      const amount = fact["amount"];
      if (top !== null && (amount - top) * room.direction <= 0) continue;
      top = amount;
      times.push(event.t / 1e6);
      prices.push(amount);
    }
  }
  return { times, prices, extensions: [...extensions].sort((a, b) => a - b) };
}
