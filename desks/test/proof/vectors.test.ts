// @vitest-environment node
/** The published vectors, where the shared folder stands beside the repository; the golden files are tested everywhere. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyArchive, parseArchive } from "../../src/proof/archive";
import { bodyOf, parseBody } from "../../src/proof/checkpoint";
import { admit } from "../../src/proof/ed25519";
import { verifyConsistency, verifyInclusion } from "../../src/proof/merkle";
import { cosignedAt, openNote, parseKey } from "../../src/proof/note";
import { parsePolicy } from "../../src/proof/policy";
import { parseReceipt, verifyReceipt } from "../../src/proof/receipt";
import { Refusal, fromBase64, toBase64, utf8, type Bytes } from "../../src/proof/text";

const folder = new URL("../../../../shared/vectors/", import.meta.url);
const read = (name: string): Bytes => new Uint8Array(readFileSync(new URL(name, folder)));
const json = (name: string): any => JSON.parse(new TextDecoder().decode(read(`${name}.json`)));
const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const plain = (coded: string): Bytes => Uint8Array.from(Buffer.from(coded, "base64"));

async function holds(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Refusal);
    return false;
  }
}

function published(): void {
  const notes = json("c2sp_notes");
  it.each<any>(notes.cases)("note: $desc", async (one) => {
    const keys = await Promise.all(one.keys.map(parseKey));
    const open = () => openNote(fromBase64(one.note_b64), keys as Awaited<ReturnType<typeof parseKey>>[]);
    expect(await holds(open)).toBe(one.ok);
    if (one.ok) expect((await open()).verified.map((signature) => signature.name)).toEqual(one.verified);
  });

  it("keys: good ones, bad ones, every part and every neighbour of a good one", async () => {
    const { vkeys_ok: good, vkeys_bad: bad, vkeys_implementation_dependent: others } = notes.keys;
    for (const key of good) expect((await parseKey(key)).vkey).toBe(key);
    for (const key of [...bad, ...others.map((one: any) => one.vkey)]) expect(await holds(() => parseKey(key)), key).toBe(false);
    const first = good[0] as string;
    for (let at = 0; at < first.length; at += 1) {
      expect(await holds(() => parseKey(first.slice(at + 1)))).toBe(false);
      expect(await holds(() => parseKey(first.slice(0, at)))).toBe(false);
      expect(await holds(() => parseKey(first.slice(0, at) + String.fromCharCode(first.charCodeAt(at) + 1) + first.slice(at + 1)))).toBe(false);
    }
  });

  it("times of cosignatures", async () => {
    for (const one of notes.keys.cosig_timestamp) {
      const raw = plain(one.sig_b64);
      const time = () => cosignedAt({ name: "w", keyId: raw.slice(0, 4), raw: raw.slice(4) });
      if (one.error) expect(time).toThrow(Refusal);
      else expect(time()).toBe(BigInt(one.unix));
    }
  });

  it.each<any>(json("c2sp_checkpoint_bodies").cases)("checkpoint $body", async (one) => {
    expect(await holds(() => parseBody(utf8(one.body)))).toBe(one.ok);
    if (one.ok) expect(bodyOf(await parseBody(utf8(one.body)))).toEqual(utf8(one.body));
  });

  const policies = json("c2sp_policy");
  it.each<any>(policies.good)("policy: $desc", async (one) => {
    const policy = await parsePolicy(utf8(one.policy));
    for (const quorum of one.quorum) expect(policy.satisfied(quorum.have)).toBe(quorum.ok);
  });
  it.each<any>(policies.bad)("no policy: $desc", async (one) => {
    expect(await holds(() => parsePolicy(utf8(one.policy)))).toBe(false);
  });

  const proofs = json("c2sp_tlog_proof_syntax");
  it("receipt files", () => {
    for (const one of proofs.good) {
      const found = parseReceipt(utf8(one.raw));
      expect(found.index).toBe(BigInt(one.index));
      expect(found.proof.map(toBase64)).toEqual(one.hashes);
      expect(found.entry).toEqual(fromBase64(one.extra_b64 ?? ""));
      expect(new TextDecoder().decode(found.checkpoint)).toBe(one.checkpoint);
    }
    for (const raw of [...proofs.bad, ...proofs.bad_extra]) expect(() => parseReceipt(utf8(raw))).toThrow(Refusal);
  });

  it("inclusion proofs", async () => {
    for (const one of json("rfc6962_inclusion").cases) {
      const proof = (one.proof ?? []).map(plain);
      const check = () => verifyInclusion(BigInt(one.leafIdx), BigInt(one.treeSize), plain(one.leafHash ?? ""), proof, plain(one.root ?? ""));
      expect(await holds(check), one.desc).toBe(!one.wantErr);
    }
  });

  it("consistency proofs; of an empty tree nothing is proved", async () => {
    for (const one of json("rfc6962_consistency").cases) {
      const proof = (one.proof ?? []).map(plain);
      const check = () => verifyConsistency(BigInt(one.size1), BigInt(one.size2), plain(one.root1 ?? ""), plain(one.root2 ?? ""), proof);
      expect(await holds(check), one.file).toBe(!one.wantErr && one.size1 > 0);
    }
  });

  it("weak Ed25519 keys are refused before they can divide verifiers", async () => {
    const seen = new Map<string, boolean>();
    for (const one of json("cctv_ed25519").vectors) {
      const weak = (one.flags ?? []).some((flag: string) => flag === "low_order_A" || flag === "non_canonical_A");
      if (!seen.has(one.key)) seen.set(one.key, await holds(() => admit(unhex(one.key))));
      expect(seen.get(one.key), one.number).toBe(!weak);
    }
  });

  it("a session that another program made", async () => {
    const policy = await parsePolicy(read("own_session/policy.txt"));
    const raw = read("own_session/zs-2026-0012.session");
    const { entries, checkpoints } = parseArchive(raw);
    expect([entries.length, checkpoints.length]).toEqual([42, 5]);
    expect((await verifyArchive(raw, policy)).checkpoint.size).toBe(42n);
    for (const index of [0, 1, 17, 40, 41]) {
      const bare = new TextDecoder().decode(read(`own_session/receipt-${index}.tlog-proof`));
      const whole = bare.replace(/^(c2sp.*\n)(?:extra .*\n)?/, `$1extra ${toBase64(entries[index]!)}\n`);
      expect((await verifyReceipt(utf8(whole), policy)).entry.i).toBe(index);
    }
  });
}

describe("published vectors", () => {
  if (existsSync(folder)) published();
  else it("are not here; the golden files are", () => expect(existsSync(new URL("../../../tests/vectors/session.json", import.meta.url))).toBe(true));
});
