/** An amount leaves the room in the clear only where the record has published it so. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encode } from "../src/proof/canon";
import type { Actions, Ask, Frame, Room } from "../src/wire";
import { Log, ORIGIN, honest } from "./record";

const sent: Ask[] = [];
let say: (frame: Frame) => void = () => undefined;

vi.mock("../src/room/feed", () => ({
  monotonic: () => 0,
  Feed: class {
    readonly clock = { now: () => 1_000_000, trip: null, uncertainty: null };
    constructor(_settings: unknown, on: { frame: (frame: Frame) => void }) {
      say = on.frame;
    }
    send(ask: Ask): boolean {
      if (ask.type !== "enrol") sent.push(ask);
      return true;
    }
    open(): void {}
    close(): void {}
    hasten(): void {}
  },
}));

const SEALED = { escrow: "BIDDER_OPENS", threshold: 0, trustees: [], unit: { zh: "元", en: "CNY", scale: 2 } };

/** A bidder's room, over a house that shows this document once it `answers`, and says nothing of sealing itself. */
async function seated(terms: unknown, house: { answers: boolean }) {
  const log = new Log();
  const opening = new TextDecoder().decode(encode({ data: { document: { terms } }, i: 0, log: ORIGIN, t: 1_000, type: "session.opened", v: 1 } as never));
  const shown = honest(log, { entries: [opening, ...log.entries(2).slice(1)] });
  vi.stubGlobal("fetch", async (path: string) => {
    if (!house.answers) return new Response("{}", { status: 503 });
    return new Response(path.endsWith("/policy") ? await shown.policy() : await shown.receipt(Number(path.split("/").at(-1))));
  });
  const { useRoom } = await import("../src/room/useRoom");
  const room = useRoom("a");
  const actions = { ask: "bid", blocked: null } as Actions;
  say({ type: "welcome", v: 1, auction: "a", channels: ["public"], role: "bidder", bidder: "7", now: 0, build: "" } as never);
  say({ type: "snapshot", channel: "public", n: 1, room: { auction: "a", origin: ORIGIN, escrow: null, status: "running" } as unknown as Room } as never);
  say({ type: "you", bidder: "7", keys: [], deposit: { required: 0, paid: 0, ok: true }, actions } as never);
  return room;
}

const offer = { type: "bid", amount: 500 } as const;

describe("an offer in the clear", () => {
  beforeEach(() => {
    sent.length = 0;
    localStorage.clear();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.resetModules();
  });

  it("leaves where that was published", async () => {
    const room = await seated({ start_price: 100 }, { answers: true });
    room.ask(offer);
    await vi.waitFor(() => expect(sent).toMatchObject([{ type: "bid", amount: 500 }]), 8_000);
  });

  it("does not leave while the house withholds what was published", async () => {
    const house = { answers: false };
    const room = await seated(SEALED, house);
    room.ask(offer);
    await vi.waitFor(() => expect(room.answer.value?.sentence?.zh).toContain("没有发送任何内容"), 8_000);
    expect(room.answer.value).toMatchObject({ progress: "error", ask: { type: "bid", amount: 500 } });
    expect(room.proof.fork.value).toBeNull();
    // It shows the document at last, and that tells on it.
    house.answers = true;
    await vi.waitFor(() => expect(room.proof.fork.value?.en).toContain("otherwise than the record has published it"), 8_000);
    expect(sent).toEqual([]);
  });

  it("leaves with a word that nothing is verified where the browser cannot", async () => {
    vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("", "NotSupportedError"));
    const room = await seated(SEALED, { answers: true });
    room.ask(offer);
    await vi.waitFor(() => expect(sent).toHaveLength(1), 8_000);
    expect(room.proof.unable.value?.zh).toContain("不能验证");
    expect(room.proof.fork.value).toBeNull();
  });
});
