import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonical, hex, inclusion, leafHash, rootFrom } from "../src/auditor/proof";

const sha = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};
const leaf = (text: string): Uint8Array => sha(Uint8Array.of(0), new TextEncoder().encode(text));

/** RFC 6962 by its definition, slowly. */
function root(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha(Uint8Array.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function path(index: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return index < k ? [...path(index, leaves.slice(0, k)), root(leaves.slice(k))] : [...path(index - k, leaves.slice(k)), root(leaves.slice(0, k))];
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function receipt(index: number, leaves: Uint8Array[], extra = ""): string {
  const proof = path(index, leaves).map(base64);
  const checkpoint = ["daylight.local/log/a", String(leaves.length), base64(root(leaves)), "", `— daylight.local/log/a ${base64(sha(Uint8Array.of(7)))}`];
  return [`c2sp.org/tlog-proof@v1`, `index ${index}`, ...proof, "", ...checkpoint].join("\n") + "\n" + extra;
}

describe("an entry's bytes", () => {
  it("have sorted keys, no spaces, and Chinese as it is", () => {
    expect(canonical({ t: 1, actor: "bidder:03", data: { b: [true, null, "价\n\"1\""], a: -5 } })).toBe(
      '{"actor":"bidder:03","data":{"a":-5,"b":[true,null,"价\\n\\"1\\""]},"t":1}',
    );
  });
});

describe("the path to the root", () => {
  it("holds for every leaf of every small tree, and for no other leaf", async () => {
    for (let size = 1; size <= 17; size += 1) {
      const leaves = Array.from({ length: size }, (_, n) => leaf(`entry ${n}`));
      for (let index = 0; index < size; index += 1) {
        const proof = path(index, leaves);
        expect(hex((await rootFrom(leaves[index]!, index, size, proof))!)).toBe(hex(root(leaves)));
        expect(hex((await rootFrom(leaf("another"), index, size, proof))!)).not.toBe(hex(root(leaves)));
        expect(await rootFrom(leaves[index]!, index, size, [...proof, leaf("more")])).toBeNull();
        if (proof.length > 0) expect(await rootFrom(leaves[index]!, index, size, proof.slice(1))).toBeNull();
      }
    }
    expect(await rootFrom(leaf("x"), 3, 3, [])).toBeNull();
  });

  it("is read out of a receipt", async () => {
    const leaves = Array.from({ length: 11 }, (_, n) => leaf(`entry ${n}`));
    expect(hex(await leafHash("entry 6"))).toBe(hex(leaves[6]!));
    expect((await inclusion(receipt(6, leaves), leaves[6]!))?.holds).toBe(true);
    expect((await inclusion(receipt(6, leaves), leaves[7]!))?.holds).toBe(false);
    expect(await inclusion("nothing", leaves[6]!)).toBeNull();
  });
});
