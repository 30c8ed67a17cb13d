/**
 * The receipt: "this is entry N of the log the centre signed" (C2SP tlog-proof with the entry's bytes in `extra`).
 * It reveals nobody else's entry, and it is not proof that something was sent and not logged.
 */

import { openEntry, type Entry } from "./envelope";
import { HASH_BYTES, leafHash, verifyInclusion } from "./merkle";
import type { Checked, Policy } from "./policy";
import { Refusal, find, fromBase64, fromDecimal, fromUtf8, utf8, type Bytes } from "./text";

export const HEADER = "c2sp.org/tlog-proof@v1";
/** A path of 63 hashes reaches beyond any size that can be written down. */
const MAX_HASHES = 63;

export interface Receipt {
  /** Empty when the file carries none. */
  entry: Bytes;
  index: bigint;
  proof: Bytes[];
  checkpoint: Bytes;
}

export interface VerifiedReceipt extends Checked {
  receipt: Receipt;
  entry: Entry;
}

/** Whether a file begins like a receipt; nothing is verified. */
export const isReceipt = (raw: Uint8Array): boolean => find(raw.subarray(0, HEADER.length + 1), utf8(`${HEADER}\n`)) === 0;

/** The parts of a receipt. Nothing is verified here. */
export function parseReceipt(raw: Bytes): Receipt {
  try {
    return parse(raw);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new Refusal(`not a receipt: ${thrown.en}`, `不是有效的回执文件：${thrown.zh}`, "receipt");
  }
}

/** The entry that a receipt carries, by what it says of itself. Nothing is verified here. */
export function entryOf(receipt: Receipt): { type: string; t: number } {
  const told: unknown = JSON.parse(fromUtf8(receipt.entry));
  const { type, t } = told as { type?: unknown; t?: unknown };
  if (typeof type !== "string" || typeof t !== "number") throw new Refusal("the receipt carries no entry", "回执中没有记录内容", "receipt");
  return { type, t };
}

/** The receipt with its entry, once the policy trusts it and the entry is in the tree; raises Refusal. */
export async function verifyReceipt(raw: Bytes, policy: Policy): Promise<VerifiedReceipt> {
  const weighed = await weighReceipt(raw, policy);
  policy.demandQuorum(weighed.witnesses);
  return weighed;
}

/** The receipt, once its log's own signature holds and the entry is in the tree; witnesses may still be missing. */
export async function weighReceipt(raw: Bytes, policy: Policy): Promise<VerifiedReceipt> {
  const receipt = parseReceipt(raw);
  if (receipt.entry.length === 0) throw new Refusal("the receipt carries no entry", "回执中没有记录内容", "receipt");
  const checked = await policy.openCheckpoint(receipt.checkpoint, null, false);
  const { size, root, origin } = checked.checkpoint;
  try {
    await verifyInclusion(receipt.index, size, await leafHash(receipt.entry), receipt.proof, root);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new Refusal(
      `the entry is not entry ${receipt.index} of the signed log: ${thrown.en}`,
      `该记录不是已签名日志中的第 ${receipt.index} 号：${thrown.zh}`,
      "receipt",
    );
  }
  try {
    return { ...checked, receipt, entry: openEntry(receipt.entry, origin, receipt.index) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new Refusal(`the entry ${thrown.en}`, `该记录${thrown.zh}`, "receipt");
  }
}

function parse(raw: Bytes): Receipt {
  const blank = find(raw, utf8("\n\n"));
  const checkpoint = raw.slice(blank + 2);
  if (blank < 0 || checkpoint.length === 0) throw new Refusal("no checkpoint after a blank line", "空行之后没有检查点");
  const [header, ...lines] = fromUtf8(raw.subarray(0, blank)).split("\n");
  if (header !== HEADER) throw new Refusal(`the first line is not ${HEADER}`, `首行不是 ${HEADER}`);
  let entry: Bytes = new Uint8Array(0);
  if (lines[0]?.startsWith("extra ")) {
    entry = fromBase64(lines.shift()!.slice("extra ".length));
    if (entry.length === 0) throw new Refusal("an empty extra line", "extra 行为空");
  }
  if (!lines[0]?.startsWith("index ")) throw new Refusal("no index line", "缺少 index 行");
  const index = fromDecimal(lines.shift()!.slice("index ".length));
  const proof = lines.map(fromBase64);
  if (proof.length > MAX_HASHES || proof.some((hash) => hash.length !== HASH_BYTES)) {
    throw new Refusal("the path is not a list of SHA-256 hashes", "证明路径不是 SHA-256 哈希的列表");
  }
  return { entry, index, proof, checkpoint };
}
