// @vitest-environment node
/** What the verification page finds in a file, and what it says that it did not find out. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArchive } from "../../src/proof/archive";
import { encode } from "../../src/proof/canon";
import { bodyOf } from "../../src/proof/checkpoint";
import { Tree } from "../../src/proof/merkle";
import { find, joined, sha256, toBase64, toHex, utf8, type Bytes } from "../../src/proof/text";
import { check } from "../../src/verify/check";
import { statusAtEnd } from "../../src/verify/standing";

const golden = new URL("../../../tests/golden/0.1.0/", import.meta.url);
const raw = (name: string): Bytes => new Uint8Array(readFileSync(new URL(name, golden)));
const names = readdirSync(golden)
  .filter((name) => name.endsWith(".session"))
  .map((name) => name.replace(".session", ""));

/** What anybody can make of an archive with an earlier witnessed checkpoint: everything up to it. */
function cut(file: Bytes): Bytes {
  const { origin, entries, checkpoints } = parseArchive(file);
  const size = Number(new TextDecoder().decode(checkpoints[0]).split("\n")[1]);
  const head = utf8(`bidding-session-archive/v1\n${origin}\n${size}\n`);
  return joined(head, ...entries.slice(0, size).flatMap((entry) => [entry, utf8("\n")]), utf8("\n"), checkpoints[0]!);
}

describe("a receipt", () => {
  const session = JSON.parse(readFileSync(new URL("../../../tests/vectors/session.json", import.meta.url), "utf8"));
  const policy = utf8(session.policy.replace(" 1 ", " all "));
  const signedBy = (keep: RegExp): Bytes => utf8((session.receipts["3"] as string).split("\n").filter((line) => !/^\u2014 (witness|notary)/.test(line) || keep.test(line)).join("\n"));

  it("that the centre signed and nobody witnessed yet is neither bad nor whole", async () => {
    const found = await check(signedBy(/^$/), policy);
    expect(found).toMatchObject({ kind: "receipt", alone: false, witnesses: [], missing: ["witness.example.cn/office", "notary.example.cn/first"] });
    expect((await check(signedBy(/notary/), policy)).missing).toEqual(["witness.example.cn/office"]);
    expect((await check(signedBy(/./), policy)).missing).toEqual([]);
  });

  it("that the centre did not sign is bad, whoever witnessed it", async () => {
    const forged = utf8((session.receipts["3"] as string).split("\n").filter((line) => !/^\u2014 bid/.test(line)).join("\n"));
    await expect(check(forged, policy)).rejects.toMatchObject({ where: "policy" });
  });

  it("under a policy without witnesses is signed by the centre only", async () => {
    const alone = utf8(session.policy.replace(/^group.*\n/m, "").replace("quorum witnesses", "quorum none"));
    expect(await check(signedBy(/^$/), alone)).toMatchObject({ alone: true, missing: [], witnesses: [] });
  });
});

/** The archive with other entries, signed again by an owner of our own; and the policy that trusts him. */
async function resigned(file: Bytes, change: (entries: any[]) => void): Promise<[Bytes, Bytes]> {
  const { origin, entries } = parseArchive(file);
  const rows = entries.map((entry) => JSON.parse(new TextDecoder().decode(entry)));
  change(rows);
  const bodies = rows.map((row) => encode(row));
  const root = await (await Tree.over(bodies, () => undefined)).root(bodies.length);
  const { publicKey, privateKey } = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const material = joined(Uint8Array.of(1), new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));
  const id = (await sha256(joined(utf8(`${origin}\n`), material))).slice(0, 4);
  const body = bodyOf({ origin, size: BigInt(bodies.length), root, extensions: [] });
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, privateKey, body));
  const head = utf8(`bidding-session-archive/v1\n${origin}\n${bodies.length}\n`);
  const note = joined(body, utf8(`\n\u2014 ${origin} ${toBase64(joined(id, signature))}\n`));
  const policy = utf8(`log ${origin}+${toHex(id)}+${toBase64(material)}\nquorum none\n`);
  return [joined(head, ...bodies.flatMap((one) => [one, utf8("\n")]), utf8("\n"), note), policy];
}

describe("an archive its owner signed again", () => {
  const honest = raw("escrow-trustees.session");

  it("with another document than the one whose hash it names is refused", async () => {
    const [file, policy] = await resigned(honest, (entries) => (entries[0].data.document.title.en += "!"));
    await expect(check(file, policy)).rejects.toMatchObject({ where: "entry 0", zh: "编号 0 的记录：虽有签名，但规则文件的 SHA-256 与该记录所载不符" });
  });

  it("without that document, or without its hash, is refused", async () => {
    for (const part of ["document", "sha256"]) {
      const [file, policy] = await resigned(honest, (entries) => delete entries[0].data[part]);
      await expect(check(file, policy)).rejects.toMatchObject({ where: "entry 0" });
    }
  });

  it("holds where nothing was changed, and where only the engine could tell: the page says which", async () => {
    expect(await check(...(await resigned(honest, () => undefined)))).toMatchObject({ kind: "archive", alone: true });
    const [file, policy] = await resigned(honest, (entries) => (entries[5].ps = entries[4].ps));
    expect(await check(file, policy)).toMatchObject({ kind: "archive" });
  });
});

describe("how far an archive reaches", () => {
  it.each(names)("the status at its end is the engine's: %s", async (name) => {
    const file = parseArchive(raw(`${name}.session`));
    const entries = file.entries.map((entry) => JSON.parse(new TextDecoder().decode(entry)));
    expect(statusAtEnd(entries)).toBe(JSON.parse(new TextDecoder().decode(raw(`${name}.json`))).room.status);
  });

  it("an archive cut at its first checkpoint holds up to there, of a session that was not over", async () => {
    const [file, policy] = [raw("witnessed.session"), raw("witnessed.policy")];
    expect(parseArchive(file).checkpoints.length).toBe(2);
    expect(await check(file, policy)).toMatchObject({ status: "closed" });
    const short = await check(cut(file), policy);
    expect(short.size).toBeLessThan(parseArchive(file).entries.length);
    expect(["running", "suspended"]).toContain(short.status);
  });

  it("a damaged line of a witness that no quorum needs is counted as not checked", async () => {
    const [file, policy] = [raw("witnessed.session"), raw("witnessed.policy")];
    expect((await check(file, policy)).strangers).toBe(0);
    const changed = file.slice();
    changed[find(file, utf8("\u2014 office")) + "\u2014 ".length + 3]! ^= 1;
    expect((await check(changed, policy)).strangers).toBe(1);
  });

  it("a log of another kind has no status", () => expect(statusAtEnd([{ v: 1, log: "x", i: 0, t: 0 }])).toBeNull());
});
