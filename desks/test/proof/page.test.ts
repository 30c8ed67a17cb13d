// @vitest-environment node
/** What the verification page finds in a file, and what it says that it did not find out. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { parseArchive } from "../../src/proof/archive";
import { encode } from "../../src/proof/canon";
import { bodyOf } from "../../src/proof/checkpoint";
import { Tree } from "../../src/proof/merkle";
import { Refusal, find, joined, sha256, toBase64, toHex, utf8, type Bytes } from "../../src/proof/text";
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
    const [file, policy] = await resigned(honest, (entries) => (entries[5].ps = btoa("x".repeat(32))));
    expect(await check(file, policy)).toMatchObject({ kind: "archive" });
  });

  it("with the digest of another state, or with none, is refused", async () => {
    for (const other of ["", "nonsense", 7, null, []]) {
      const [file, policy] = await resigned(honest, (entries) => (entries[5].ps = other));
      await expect(check(file, policy)).rejects.toMatchObject({ where: "entry 5", en: "entry 5: it is signed, but carries no digest of the state before it" });
    }
    const [file, policy] = await resigned(honest, (entries) => (entries[5].ps = entries[4].ps));
    await expect(check(file, policy)).rejects.toMatchObject({ where: "entry 5", en: "entry 5: it is signed, but carries the digest of the state before another entry" });
  });
});

/** The entries in which sealed offers are said to be opened or void. */
const saying = (entries: any[], fact: string): any[] => entries.filter((entry) => entry.data.facts?.some((row: any) => row.fact === fact));

describe("sealed offers in a record", () => {
  const sealed = names.filter((name) => new TextDecoder().decode(raw(`${name}.session`)).includes('"fact":"offer_sealed"'));

  it.each(sealed)("are opened again, as many as the record says: %s", async (name) => {
    const { entries } = parseArchive(raw(`${name}.session`));
    const rows = entries.map((entry) => JSON.parse(new TextDecoder().decode(entry))).flatMap((entry) => entry.data.facts ?? []);
    const claimed = rows.filter((row: any) => ["offer_opened", "offer_voided"].includes(row.fact)).length;
    expect(await check(...(await resigned(raw(`${name}.session`), () => undefined)))).toMatchObject({ opened: claimed, claimed });
  });

  it("are of every kind here: by trustees, by the bidder, and void", () => {
    expect(sealed).toContain("escrow-trustees");
    expect(sealed.some((name) => name.startsWith("escrow-bidder-opens"))).toBe(true);
    expect(sealed.some((name) => new TextDecoder().decode(raw(`${name}.session`)).includes('"fact":"offer_voided"'))).toBe(true);
  });

  it.each<[string, (entries: any[]) => void, RegExp]>([
    ["another amount", (entries) => (rowOf(entries, "offer_opened").amount += 100), /opens to \d+, not to \d+/],
    ["a sound one called void", (entries) => Object.assign(rowOf(entries, "offer_opened"), { fact: "offer_voided", reason: "SHARES_DEALT_WRONG" }), /opens to \d+, not to/],
    ["another box", (entries) => (rowOf(entries, "offer_sealed").box = altered(rowOf(entries, "offer_sealed").box)), /opens to SHARES_DEALT_WRONG/],
    ["another commitment", (entries) => (rowOf(entries, "offer_sealed").commit = altered(rowOf(entries, "offer_sealed").commit)), /opens to SHARES_DEALT_WRONG/],
    ["a key that is not the trustee's", (entries) => (rowOf(entries, "trustee_opened").key = btoa("k".repeat(32))), /the key is not that of trustee/],
    ["somebody else's name on it", (entries) => (rowOf(entries, "offer_opened").bidder = "ZZ"), /nothing was sealed by this bidder/],
  ])("that an owner forged are refused: %s", async (_, forge, says) => {
    const [file, policy] = await resigned(raw("escrow-trustees.session"), forge);
    await expect(check(file, policy)).rejects.toMatchObject({ en: expect.stringMatching(says), where: expect.stringMatching(/^entry /) });
  });

  it("that a bidder opened to something else than he committed to are refused", async () => {
    const name = sealed.find((one) => one.startsWith("escrow-bidder-opens"))!;
    const [file, policy] = await resigned(raw(`${name}.session`), (entries) => {
      const { ask } = saying(entries, "offer_opened").concat(saying(entries, "offer_voided"))[0].data;
      const part = ask.secret === null ? "plain" : "secret";
      ask[part] = altered(ask[part]);
    });
    await expect(check(file, policy)).rejects.toMatchObject({ en: expect.stringContaining("does not open the sealed offer") });
  });

  it("are told as not opened where the browser has no X25519", async () => {
    const real = crypto.subtle.importKey.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, "importKey").mockImplementation(((format: any, key: any, how: any, ...rest: any[]) =>
      how?.name === "X25519" ? Promise.reject(new DOMException("no", "NotSupportedError")) : (real as any)(format, key, how, ...rest)) as any);
    const found = await check(raw("escrow-trustees.session"), raw("escrow-trustees.policy"));
    vi.restoreAllMocks();
    expect(found.opened).toBe(0);
    expect(found.claimed).toBeGreaterThan(0);
  });
});

function rowOf(entries: any[], fact: string): any {
  // The last one: of what a bidder sealed twice, the later counts.
  return saying(entries, fact).at(-1).data.facts.find((row: any) => row.fact === fact);
}

const altered = (coded: string): string => (coded.startsWith("A") ? "B" : "A") + coded.slice(1);

describe("an acknowledgement of a complaint", () => {
  const centre = "bid.example.cn/log";
  const text = ["daylight complaint acknowledgement v1", `centre ${centre}`, `auction ${centre}/zs-1`, "number 3", "from 07", "filed 1772414476000000", `sha256 ${"ab".repeat(32)}`, ""].join("\n");

  async function made(body: string, name = `${centre}:papers`): Promise<[Bytes, Bytes]> {
    const { publicKey, privateKey } = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
    const material = joined(Uint8Array.of(1), new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));
    const idOf = async (named: string): Promise<Bytes> => (await sha256(joined(utf8(`${named}\n`), material))).slice(0, 4);
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, privateKey, utf8(body)));
    const note = utf8(`${body}\n\u2014 ${name} ${toBase64(joined(await idOf(name), signature))}\n`);
    return [note, utf8(`log ${centre}/zs-1+${toHex(await idOf(`${centre}/zs-1`))}+${toBase64(material)}\nquorum none\n`)];
  }

  it("that the centre signed holds, and says which complaint", async () => {
    const found = await check(...(await made(text)));
    expect(found).toMatchObject({ kind: "acknowledgement", origin: `${centre}/zs-1`, complaint: { number: 3n, alias: "07", filed: 1_772_414_476_000_000n, sha256: "ab".repeat(32) } });
  });

  it("is refused with any byte changed", async () => {
    const [note, policy] = await made(text);
    for (let at = 0; at < note.length; at += 1) {
      const changed = note.slice();
      changed[at]! ^= 1;
      await expect(check(changed, policy)).rejects.toBeInstanceOf(Refusal);
    }
  });

  it.each([
    [text, `${centre}/zs-1`, "no signature by a known key"],
    [text.replace("zs-1", "zs-2"), undefined, "knows no log named"],
    [text.replace(`centre ${centre}`, "centre other"), "other:papers", "its log is not of its centre"],
    [text.replace("from 07", "from "), undefined, "a line says nothing"],
    [text.replace("ab".repeat(32), "AB".repeat(32)), undefined, "not a SHA-256"],
    [`${text}more than\n`, undefined, "missing or in another order"],
  ])("of another form is refused (%#)", async (body, name, says) => {
    await expect(check(...(await made(body, name)))).rejects.toMatchObject({ en: expect.stringContaining(says) });
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
