/**
 * What this browser alone knows of an auction, as text for a complaint: requests without an answer, with their
 * signatures, and the checkpoints it has seen. Null where it has kept nothing.
 */

import { Shelves } from "../room/shelves";
import { toBase64 } from "../proof/text";
import type { Memory } from "../room/watch";

/** The house takes so many characters. */
const MOST = 40_000;

export async function browserEvidence(account: string, auction: string, bidder: string): Promise<string | null> {
  const pending = unanswered(auction, bidder);
  const seen = await checkpoints(`${account}/${auction}`);
  if (pending.length === 0 && seen.length === 0) return null;
  let notes = seen;
  for (;;) {
    const text = JSON.stringify({ what: "daylight/browser-evidence/v1", auction, bidder, pending, checkpoints: notes });
    // The latest checkpoints prove the most: each covers all that came before it.
    if (text.length <= MOST || notes.length === 0) return text.length <= MOST ? text : null;
    notes = notes.slice(Math.ceil(notes.length / 2));
  }
}

function unanswered(auction: string, bidder: string): unknown[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`daylight.pending.${auction}.${bidder}`) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

async function checkpoints(name: string): Promise<string[]> {
  try {
    const memory = await (await Shelves.open()).get<Memory>("seen", name);
    return (memory?.notes ?? []).map((note) => toBase64(note));
  } catch {
    return [];
  }
}
