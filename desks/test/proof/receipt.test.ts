// @vitest-environment node
/** What the entry of a receipt says of itself, before anything is verified. */
import { expect, it } from "vitest";
import { entryOf, type Receipt } from "../../src/proof/receipt";
import { Refusal, utf8 } from "../../src/proof/text";

const carrying = (entry: string): Receipt => ({ entry: utf8(entry), index: 7n, proof: [], checkpoint: utf8("") });

it("tells what came of the request", () => {
  expect(entryOf(carrying('{"t":5,"type":"bid.refused"}'))).toEqual({ type: "bid.refused", t: 5 });
});

it.each(["{}", '{"type":"bid.accepted"}', '{"t":"5","type":"bid.accepted"}'])("does not guess: %s", (entry) => {
  expect(() => entryOf(carrying(entry))).toThrow(Refusal);
});
