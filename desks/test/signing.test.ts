// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { signedText, verify } from "../src/proof/commandKey";
import { OwnKey } from "../src/room/ownKey";
import type { Shelves } from "../src/room/shelves";
import { Signing, askOf } from "../src/room/signing";
import type { Ask } from "../src/wire";

/** A shelf that keeps what it is given; a real one is tried in a browser. */
function shelf(): Shelves {
  const kept = new Map<string, unknown>();
  return {
    get: async (_: string, name: string) => kept.get(name),
    first: async (_: string, name: string, value: unknown) => {
      if (!kept.has(name)) kept.set(name, value);
      return kept.get(name);
    },
  } as unknown as Shelves;
}

const HOUSE = { origin: "bid.example.cn/log/a", bidder: "07" };
const BID: Ask = { type: "bid", ref: "r-1", amount: 5 };
const text = (ask: Ask) => signedText({ log: HOUSE.origin, actor: "bidder:07", ref: ask.ref, kind: ask.type, ask: askOf(ask) });

function room(key: () => Promise<OwnKey>) {
  const sent: Ask[] = [];
  const signing = new Signing({ key, send: (ask) => (sent.push(ask), true) });
  return { sent, signing };
}

describe("a key of one's own", () => {
  it("is made once, and found again", async () => {
    const shelves = shelf();
    const [one, again, other] = [await OwnKey.of(shelves, "zhao/a"), await OwnKey.of(shelves, "zhao/a"), await OwnKey.of(shelves, "zhao/b")];
    expect(again.id).toBe(one.id);
    expect(other.id).not.toBe(one.id);
    expect(one.alg).toBe("ed25519");
  });

  it("is one of P-256 where the browser has no Ed25519", async () => {
    const make = crypto.subtle.generateKey.bind(crypto.subtle);
    const without = vi.spyOn(crypto.subtle, "generateKey").mockImplementation(((how: { name: string }, ...rest: [boolean, KeyUsage[]]) =>
      how.name === "Ed25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : make(how as AlgorithmIdentifier, ...rest)) as never);
    const key = await OwnKey.of(shelf(), "zhao/a");
    without.mockRestore();
    expect(key.alg).toBe("p256");
    const sig = await key.sign({ log: HOUSE.origin, actor: "bidder:07", ref: "r-1", kind: "bid", ask: askOf(BID) });
    expect(await verify("p256", key.key, sig, text(BID))).toBe(true);
  });
});

describe("signing", () => {
  it("covers what the log will hold: every field, also those left out", () => {
    expect(askOf(BID)).toEqual({ amount: 5, lot: null, quantity: null, stage: null, slot: null });
    expect(askOf({ type: "proxy", ref: "r", limit: null })).toEqual({ limit: null });
  });

  it("begins once the key is enrolled; a request waits for that", async () => {
    const key = await OwnKey.of(shelf(), "zhao/a");
    const { sent, signing } = room(async () => key);
    const waiting = signing.signed(BID);
    await signing.seated({ ...HOUSE, keys: [] });
    const [enrol] = sent as [Ask];
    expect(enrol).toMatchObject({ type: "enrol", alg: "ed25519", public: key.key, key: key.id });
    expect(await verify("ed25519", key.key, enrol.sig!, text(enrol))).toBe(true);
    // The panel may come again before the answer; one key is enrolled once.
    await signing.seated({ ...HOUSE, keys: [] });
    expect(sent).toHaveLength(1);
    expect(signing.answered({ type: "accepted", ref: "other", i: 3, t: 1, facts: [] })).toBe(false);
    expect(signing.answered({ type: "accepted", ref: enrol.ref, i: 3, t: 1, facts: [] })).toBe(true);
    const out = await waiting;
    expect(out).toMatchObject({ ...BID, key: key.id });
    expect(await verify("ed25519", key.key, out!.sig!, text(BID))).toBe(true);
  });

  it("goes on at once where the house knows the key", async () => {
    const { sent, signing } = room(() => OwnKey.of(shelf(), "zhao/a"));
    const key = await OwnKey.of(shelf(), "zhao/a");
    const known = room(async () => key);
    await known.signing.seated({ ...HOUSE, keys: [key.id] });
    expect(known.sent).toEqual([]);
    expect((await known.signing.signed(BID))?.key).toBe(key.id);
    // Another browser of the same bidder brings a key of its own.
    await signing.seated({ ...HOUSE, keys: [key.id] });
    expect(sent.map((ask) => ask.type)).toEqual(["enrol"]);
  });

  it("asks again on a new connection, where the first answer may be lost", async () => {
    const { sent, signing } = room(() => OwnKey.of(shelf(), "zhao/a"));
    await signing.seated({ ...HOUSE, keys: [] });
    signing.reconnected();
    await signing.seated({ ...HOUSE, keys: [] });
    expect(sent).toHaveLength(2);
    const known = { type: "refused", ref: sent[1]!.ref, i: 4, t: 1, reason: "KEY_KNOWN", sentence: { zh: "", en: "" }, clause: null, nearest: [] } as const;
    expect(signing.answered({ ...known, nearest: [] })).toBe(true);
    expect(signing.standing.value.state).toBe("ready");
  });

  it("is told to be impossible, and then only who has no key at all bids unsigned", async () => {
    const { signing } = room(() => Promise.reject(new Error("no storage")));
    await signing.seated({ ...HOUSE, keys: [] });
    expect(signing.standing.value.state).toBe("unable");
    expect(await signing.signed(BID)).toEqual(BID);
    await signing.seated({ ...HOUSE, keys: ["AAAAAAAAAAAAAAAA"] });
    expect(signing.standing.value.state).toBe("blocked");
    expect(await signing.signed(BID)).toBeNull();
    expect(signing.silent).toBe(true);
  });

  it("that is refused leaves an unsigned bidder unsigned, and stops one who has a key", async () => {
    const { sent, signing } = room(() => OwnKey.of(shelf(), "zhao/a"));
    await signing.seated({ ...HOUSE, keys: [] });
    const why = { zh: "密钥已满", en: "too many keys" };
    signing.answered({ type: "refused", ref: sent[0]!.ref, i: 4, t: 1, reason: "KEY_LIMIT", sentence: why, clause: null, nearest: [] });
    expect(signing.standing.value).toEqual({ state: "refused", why });
    expect(await signing.signed(BID)).toEqual(BID);
    await signing.seated({ ...HOUSE, keys: ["AAAAAAAAAAAAAAAA"] });
    expect(await signing.signed(BID)).toBeNull();
  });
});
