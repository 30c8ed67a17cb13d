// @vitest-environment node
/** The bidders' own signatures in a record whose owner would put words into their mouths. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Entry } from "../../src/proof/envelope";
import { Signatures } from "../../src/proof/signatures";

const raw = readFileSync(new URL("../../../tests/golden/0.1.0/witnessed.session", import.meta.url), "utf8");
const entries = (): Entry[] => raw.split("\n\n")[0]!.split("\n").slice(3).map((line) => JSON.parse(line) as Entry);
const BID = entries().findIndex((entry) => entry["actor"] === "bidder:A" && entry["type"] === "bid.accepted");

async function taken(all: Entry[]): Promise<Signatures> {
  const signatures = new Signatures(String(all[0]!["log"]));
  for (const entry of all) await signatures.take(entry);
  return signatures;
}

/** The session with A's bid unsigned, and changed further. */
function forged(more: Record<string, unknown>): Entry[] {
  return entries().map((entry, at) => {
    if (at !== BID) return entry;
    const { sig: _, ...data } = entry["data"] as Record<string, unknown>;
    return { ...entry, data, ...more } as unknown as Entry;
  });
}

it("counts what holds in an honest record", async () => {
  const found = await taken(entries());
  expect(found.signed).toBeGreaterThan(0);
});

it.each([{}, { by: 6 }, { by: 6, cmd: undefined }])("refuses a bid that nobody signed, whatever entry it names: %j", async (more) => {
  await expect(taken(forged(more))).rejects.toThrow("accepted without the bidder's signature");
});
