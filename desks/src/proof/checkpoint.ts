/**
 * The checkpoint: "the log called `origin` has `size` entries and this root" (C2SP tlog-checkpoint, without its signatures).
 * It is proof of nothing until a note carries it and a policy trusts who signed.
 */

import { emptyRoot, HASH_BYTES } from "./merkle";
import { Refusal, fromBase64, fromDecimal, fromUtf8, same, toBase64, utf8, type Bytes } from "./text";

export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Bytes;
  /** Lines that other logs may add; ours write none. */
  extensions: string[];
}

/** The checkpoint in a note's text; raises Refusal for any other spelling. */
export async function parseBody(body: Uint8Array): Promise<Checkpoint> {
  const lines = fromUtf8(body).split("\n");
  if (lines.length < 4 || lines.pop() !== "") throw new Refusal("three lines expected, each ended by a newline", "应为三行，每行以换行符结束");
  const [origin, size, root, ...extensions] = lines as [string, string, string, ...string[]];
  const checkpoint = { origin, size: fromDecimal(size), root: fromBase64(root), extensions };
  if ([origin, ...extensions].some((line) => line === "" || /[\u0000-\u001f]/.test(line))) {
    throw new Refusal("origin and extension lines are non-empty text", "日志名称和附加行不得为空，也不得含有控制字符");
  }
  if (checkpoint.root.length !== HASH_BYTES) throw new Refusal("the root has 32 bytes", "根应为 32 字节");
  if (checkpoint.size === 0n && !same(checkpoint.root, await emptyRoot())) throw new Refusal("the empty tree has another root", "空日志的根不符");
  return checkpoint;
}

/** The text that is signed. */
export function bodyOf(checkpoint: Checkpoint): Bytes {
  return utf8([checkpoint.origin, String(checkpoint.size), toBase64(checkpoint.root), ...checkpoint.extensions, ""].join("\n"));
}
