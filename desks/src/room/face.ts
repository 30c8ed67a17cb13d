/** Which face the room shows: by what the server asks of this bidder, and by the kind of the stage. */

import type { Room, You } from "../wire";

export type Face = "pad" | "asked" | "tick" | "lines" | "wait" | "none";

/** In these stages a bidder has nothing to do but watch. */
const WATCHED = new Set(["draw", "seed", "frozen", "reserve", "panel", "read_out"]);

export const isWatched = (room: Pick<Room, "stage">): boolean => room.stage !== null && WATCHED.has(room.stage.kind);

export function faceOf(room: Pick<Room, "stage">, you: Pick<You, "actions">): Face {
  const { ask, lines, blocked } = you.actions;
  if (isWatched(room)) return "wait";
  if (ask === "reveal") return blocked === null ? "none" : "pad";
  if (lines.length > 0) return "lines";
  if (ask === "confirm") return "asked";
  if (ask === "stay") return "tick";
  return "pad";
}

/** The question of a stage, as far as this page has its own words for it. */
export type Question = "inquiry" | "join" | "price" | "agree" | "register" | "claim" | "confirm";

export function questionOf(stage: { id: string; kind: string }): Question | null {
  if (stage.kind === "claim") return stage.id === "claim" ? "claim" : stage.id === "confirm" ? "confirm" : null;
  if (stage.kind !== "gate") return null;
  if (stage.id === "inquiry" || stage.id === "join" || stage.id === "register") return stage.id;
  if (stage.id === "confirm") return "price";
  return stage.id.startsWith("agree") ? "agree" : null;
}

/** Whose turn it is, where bidders speak one after another: the order and the place in it. */
export function turnOf(room: Pick<Room, "stage" | "entitled">): { order: string[]; holder: string | null; next: string | null } | null {
  const { stage, entitled } = room;
  if (!stage || !entitled || entitled.length === 0) return null;
  if (stage.kind === "turns") {
    const place = (Math.max(1, stage.round) - 1) % entitled.length;
    return { order: entitled, holder: entitled[place] ?? null, next: entitled[(place + 1) % entitled.length] ?? null };
  }
  if (stage.kind === "claim" && stage.id === "claim") {
    return { order: entitled, holder: entitled[stage.round - 1] ?? null, next: entitled[stage.round] ?? null };
  }
  return null;
}

/** How what is shown is disclosed: the key of the sentence that says so. */
export function disclosureOf(room: Pick<Room, "stage">): "why.sealed" | "why.round" | "why.clock" | "why.open" {
  const kind = room.stage?.kind ?? "";
  if (kind === "clock") return "why.clock";
  if (kind === "turns" || kind === "rounds") return "why.round";
  return room.stage?.sealed ? "why.sealed" : "why.open";
}
