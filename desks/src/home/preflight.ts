/**
 * The check before a session: what this browser can do and how far the house is away. It bars nobody; it says
 * in time what would hurt later. Everything it needs of the browser comes in as an argument, so that it can be tried.
 */

export type Found = "ok" | "warn" | "bad" | "untried";
export const POINTS = ["clock", "line", "key", "sound", "screen"] as const;
export type Point = (typeof POINTS)[number];

/** Microseconds. A countdown that may be wrong by half a second is no countdown for the last ten. */
const CLOCK_FINE = 250_000;
const CLOCK_POOR = 1_000_000;
const TRIP_FINE = 300_000;
const TRIP_POOR = 1_000_000;
/** The machine's own clock, which nothing here relies on: beyond this its owner should know. */
export const OFF_WORTH_SAYING = 2_000_000;

export function clockFound(uncertainty: number | null): Found {
  if (uncertainty === null) return "bad";
  return uncertainty < CLOCK_FINE ? "ok" : uncertainty < CLOCK_POOR ? "warn" : "bad";
}

export function lineFound(trip: number | null): Found {
  if (trip === null) return "bad";
  return trip < TRIP_FINE ? "ok" : trip < TRIP_POOR ? "warn" : "bad";
}

/** Without a key one bids unsigned; who has enrolled one and cannot sign here cannot bid here at all. */
export function keyFound(works: boolean, enrolled: boolean): Found {
  if (works) return "ok";
  return enrolled ? "bad" : "warn";
}

interface Locks {
  request(type: "screen"): Promise<{ release(): Promise<void> }>;
}

/** Whether the screen may be kept awake. */
export async function screenFound(locks: Locks | undefined): Promise<Found> {
  if (locks === undefined) return "warn";
  try {
    await (await locks.request("screen")).release();
    return "ok";
  } catch {
    return "warn";
  }
}
