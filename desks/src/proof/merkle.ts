/**
 * Merkle trees and their proofs, as RFC 6962 section 2.1 and RFC 9162 section 2.1.3 define them (SHA-256).
 * Sizes come from signed checkpoints and leaf hashes from entries' bytes, never from a file's word:
 * with a size of his own choice an attacker proves an inner node.
 */

import { Refusal, joined, same, sha256, type Bytes } from "./text";

export const HASH_BYTES = 32;
/** Hashes asked of the browser at once: enough to hide the way there and back, few enough to keep the page alive. */
const AT_ONCE = 512;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(joined(LEAF, entry));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(joined(NODE, left, right));
export const emptyRoot = (): Promise<Bytes> => sha256(new Uint8Array(0));

/** Told how many of how many are done; awaited, so that a page can draw. */
export type Told = (done: number, total: number) => Promise<void> | void;

/** A tree over entries, answering for every size up to its own. */
export class Tree {
  /** `levels[h][i]` is the hash over leaves i*2^h to (i+1)*2^h, complete subtrees only. */
  private constructor(private readonly levels: Bytes[][]) {}

  static async over(entries: readonly Uint8Array[], told?: Told): Promise<Tree> {
    const leaves: Bytes[] = [];
    for (let at = 0; at < entries.length; at += AT_ONCE) {
      leaves.push(...(await Promise.all(entries.slice(at, at + AT_ONCE).map(leafHash))));
      await told?.(leaves.length, entries.length);
    }
    return Tree.fromLeaves(leaves, () => told?.(leaves.length, entries.length));
  }

  /** `between` is awaited now and then, for a page that wants to stay alive. */
  static async fromLeaves(leaves: Bytes[], between?: () => Promise<void> | void): Promise<Tree> {
    const levels = [leaves];
    for (let row = leaves; row.length > 1; ) {
      const above: Bytes[] = [];
      const pairs = row.length >> 1;
      for (let at = 0; at < pairs; at += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, pairs - at) }, (_, i) => nodeHash(row[2 * (at + i)]!, row[2 * (at + i) + 1]!));
        above.push(...(await Promise.all(some)));
        await between?.();
      }
      levels.push(above);
      row = above;
    }
    return new Tree(levels);
  }

  get size(): number {
    return this.levels[0]!.length;
  }

  /** The root over the first `size` leaves; `size` is at most this tree's. */
  async root(size: number): Promise<Bytes> {
    if (size === 0) return emptyRoot();
    let folded: Bytes | null = null;
    let position = size;
    for (let width = size; width > 0; ) {
      // Powers of two by division: sizes may pass 2^31, where JavaScript's bit operators end.
      let [height, lowest] = [0, 1];
      while ((width / lowest) % 2 === 0) [height, lowest] = [height + 1, lowest * 2];
      position -= lowest;
      const node = this.levels[height]![position / lowest]!;
      folded = folded === null ? node : await nodeHash(node, folded);
      width -= lowest;
    }
    return folded!;
  }
}

/** Returns when `leaf` is entry `index` of the tree (size, root), else Refusal. RFC 9162 2.1.3.2. */
export async function verifyInclusion(index: bigint, size: bigint, leaf: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): Promise<void> {
  if (index < 0n || index >= size) throw new Refusal(`index ${index} outside a tree of ${size}`, `编号 ${index} 超出 ${size} 条记录的范围`);
  lengths(leaf, root, ...proof);
  let running = leaf;
  const turns = wayUp(index, size - 1n, proof.length);
  for (const [at, sibling] of proof.entries()) running = turns[at] ? await nodeHash(sibling, running) : await nodeHash(running, sibling);
  if (!same(running, root)) throw new Refusal("inclusion proof leads to another root", "证明路径得出的根与签名的根不符");
}

/** Returns when the tree (n, rootN) begins with the tree (m, rootM), else Refusal. RFC 9162 2.1.4.2; size 0 proves nothing. */
export async function verifyConsistency(m: bigint, n: bigint, rootM: Uint8Array, rootN: Uint8Array, proof: readonly Uint8Array[]): Promise<void> {
  if (m <= 0n || m > n) throw new Refusal(`no consistency between sizes ${m} and ${n}`, `${m} 与 ${n} 之间无从证明一致`);
  if (m === n) {
    if (proof.length > 0) throw new Refusal("equal sizes need no proof", "大小相同，不应带有证明");
    if (!same(rootM, rootN)) throw new Refusal("equal sizes, different roots", "大小相同而根不同");
    return;
  }
  lengths(rootM, rootN, ...proof);
  if (proof.length === 0) throw new Refusal("consistency proof missing", "缺少一致性证明");
  // A complete tree of m is itself the first node of the path.
  const path = (m & (m - 1n)) === 0n ? [rootM, ...proof] : [...proof];
  let [node, last] = [m - 1n, n - 1n];
  while (node & 1n) [node, last] = [node >> 1n, last >> 1n];
  let [old, now] = [path[0]!, path[0]!];
  const turns = wayUp(node, last, path.length - 1);
  for (const [at, sibling] of path.slice(1).entries()) {
    if (turns[at]) [old, now] = [await nodeHash(sibling, old), await nodeHash(sibling, now)];
    else now = await nodeHash(now, sibling);
  }
  if (!same(old, rootM)) throw new Refusal("consistency proof does not lead to the earlier root", "一致性证明得不出较早的根");
  if (!same(now, rootN)) throw new Refusal("consistency proof does not lead to the later root", "一致性证明得不出较晚的根");
}

/** For each hash of a path from `node` to the root, whether it stands on the left; the way must take exactly `steps`. */
function wayUp(start: bigint, end: bigint, steps: number): boolean[] {
  let [node, last] = [start, end];
  const turns: boolean[] = [];
  for (let step = 0; step < steps; step += 1) {
    if (last === 0n) throw new Refusal("proof too long", "证明路径过长");
    const left = (node & 1n) === 1n || node === last;
    // A node without a right neighbour rises until it is somebody's right child.
    while (left && node !== 0n && (node & 1n) === 0n) [node, last] = [node >> 1n, last >> 1n];
    turns.push(left);
    [node, last] = [node >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new Refusal("proof too short", "证明路径过短");
  return turns;
}

function lengths(...hashes: Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw new Refusal("a hash has 32 bytes", "哈希值应为 32 字节");
}
