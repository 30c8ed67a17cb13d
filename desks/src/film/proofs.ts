/**
 * What this browser checks for the film: one entry against the signed root, and a whole record against its policy.
 * It trusts the policy it is given and nothing else; whether the policy is the right one, a person must know.
 */

import { both } from "../i18n";
import { whyNot } from "../proof/able";
import { isArchive, verifyArchive, type Progress } from "../proof/archive";
import type { Entry } from "../proof/envelope";
import { parsePolicy, type Policy } from "../proof/policy";
import { verifyReceipt } from "../proof/receipt";
import { Refusal, same, utf8, type Bytes } from "../proof/text";
import type { Text } from "../wire";
import type { Frame } from "./reel";

/** Whose signatures count. */
export interface Trust {
  policy: Policy;
  text: string;
}

export async function trusted(text: string): Promise<Trust> {
  return { policy: await parsePolicy(utf8(text)), text };
}

/** What was found about one entry; `unable`: nothing can be said here. */
export interface Proven {
  holds: boolean;
  unable: boolean;
  text: Text;
}

/** Whether the bytes shown are the entry of this number that its receipt proves. */
export async function proven(index: number, raw: string, receipt: string | null, trust: Trust | null): Promise<Proven> {
  const unable = (text: Text): Proven => ({ holds: false, unable: true, text });
  if (receipt === null) return unable(both("film.no_proof_yet"));
  const cannot = await whyNot();
  if (cannot) return unable(cannot.sentence);
  if (trust === null) return unable(both("film.no_policy"));
  // Which witnesses are asked for is a question about the record as a whole; of one entry, whether the centre signed it.
  const alone = trust.policy.centreOnly();
  try {
    const found = await verifyReceipt(utf8(receipt), alone);
    if (found.receipt.index !== BigInt(index) || !same(found.receipt.entry, utf8(raw))) return { holds: false, unable: false, text: both("film.other_bytes") };
    const words = { size: String(found.checkpoint.size), witnesses: found.witnesses.map((one) => one.name).join(", ") };
    return { holds: true, unable: false, text: both(words.witnesses === "" ? "film.proven" : "film.proven_witnessed", words) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { holds: false, unable: false, text: thrown.sentence };
  }
}

export interface Whole {
  entries: Entry[];
  checkpoints: number;
  witnesses: string[];
  signed: number;
  requests: number;
}

/** The whole record checked here; raises Refusal with the place and the reason. */
export async function wholeRecord(file: Bytes, trust: Trust, said?: Progress): Promise<Whole> {
  const unable = await whyNot();
  if (unable) throw unable;
  if (!isArchive(file)) throw new Refusal("not a session archive", "不是竞价档案文件");
  const found = await verifyArchive(file, trust.policy, said);
  return {
    entries: found.entries,
    checkpoints: found.archive.checkpoints.length,
    witnesses: found.witnesses.map((one) => one.name),
    signed: found.signed,
    requests: found.requests,
  };
}

/** Whether a line on the reel is the entry that was checked: what the server tells is held against what was signed. */
export function matches(whole: Whole | null, frame: Frame): boolean | null {
  const entry = whole?.entries[frame.i];
  if (!entry) return null;
  return entry.i === frame.i && entry.t === frame.t && entry["type"] === frame.type && entry["actor"] === frame.actor;
}
