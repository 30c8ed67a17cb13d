/**
 * One look at a file with a policy: which kind it is, whether it holds, and what may be said about it.
 * It knows no page; progress is told and awaited, so that a page can stay alive under a long archive.
 */

import { isArchive, verifyArchive, type Progress } from "../proof/archive";
import { whyNot } from "../proof/able";
import type { Entry } from "../proof/envelope";
import { NONE, parsePolicy, type Witnessed } from "../proof/policy";
import { weighReceipt } from "../proof/receipt";
import { toHex, type Bytes } from "../proof/text";
import type { Status } from "../wire";
import { statusAtEnd } from "./standing";

export interface Found {
  kind: "receipt" | "archive";
  origin: string;
  size: number;
  root: string;
  witnesses: Witnessed[];
  /** The policy asks for no witness at all. */
  alone: boolean;
  /** Signature lines by keys the policy does not name; nobody checked them. */
  strangers: number;
  /** Witnesses the policy asks for who have not signed a receipt yet; an archive without them is refused. */
  missing: string[];
  /** The receipt's entry; of an archive its last. */
  entry: Entry | null;
  /** The receipt's entry as it was logged. */
  raw: Bytes | null;
  checkpoints: number;
  signed: number;
  requests: number;
  /** All entries of an archive; none of a receipt. */
  entries: Entry[];
  /** What the session was when the archive ends; null for a receipt and for a log of another kind. */
  status: Status | null;
}

/** A policy as it was published: editors on Windows add a mark and carriage returns to text. */
function asPublished(policy: Bytes): Bytes {
  const marked = policy[0] === 0xef && policy[1] === 0xbb && policy[2] === 0xbf;
  return policy.slice(marked ? 3 : 0).filter((byte, at, all) => byte !== 0x0d || all[at + 1] !== 0x0a);
}

/** What holds, or waits for its witnesses (`missing`); raises Refusal with the place and the reason. */
export async function check(file: Bytes, policyFile: Bytes, told?: Progress): Promise<Found> {
  const unable = await whyNot();
  if (unable) throw unable;
  const policy = await parsePolicy(asPublished(policyFile));
  const alone = policy.quorum === NONE;
  if (isArchive(file)) {
    const { archive, checkpoint, witnesses, strangers, entries, signed, requests } = await verifyArchive(file, policy, told);
    const seen = { origin: archive.origin, size: entries.length, root: toHex(checkpoint.root), witnesses, strangers, alone, signed, requests, entries };
    return { kind: "archive", ...seen, entry: entries.at(-1) ?? null, raw: null, checkpoints: archive.checkpoints.length, status: statusAtEnd(entries), missing: [] };
  }
  const { checkpoint, witnesses, strangers, entry, receipt } = await weighReceipt(file, policy);
  const seen = { origin: checkpoint.origin, size: Number(checkpoint.size), root: toHex(checkpoint.root), witnesses, strangers, alone };
  return { kind: "receipt", ...seen, entry, raw: receipt.entry, checkpoints: 1, signed: 0, requests: 0, entries: [], status: null, missing: policy.missing(witnesses) };
}

/** Which auction a file says it is of, to know whose policy to ask for; it is only a guess of where to look. */
export function auctionOf(file: Bytes): string | null {
  // Enough for the head of an archive, and for the whole of a receipt.
  const lines = new TextDecoder().decode(file.subarray(0, 200_000)).split("\n");
  const origin = isArchive(file) ? lines[1] : lines[lines.indexOf("") + 1];
  return /\/([a-z0-9][a-z0-9-]{0,47})$/.exec(origin ?? "")?.[1] ?? null;
}
