import { expect, it, vi } from "vitest";
import { chooseTaps, taps } from "../src/room/oneTap";

it("one tap is chosen by an account for an auction, and is off for every other", async () => {
  expect(taps("wang", "A")).toBe(false);
  chooseTaps("wang", "A", true);
  expect([taps("wang", "A"), taps("wang", "B"), taps("zhao", "A"), taps(null, "A")]).toEqual([true, false, false, false]);
  // The page is loaded again.
  vi.resetModules();
  const again = await import("../src/room/oneTap");
  expect([again.taps("wang", "A"), again.taps("wang", "B")]).toEqual([true, false]);
  again.chooseTaps("wang", "A", false);
  expect(again.taps("wang", "A")).toBe(false);
});

it("what an older page kept for the whole browser counts for nobody", () => {
  localStorage.setItem("daylight.one_tap", "on");
  expect(taps("li", "A")).toBe(false);
});
