/**
 * What a session was when its record ends: the status of bidding/core/state.py, read from the recorded facts.
 * It re-judges nothing: whoever owns the log chose these facts, and later ones may not be in the file.
 */

import type { Entry } from "../proof/envelope";
import type { Status } from "../wire";

const ENDS: { [fact: string]: Status } = { terminated: "terminated", voided: "voided" };

/** The status after the last entry; null where the record holds no session of this house. */
export function statusAtEnd(entries: readonly Entry[]): Status | null {
  if (entries[0]?.["type"] !== "session.opened") return null;
  let ended: Status | null = null;
  let [stage, suspended, closed] = [false, false, false];
  for (const fact of entries.flatMap(factsOf)) {
    ended = ENDS[fact] ?? ended;
    if (fact === "stage_opened") stage = true;
    if (fact === "stage_closed" || fact === "closed") stage = false;
    if (fact === "closed") closed = true;
    if (fact === "suspended" || fact === "resumed") suspended = fact === "suspended";
  }
  if (ended !== null || closed) return ended ?? "closed";
  return suspended ? "suspended" : stage ? "running" : "announced";
}

function factsOf(entry: Entry): string[] {
  const data = entry["data"];
  const rows = data !== null && typeof data === "object" && !Array.isArray(data) ? data["facts"] : null;
  return Array.isArray(rows) ? rows.map((row) => (row !== null && typeof row === "object" && !Array.isArray(row) ? String(row["fact"]) : "")) : [];
}
