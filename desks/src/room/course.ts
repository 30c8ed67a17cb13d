/** The price's course over time, for the chart: the top after each standing offer, and each extension. */

import type { Room, RoomEvent } from "../wire";

export interface Course {
  /** Seconds since 1970 for the axis; positions on a screen, never money. */
  times: number[];
  prices: number[];
  extensions: number[];
}

/** Half the width of an axis that holds one instant only, in seconds. */
const AROUND = 30;

/** The time axis: all there is, and a minute around a single instant, which by itself has no width. */
export function timeAxis(first: number | null, last: number | null): [number | null, number | null] {
  return first !== null && first === last ? [first - AROUND, first + AROUND] : [first, last];
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
