// @vitest-environment node
import { describe, expect, it } from "vitest";
import { seal } from "../src/escrow";
import { KeptOffers, fingerprint, priceOf } from "../src/room/kept";
import type { Shelf } from "../src/room/pending";

class Box implements Shelf {
  readonly held = new Map<string, string>();
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.held.set(key, value);
  removeItem = (key: string): void => void this.held.delete(key);
}

describe("what opens a sealed offer", () => {
  it("outlives the page, and each offer has its own", async () => {
    const box = new Box();
    const made = await seal({ auction: "a", lot: "", bidder: "07", price: 123_456, unit: "元.2" }, [], 0);
    new KeptOffers(box, "k").keep(made.sealed.commit, made.kept);
    new KeptOffers(box, "k").keep("other", { key: "k", plain: "p" });
    const reopened = new KeptOffers(box, "k");
    expect(reopened.of(made.sealed.commit)).toEqual(made.kept);
    expect(reopened.of("other")).toEqual({ key: "k", plain: "p" });
    expect(reopened.of("third")).toBeNull();
    expect(priceOf(made.kept)).toBe(123_456);
  });

  it.each(["", "null", "[1]", '{"c":{"key":1}}', "{"])("is not read from spoilt storage %s", (text) => {
    const box = new Box();
    box.setItem("k", text);
    expect(new KeptOffers(box, "k").of("c")).toBeNull();
    new KeptOffers(box, "k").keep("c", { key: "k", plain: "p" });
    expect(new KeptOffers(box, "k").of("c")).toEqual({ key: "k", plain: "p" });
  });

  it("shows no price that is none", () => {
    for (const text of ["", "x", btoa("{}"), btoa('{"price":"1"}'), btoa('{"price":0.5}')]) expect(priceOf({ key: "k", plain: text })).toBeNull();
  });
});

it("a fingerprint is short enough to read aloud", () => {
  expect(fingerprint("ab+/cdEFgh12IJ==")).toBe("abcd EFgh 12IJ");
});
