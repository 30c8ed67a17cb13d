// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { P256, X25519, curveFor, deal, hpkeSeal, plainOf, seal, toBase64 } from "../src/escrow";

interface Case {
  name: string;
  auction: string;
  lot: string;
  bidder: string;
  price: number;
  unit: string;
  k: number;
  n: number;
  key: string;
  nonce: string;
  plain: string;
  commit: string;
  box: string;
  shares: string[];
}
const frozen = JSON.parse(readFileSync(new URL("../../tests/vectors/escrow.json", import.meta.url), "utf8")) as { publics: string[]; both: string[]; cases: Case[] };

const both = frozen.both.map((raw) => Buffer.from(raw, "hex").toString("base64"));

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (raw: Uint8Array): string => Buffer.from(raw).toString("hex");
const fromBase64 = (value: string): string => Buffer.from(value, "base64").toString("hex");

/** The frozen key pair of a vector: PKCS #8 of X25519 is a fixed head and the 32 bytes. */
async function pair(privateHex: string, publicHex: string): Promise<CryptoKeyPair> {
  const head = bytes("302e020100300506032b656e04220420");
  const whole = Uint8Array.from([...head, ...bytes(privateHex)]);
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", whole, { name: "X25519" }, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", Uint8Array.from(bytes(publicHex)), { name: "X25519" }, true, []),
  };
}

describe("a sealed offer", () => {
  it("can be made in this engine", async () => {
    expect(await curveFor([])).toBe(X25519);
    expect(await curveFor(both)).toBe(X25519);
  });

  it.each(frozen.cases)("has the frozen bytes: $name", async (one) => {
    expect(new TextDecoder().decode(plainOf(one, bytes(one.nonce)))).toBe(one.plain);
    const trustees = frozen.publics.slice(0, one.n).map((raw) => toBase64(bytes(raw)));
    const { sealed, kept } = await seal(one, trustees, one.k, { key: bytes(one.key), nonce: bytes(one.nonce) });
    expect(fromBase64(sealed.commit)).toBe(one.commit);
    expect(fromBase64(sealed.box)).toBe(one.box);
    expect(sealed.k).toBe(one.k);
    expect(sealed.shares.map((share) => fromBase64(share).length / 2)).toEqual(Array(one.n).fill(80));
    expect(fromBase64(kept.key)).toBe(one.key);
    if (one.k > 0) expect((await deal(bytes(one.key), one.k, one.n)).map(hex)).toEqual(one.shares);
  });

  it("is new each time, and as long for one fen as for ninety trillion yuan", async () => {
    const one = frozen.cases[0]!;
    const small = (await seal({ ...one, price: 1 }, [], 0)).sealed;
    const large = (await seal({ ...one, price: Number.MAX_SAFE_INTEGER }, [], 0)).sealed;
    expect(small.box.length).toBe(large.box.length);
    expect((await seal({ ...one, price: 1 }, [], 0)).sealed.commit).not.toBe(small.commit);
  });

  it("is sealed with P-256 where the browser has no X25519, if every trustee has such a key", async () => {
    const whole = crypto.subtle.generateKey.bind(crypto.subtle);
    const old = vi.spyOn(crypto.subtle, "generateKey").mockImplementation(((algorithm: { name: string }, ...rest: [boolean, KeyUsage[]]) =>
      algorithm.name === "X25519" ? Promise.reject(new DOMException("unknown", "NotSupportedError")) : whole(algorithm as EcKeyGenParams, ...rest)) as typeof crypto.subtle.generateKey);
    try {
      expect(await curveFor(both)).toBe(P256);
      expect(await curveFor([both[0]!, toBase64(bytes(frozen.publics[0]!))])).toBeNull();
      const { sealed } = await seal(frozen.cases[0]!, both.slice(0, 3), 2);
      expect(sealed.shares.map((share) => fromBase64(share).length / 2)).toEqual([113, 113, 113]);
      await expect(seal(frozen.cases[0]!, [toBase64(bytes(frozen.publics[0]!))], 1)).rejects.toThrow();
    } finally {
      old.mockRestore();
    }
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the price %s", async (price) => {
    await expect(seal({ ...frozen.cases[0]!, price }, [], 0)).rejects.toThrow();
  });

  it.each(["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`])("is not sealed to the low-order key %s", async (raw) => {
    await expect(seal(frozen.cases[0]!, [toBase64(bytes(raw))], 1)).rejects.toThrow();
  });
});

describe("HPKE", () => {
  it("makes the bytes of RFC 9180 appendix A.1, under AES-256-GCM", async () => {
    // The vector of cipher suite (0x0020, 0x0001, 0x0002) in the RFC's published test-vectors.json.
    const ephemeral = await pair(
      "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11",
      "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256",
    );
    const made = await hpkeSeal(
      bytes("430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c"),
      bytes("4f6465206f6e2061204772656369616e2055726e"),
      new TextEncoder().encode("Beauty is truth, truth beauty"),
      ephemeral,
      new TextEncoder().encode("Count-0"),
    );
    expect(hex(made)).toBe(
      "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256" +
        "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a",
    );
  });
});
