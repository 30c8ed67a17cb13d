/**
 * One look at a file with a policy: which kind it is, whether it holds, and what may be said about it.
 * It knows no page; progress is told and awaited, so that a page can stay alive under a long archive.
 */

import { isAcknowledgement, verifyAcknowledgement, type Acknowledgement } from "../proof/acknowledgement";
import { isArchive, verifyArchive, type Progress } from "../proof/archive";
import { whyNot } from "../proof/able";
import type { Entry } from "../proof/envelope";
import { NONE, parsePolicy, type Witnessed } from "../proof/policy";
import { isReceipt, weighReceipt } from "../proof/receipt";
import { Refusal, toHex, type Bytes } from "../proof/text";
import type { Status } from "../wire";
import { statusAtEnd } from "./standing";

export interface Found {
  kind: "receipt" | "archive" | "acknowledgement";
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
  /** Sealed offers opened again, of those that the record says were opened or void. */
  opened: number;
  claimed: number;
  /** All entries of an archive; none of a receipt. */
  entries: Entry[];
  /** What the centre says of a complaint; null for the other kinds. */
  complaint: Acknowledgement | null;
  /** What the session was when the archive ends; null for a receipt, a complaint, and a log of another kind. */
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
  if (isAcknowledgement(file)) return ofComplaint(await verifyAcknowledgement(file, policy));
  if (isArchive(file)) {
    const { archive, checkpoint, witnesses, strangers, entries, signed, requests, opened, claimed } = await verifyArchive(file, policy, told);
    const seen = { origin: archive.origin, size: entries.length, root: toHex(checkpoint.root), witnesses, strangers, alone, signed, requests, opened, claimed, entries };
    return { kind: "archive", ...seen, entry: entries.at(-1) ?? null, raw: null, checkpoints: archive.checkpoints.length, status: statusAtEnd(entries), missing: [], complaint: null };
  }
  const strange = isReceipt(file) ? null : strangeness(file);
  if (strange !== null) throw strange;
  const { checkpoint, witnesses, strangers, entry, receipt } = await weighReceipt(file, policy);
  const seen = { origin: checkpoint.origin, size: Number(checkpoint.size), root: toHex(checkpoint.root), witnesses, strangers, alone };
  return { ...NOTHING, kind: "receipt", ...seen, entry, raw: receipt.entry, checkpoints: 1, missing: policy.missing(witnesses) };
}

/** Why a file is none of the three kinds: mail programs and editors change the very bytes that were signed. */
function strangeness(file: Bytes): Refusal {
  const start = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.subarray(0, 100));
  if (start.startsWith("\ufeff") || /^[\x20-\x7e]+\r\n/.test(start)) {
    return new Refusal("line breaks were changed: an editor or a mail program wrote it anew; use the original", "换行已被改动（编辑器或邮件程序重写过），请使用原始文件", "file");
  }
  return new Refusal("neither an archive, nor a receipt, nor the acknowledgement of a complaint", "既不是竞价档案，也不是回执或异议受理回执", "file");
}

/** What a paper has that is no archive. */
const NOTHING = { entry: null, raw: null, checkpoints: 0, signed: 0, requests: 0, opened: 0, claimed: 0, entries: [], status: null, missing: [], complaint: null };

/** A paper beside all logs: nobody is asked to witness it. */
function ofComplaint(complaint: Acknowledgement): Found {
  return { ...NOTHING, kind: "acknowledgement", origin: complaint.auction, size: 0, root: "", witnesses: [], alone: false, strangers: 0, complaint };
}

/** Which auction a file says it is of, to know whose policy to ask for; it is only a guess of where to look. */
export function auctionOf(file: Bytes): string | null {
  // Enough for the head of an archive, and for the whole of a receipt.
  const lines = new TextDecoder().decode(file.subarray(0, 200_000)).split("\n");
  const origin = isArchive(file) ? lines[1] : isAcknowledgement(file) ? lines[2]?.replace(/^auction /, "") : lines[lines.indexOf("") + 1];
  const name = /\/([a-z0-9][a-z0-9-]{0,47})$/.exec(origin ?? "")?.[1] ?? null;
  // Beside the log of an auction stands that of the remarks on it, which is no auction's.
  return name === "notes" ? null : name;
}
