// @vitest-environment node
/** One bidder's eye on the record, against houses that are honest, silent, forgetful and two-faced. */
import { describe, expect, it, vi } from "vitest";
import { Unable } from "../src/proof/able";
import { encode } from "../src/proof/canon";
import { FalseRecord, Watch, type House, type Memory } from "../src/room/watch";
import type { Escrow } from "../src/wire";
import { Log, ORIGIN, honest } from "./record";

const start = (): Memory => ({ policy: null, notes: [] });
const watched = (house: House, memory: Memory = start()) => ({ watch: new Watch(house, memory, async () => undefined), memory });

async function caught(work: Promise<unknown>): Promise<FalseRecord> {
  const thrown = await work.then(() => null, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(FalseRecord);
  return thrown as FalseRecord;
}

describe("a watch", () => {
  it("believes a log that grows, and keeps what it has seen for the next visit", async () => {
    const log = new Log();
    const now = { entries: log.entries(3) };
    const house = honest(log, now);
    const { watch, memory } = watched(house);
    expect(await watch.look(1)).toMatchObject({ index: 1, alone: true, witnessed: false });
    now.entries = log.entries(7);
    await watch.look(4);
    await watch.look(5);
    expect(house.asked).toEqual(["3-7"]);
    expect(memory.notes).toHaveLength(2);
    now.entries = log.entries(9);
    await watched(house, memory).watch.look(8);
    expect(house.asked).toEqual(["3-7", "7-9"]);
    expect(memory.notes).toHaveLength(3);
  });

  it("catches two histories of one size, with both notes in hand", async () => {
    const log = new Log();
    const now = { entries: log.entries(5) };
    const { watch, memory } = watched(honest(log, now));
    await watch.look(3);
    now.entries = log.entries(5, "!");
    const fork = await caught(watch.look(4));
    expect(fork.en).toBe("two logs of 5 entries, both signed");
    expect(fork.evidence.map((note) => new TextDecoder().decode(note))).toEqual([log.note(log.entries(5)), log.note(log.entries(5, "!"))]);
    // And so does the next visit, from what was kept.
    await caught(watched(honest(log, now), memory).watch.look(4));
  });

  it("catches a rewritten past in a longer log", async () => {
    const log = new Log();
    const now = { entries: log.entries(5) };
    const { watch } = watched(honest(log, now));
    await watch.look(3);
    now.entries = log.entries(8, "!");
    const fork = await caught(watch.look(7));
    expect(fork.evidence).toHaveLength(2);
    expect(fork.zh).toContain("8 条记录的日志未能证明是 5 条记录日志的延续");
  });

  it("catches a house that denies what it signed", async () => {
    const log = new Log();
    const now = { entries: log.entries(5) };
    const house = honest(log, now);
    const { watch } = watched(house);
    await watch.look(3);
    now.entries = log.entries(6);
    house.consistency = async () => null;
    await caught(watch.look(5));
  });

  it("catches another's receipt, and one that does not hold", async () => {
    const log = new Log();
    const house = honest(log, { entries: log.entries(5) });
    const { watch } = watched({ ...house, receipt: async () => log.receipt(2, log.entries(5)) });
    expect((await caught(watch.look(3))).en).toContain("the receipt is of entry 2");
    const stranger = new Log();
    await caught(watched({ ...house, receipt: async (index) => stranger.receipt(index, log.entries(5)) }).watch.look(3));
  });

  it("only waits for a house that does not answer now", async () => {
    const log = new Log();
    const house = honest(log, { entries: log.entries(5) });
    let away = true;
    const gone = () => Promise.reject(new Error("503"));
    const { watch } = watched({ ...house, receipt: (index) => (away ? gone() : house.receipt(index)) });
    await expect(watch.look(3)).rejects.not.toBeInstanceOf(FalseRecord);
    away = false;
    expect((await watch.look(3)).index).toBe(3);
  });

  it("says nothing against a house where the browser cannot check signatures", async () => {
    const log = new Log();
    const { watch } = watched(honest(log, { entries: log.entries(5) }));
    const missing = vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("", "NotSupportedError"));
    const thrown = await watch.look(3).then(() => null, (error: unknown) => error);
    missing.mockRestore();
    expect(thrown).toBeInstanceOf(Unable);
    expect(thrown).not.toBeInstanceOf(FalseRecord);
  });

  const SENT = { log: ORIGIN, actor: "bidder:7", ref: "r1", kind: "bid", ask: { amount: 100, lot: null } };
  const entry = (more: Record<string, unknown> = {}): string => {
    const all: Record<string, unknown> = { actor: "bidder:7", cmd: "bidder:7/r1", data: { ask: { amount: 100, lot: null } }, i: 2, log: ORIGIN, t: 1_002, type: "bid.accepted", v: 1, ...more };
    return JSON.stringify(Object.fromEntries(Object.keys(all).sort().filter((key) => all[key] !== undefined).map((key) => [key, all[key]])));
  };
  const looking = (third: string, accepted: boolean | null) => {
    const log = new Log();
    return watched(honest(log, { entries: [...log.entries(2), third] })).watch.look(2, { request: SENT, accepted });
  };

  it("takes a proved entry for the request that was sent only where it is that request", async () => {
    expect((await looking(entry(), true)).index).toBe(2);
    expect((await looking(entry({ type: "bid.refused" }), null)).index).toBe(2);
    // A reference that was used before is refused under the first one's number, and has none of its own.
    expect((await looking(entry({ cmd: undefined, by: 1, type: "bid.refused" }), false)).index).toBe(2);
    const others = [
      { actor: "bidder:8", cmd: "bidder:8/r1" },
      { cmd: "bidder:7/r2" },
      { cmd: undefined },
      { cmd: undefined, by: 1 },
      { type: "stay.accepted" },
      { data: { ask: { amount: 101, lot: null } } },
      { data: {} },
    ];
    for (const other of others) expect((await caught(looking(entry(other), true))).en).toContain("the log has something else there");
  });

  it("catches an answer that the log contradicts, with the receipt in hand", async () => {
    const lie = await caught(looking(entry({ type: "bid.refused" }), true));
    expect(lie.en).toContain("the log has the opposite");
    expect(new TextDecoder().decode(lie.evidence[0])).toContain("c2sp.org/tlog-proof@v1");
    await caught(looking(entry(), false));
  });

  const TRUSTEES = [{ id: "T1", public: "AAAA", zh: "公证处", en: "Notary" }, { id: "T2", public: "BBBB", zh: "监督部门", en: "Supervisor" }];
  const room = (keys: string[], more: Partial<Escrow> = {}): Escrow => ({
    mode: "TRUSTEES",
    threshold: 2,
    unit: "CNY.2",
    trustees: keys.map((key, at) => ({ id: `T${at + 1}`, title: { zh: "", en: "" }, public: key })),
    ...more,
  });
  const published = (terms: unknown): string =>
    new TextDecoder().decode(encode({ data: { document: { terms } }, i: 0, log: ORIGIN, t: 1_000, type: "session.opened", v: 1 }));
  const under = (terms: unknown, told: Escrow | null) => {
    const log = new Log();
    return watched(honest(log, { entries: [published(terms), ...log.entries(2).slice(1)] })).watch.sealed(told);
  };

  it("lets an offer be sealed to the published keys only, and in the clear only where that was published", async () => {
    const terms = { escrow: "TRUSTEES", threshold: 2, trustees: TRUSTEES, unit: { zh: "元", en: "CNY", scale: 2, fen: 1 } };
    await under(terms, room(["AAAA", "BBBB"]));
    await under({ escrow: "PLAIN", trustees: [] }, null);
    await under({ start_price: 100 }, null);
    const lies = [room(["AAAA", "CCCC"]), room(["AAAA"]), room(["BBBB", "AAAA"]), room(["AAAA", "BBBB"], { threshold: 1 }), room(["AAAA", "BBBB"], { unit: "CNY.0" }), room([], { mode: "BIDDER_OPENS", threshold: 0 }), null];
    for (const lie of lies) expect((await caught(under(terms, lie))).evidence).toHaveLength(1);
    await caught(under({ start_price: 100 }, room(["AAAA", "BBBB"])));
  });
});
