// @vitest-environment node
/** The browser's verifier against the repository's golden files: what holds, and what must be refused, where. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyArchive } from "../../src/proof/archive";
import { decode, encode } from "../../src/proof/canon";
import { Tree, leafHash, verifyConsistency, verifyInclusion } from "../../src/proof/merkle";
import { parsePolicy } from "../../src/proof/policy";
import { verifyReceipt } from "../../src/proof/receipt";
import { Refusal, fromBase64, toHex, utf8, type Bytes } from "../../src/proof/text";
import { whyNot } from "../../src/proof/able";

const own = (name: string): any => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const session = own("session");
const refusals = own("refusals");
const merkle = own("merkle");
const canon = own("canon");
const policy = await parsePolicy(utf8(session.policy));

async function refused(work: Promise<unknown>): Promise<Refusal> {
  const thrown = await work.then(() => null, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(Refusal);
  return thrown as Refusal;
}

it("this engine can verify", async () => expect(await whyNot()).toBeNull());

describe("an archive", () => {
  it("holds, and says who witnessed it when", async () => {
    const steps: string[] = [];
    const found = await verifyArchive(utf8(session.archive), policy, (phase, done, total) => void steps.push(`${phase} ${done}/${total}`));
    expect(found.checkpoint.size).toBe(9n);
    expect(found.witnesses.map((one) => one.name)).toEqual(["witness.example.cn/office", "notary.example.cn/first"]);
    expect(found.witnesses[0]!.time).toBe(1_790_000_060n);
    expect(found.entries.map((entry) => entry.i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...new Set(steps)]).toEqual(["hash 9/9"]);
  });

  it.each<{ name: string; file: string; where: string }>(refusals.archives)("is refused at its place: $name", async ({ file, where }) => {
    const refusal = await refused(verifyArchive(fromBase64(file), policy));
    expect(refusal.where).toBe(where);
    expect(refusal.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  it.each<{ name: string; file: string; where: string }>(refusals.bidders)("is refused for a bidder's signature: $name", async ({ file, where }) => {
    expect((await refused(verifyArchive(fromBase64(file), policy))).where).toBe(where);
  });

  it("counts the requests that bidders signed", async () => {
    expect(await verifyArchive(fromBase64(refusals.good), policy)).toMatchObject({ signed: 2, requests: 2 });
    expect(await verifyArchive(utf8(session.archive), policy)).toMatchObject({ signed: 0, requests: 9 });
  });

  it("is refused with any byte changed, unless the byte is in a signature that is not needed", async () => {
    const honest = utf8(session.archive);
    const signatures = session.archive.indexOf("\n\n");
    const outside = utf8(session.archive.slice(0, signatures)).length;
    for (let at = 0; at < honest.length; at += at < outside ? 7 : 3) {
      const changed = honest.slice();
      changed[at]! ^= 1 << (at % 8);
      const thrown = await verifyArchive(changed, policy).then(() => null, (error: unknown) => error);
      if (thrown === null) expect(at).toBeGreaterThan(outside);
      else expect(thrown, `byte ${at}`).toBeInstanceOf(Refusal);
    }
  });
});

describe("a receipt", () => {
  it.each(Object.entries<string>(session.receipts))("of entry %s holds", async (index, raw) => {
    const found = await verifyReceipt(utf8(raw), policy);
    expect(found.entry.i).toBe(Number(index));
    expect(found.checkpoint.size).toBe(9n);
  });

  it("is refused with any letter of it changed", async () => {
    const raw = session.receipts["3"] as string;
    const witness = raw.lastIndexOf("\u2014 witness");
    for (let at = 0; at < witness; at += 5) {
      const changed = raw.slice(0, at) + (raw[at] === "A" ? "B" : "A") + raw.slice(at + 1);
      await refused(verifyReceipt(utf8(changed), policy));
    }
  });

  it("of another place is refused: the size is the checkpoint's, the leaf the entry's", async () => {
    const raw = (session.receipts["3"] as string).replace("index 3", "index 2");
    expect((await refused(verifyReceipt(utf8(raw), policy))).en).toContain("not entry 2 of the signed log");
  });

  it("without enough witnesses says who is missing", async () => {
    const alone = (session.receipts["3"] as string).split("\n").filter((line) => !/^\u2014 (witness|notary)/.test(line)).join("\n");
    const refusal = await refused(verifyReceipt(utf8(alone), policy));
    expect(refusal.where).toBe("policy");
    expect(refusal.zh).toContain("缺 witness.example.cn/office、notary.example.cn/first");
    expect((await verifyReceipt(utf8(alone), policy.centreOnly())).witnesses).toEqual([]);
  });
});

describe("trees", () => {
  const leaves = Promise.all(Array.from({ length: 33 }, (_, i) => leafHash(Uint8Array.of(i))));

  it("have the golden roots at every size", async () => {
    const tree = await Tree.fromLeaves(await leaves);
    for (let size = 0; size <= 33; size += 1) expect(toHex(await tree.root(size))).toBe(merkle.roots[size]);
  });

  it("prove inclusion, and nothing else", async () => {
    for (const one of merkle.inclusion) {
      const [root, proof] = [unhex(merkle.roots[one.size]), one.proof.map(unhex)];
      const leaf = (await leaves)[one.index]!;
      const [index, size] = [BigInt(one.index), BigInt(one.size)];
      await verifyInclusion(index, size, leaf, proof, root);
      await refused(verifyInclusion(index, size, leaf, [...proof, root], root));
      if (proof.length > 0) await refused(verifyInclusion(index, size, leaf, proof.slice(1), root));
      await refused(verifyInclusion(size, size, leaf, proof, root));
      await refused(verifyInclusion(index, size, root, proof, (await leaves)[32]!));
    }
  });

  it("prove consistency, and nothing else", async () => {
    for (const one of merkle.consistency) {
      const [old, now, proof] = [unhex(merkle.roots[one.m]), unhex(merkle.roots[one.n]), one.proof.map(unhex)];
      await verifyConsistency(BigInt(one.m), BigInt(one.n), old, now, proof);
      await refused(verifyConsistency(0n, BigInt(one.n), old, now, proof));
      await refused(verifyConsistency(BigInt(one.m), BigInt(one.n), unhex(merkle.roots[0]), now, proof));
      await refused(verifyConsistency(BigInt(one.m), BigInt(one.n), old, now, [...proof, now]));
    }
  });
});

describe("canonical JSON", () => {
  it.each<[unknown, string]>(canon.inside)("spells %j in one way", (value, text) => {
    expect(new TextDecoder().decode(encode(value))).toBe(text);
    expect(decode(utf8(text))).toEqual(value);
  });

  it.each<[string, string]>(canon.outside)("refuses %s (%s)", (text) => {
    expect(() => decode(utf8(text))).toThrow(Refusal);
  });

  it("refuses a byte order mark, bytes that are no text, and depths without end", () => {
    expect(() => decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toThrow(Refusal);
    expect(() => decode(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(Refusal);
    expect(() => decode(utf8("[".repeat(65) + "]".repeat(65)))).toThrow(Refusal);
    expect(decode(utf8("[".repeat(64) + "]".repeat(64)))).toBeTruthy();
    expect(() => decode(utf8("[".repeat(60_000) + "]".repeat(60_000)))).toThrow(Refusal);
  });
});
