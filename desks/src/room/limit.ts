/**
 * The secret limit up to which the server bids for me: what the page may say about it.
 * Advice only; whether a limit stands is the server's to decide, and `limits` are the bounds it gave.
 */

import type { Room, RoomEvent, You } from "../wire";

/** `on`: it can still answer another offer. `used`: the price has gone past it. */
export type Standing = "off" | "on" | "used";

type Seen = Pick<Room, "direction">;
type Mine = Pick<You, "limit" | "state" | "actions">;

export function standing(room: Seen, you: Mine): Standing {
  if (you.limit === null) return "off";
  if (you.state === "leading") return "on";
  const nearest = you.actions.limits?.[0] ?? null;
  return nearest !== null && (you.limit - nearest) * room.direction >= 0 ? "on" : "used";
}

/** Which bound an amount misses, if the server named any. */
export function misses(amount: number, room: Seen, you: Mine): { bound: "nearest" | "farthest"; amount: number } | null {
  const { limits } = you.actions;
  if (limits === null) return null;
  const [nearest, farthest] = limits;
  if ((amount - nearest) * room.direction < 0) return { bound: "nearest", amount: nearest };
  if ((amount - farthest) * room.direction > 0) return { bound: "farthest", amount: farthest };
  return null;
}

/** Whether the server bid for this bidder in the entry, whoever caused it. */
export function bidFor(event: RoomEvent, bidder: string | null): boolean {
  return bidder !== null && event.facts.some((fact) => fact.fact === "raised_by_house" && fact["bidder"] === bidder);
}
