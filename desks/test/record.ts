/** A signed log of a test's own making, and a house that shows it. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { toBase64, utf8, type Bytes } from "../src/proof/text";
import type { House } from "../src/room/watch";

export const ORIGIN = "bid.example.cn/log/watched";
const sha = (...parts: Uint8Array[]): Bytes => Uint8Array.from(createHash("sha256").update(Buffer.concat(parts)).digest());
const leaf = (text: string): Bytes => sha(Uint8Array.of(0), utf8(text));
const split = (width: number): number => 2 ** Math.floor(Math.log2(width - 1));

/** RFC 6962 section 2.1 by its definitions. */
function root(leaves: Bytes[]): Bytes {
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return sha(Uint8Array.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function path(m: number, leaves: Bytes[]): Bytes[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k ? [...path(m, leaves.slice(0, k)), root(leaves.slice(k))] : [...path(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
}
function between(m: number, leaves: Bytes[], whole = true): Bytes[] {
  if (m === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  return m <= k ? [...between(m, leaves.slice(0, k), whole), root(leaves.slice(k))] : [...between(m - k, leaves.slice(k), false), root(leaves.slice(0, k))];
}

export class Log {
  private readonly pair = generateKeyPairSync("ed25519");
  readonly policy: Bytes;
  private readonly id: Bytes;

  constructor() {
    const raw = Buffer.from(this.pair.publicKey.export({ format: "jwk" }).x!, "base64url");
    const material = Buffer.concat([Uint8Array.of(1), raw]);
    this.id = sha(utf8(`${ORIGIN}\n`), material).slice(0, 4);
    this.policy = utf8(`log ${ORIGIN}+${Buffer.from(this.id).toString("hex")}+${material.toString("base64")}\nquorum none\n`);
  }

  entries(n: number, changed = ""): string[] {
    return Array.from({ length: n }, (_, i) => JSON.stringify({ i, log: ORIGIN, t: 1_000 + i, type: `bid${i === 0 ? changed : ""}`, v: 1 }));
  }

  note(entries: string[]): string {
    const body = `${ORIGIN}\n${entries.length}\n${toBase64(root(entries.map(leaf)))}\n`;
    return `${body}\n\u2014 ${ORIGIN} ${toBase64(Buffer.concat([this.id, sign(null, utf8(body), this.pair.privateKey)]))}\n`;
  }

  receipt(index: number, entries: string[]): Bytes {
    const hashes = path(index, entries.map(leaf)).map(toBase64);
    return utf8([`c2sp.org/tlog-proof@v1`, `extra ${toBase64(utf8(entries[index]!))}`, `index ${index}`, ...hashes, "", this.note(entries)].join("\n"));
  }
}

export function honest(log: Log, now: { entries: string[] }): House & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    policy: async () => log.policy,
    receipt: async (index) => log.receipt(index, now.entries),
    async consistency(from, to) {
      asked.push(`${from}-${to}`);
      return between(Number(from), now.entries.slice(0, Number(to)).map(leaf)).map(toBase64);
    },
  };
}
