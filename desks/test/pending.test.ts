import { describe, expect, it } from "vitest";
import { PendingAsks, newRef, type Shelf } from "../src/room/pending";
import type { Ask } from "../src/wire";

class Box implements Shelf {
  readonly held = new Map<string, string>();
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.held.set(key, value);
  removeItem = (key: string): void => void this.held.delete(key);
}

const ask = (ref: string): Ask => ({ type: "bid", ref, amount: 100, lot: null, quantity: null, stage: "timed" });

describe("asks without an answer", () => {
  it("outlive the page, and end with their answer", () => {
    const box = new Box();
    new PendingAsks(box, "k").keep({ ask: ask("r1"), sent: 5 });
    const reopened = new PendingAsks(box, "k");
    expect(reopened.list()).toEqual([{ ask: ask("r1"), sent: 5 }]);
    expect(reopened.answered("r1")?.ask).toEqual(ask("r1"));
    expect(reopened.list()).toEqual([]);
    expect(box.held.size).toBe(0);
  });

  it("are kept once a ref, and answered by their own ref only", () => {
    const asks = new PendingAsks(new Box(), "k");
    asks.keep({ ask: ask("r1"), sent: 5 });
    asks.keep({ ask: ask("r1"), sent: 6 });
    asks.keep({ ask: ask("r2"), sent: 7 });
    expect(asks.answered("r3")).toBeNull();
    expect(asks.list().map((p) => p.sent)).toEqual([6, 7]);
  });

  it("survive a shelf somebody else wrote on", () => {
    const box = new Box();
    box.setItem("k", '[{"ask":{"ref":"r1"},"sent":1},{"ask":null},7,"x"]');
    expect(new PendingAsks(box, "k").list()).toHaveLength(1);
    box.setItem("k", "{");
    expect(new PendingAsks(box, "k").list()).toEqual([]);
  });
});

describe("a ref", () => {
  it("fits the wire and never comes twice", () => {
    const refs = Array.from({ length: 1_000 }, newRef);
    for (const ref of refs) expect(ref).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set(refs).size).toBe(1_000);
  });
});
