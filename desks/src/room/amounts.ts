/**
 * What the page may say about an amount before it is asked: advice, distance, a jump worth a second look.
 * Pure, and no rule: bounds and suggestions are the server's, and its refusal would say the same.
 */

import type { Actions, Room } from "../wire";

export interface Bounds {
  minimum: number | null;
  maximum: number | null;
}

/** Which bound an amount misses: `near` is the least one may offer, in the direction of the auction. */
export function misses(amount: number, bounds: Bounds, direction: 1 | -1): { bound: "near" | "far"; amount: number } | null {
  const { minimum, maximum } = bounds;
  if (minimum !== null && (amount - minimum) * direction < 0) return { bound: "near", amount: minimum };
  if (maximum !== null && (amount - maximum) * direction > 0) return { bound: "far", amount: maximum };
  return null;
}

/** How far beyond the price that stands: the difference, whole steps in it, and whether nothing is left over. */
export function distance(amount: number, top: number | null, step: number | null, direction: 1 | -1): { by: number; steps: number; exact: boolean } | null {
  if (top === null) return null;
  const by = (amount - top) * direction;
  if (by <= 0) return null;
  if (step === null || step <= 0) return { by, steps: 0, exact: false };
  return { by, steps: Math.floor(by / step), exact: by % step === 0 };
}

/** Beyond every amount the server suggests; where it suggests none, nothing is far. */
export function far(amount: number, actions: Pick<Actions, "quick" | "enter">, direction: 1 | -1): boolean {
  const suggested = actions.enter === null ? actions.quick : [...actions.quick, actions.enter];
  return suggested.length > 0 && suggested.every((value) => (value - amount) * direction < 0);
}

const LAST_MINUTE = 60_000_000;

/** Whether the stage that runs ends within a minute, by the server's clock. */
export function lastMinute(room: Pick<Room, "status" | "stage">, now: number | null): boolean {
  const closes = room.stage?.closes ?? null;
  return room.status === "running" && closes !== null && now !== null && room.stage!.opens <= now && closes - now < LAST_MINUTE;
}

/** What is wrong with a quantity: out of its bounds, or between two places of its grid. */
export function wrongQuantity(quantity: number, least: number | null, most: number | null, step: number | null): "bounds" | "grid" | null {
  if ((least !== null && quantity < least) || (most !== null && quantity > most)) return "bounds";
  return step !== null && step > 0 && least !== null && (quantity - least) % step !== 0 ? "grid" : null;
}
