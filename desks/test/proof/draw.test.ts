// @vitest-environment node
/** Draws redone as Python redoes them, word for word; and a number that is not used. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { redraw, type Record } from "../../src/proof/draw";
import { sorted } from "../../src/proof/chance";

const file = new URL("../../../tests/vectors/draws.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: any[] };
const entriesOf = (name: string): Record[] => structuredClone(cases.find((one) => one.name === name).entries);

afterEach(() => vi.restoreAllMocks());

describe("a draw", () => {
  it.each<any>(cases)("of $name is redone as in Python", async ({ entries, published, draws }) => {
    expect(await redraw(entries, published)).toEqual(draws);
  });

  it("that was bent is found", async () => {
    const entries = entriesOf("parties");
    const row = entries.flatMap((entry) => entry.data.facts ?? []).find((one) => one.fact === "drawn")!;
    row.order.reverse();
    const [found] = await redraw(entries);
    expect([found!.same, found!.holds, found!.redone]).toEqual([false, false, ["C", "B"]]);
  });

  it("typed by one officer in two names is found", async () => {
    const entries = entriesOf("balls");
    const typed = entries.filter((entry) => entry.data.facts?.some((one) => one.fact === "draw_typed"));
    typed[1]!.actor = typed[0]!.actor;
    const [found] = await redraw(entries);
    expect(found!.checks.filter((one) => one.ok === false).map((one) => one.en)).toEqual(["typed alike by: li (it takes two)"]);
  });

  it("does not use a number in the incomplete end of the range", async () => {
    const real = crypto.subtle.digest.bind(crypto.subtle);
    const [plain] = await redraw(entriesOf("officer"));
    const first = plain!.steps[0]!.text;
    // Out of three: 2^256 - 1 is the one number beyond the last whole stretch.
    vi.spyOn(crypto.subtle, "digest").mockImplementation(async (how, raw) => {
      const text = new TextDecoder().decode(raw as Uint8Array);
      return text === first ? new Uint8Array(32).fill(0xff).buffer : real(how, raw);
    });
    const entries = entriesOf("officer");
    const pool = entries.flatMap((entry) => entry.data.facts ?? []).find((one) => one.fact === "pool_fixed")!;
    const [kept] = await redraw(entries);
    expect(kept!.steps[0]!.picked).toBe(pool.pool.at(-1));
    pool.pool.push("Z");
    vi.mocked(crypto.subtle.digest).mockImplementation(async (how, raw) => {
      const text = new TextDecoder().decode(raw as Uint8Array);
      return text === `${first},Z` ? new Uint8Array(32).fill(0xff).buffer : real(how, raw);
    });
    const [found] = await redraw(entries);
    expect(found!.steps.slice(0, 2).map((step) => [step.text, step.picked === null])).toEqual([
      [`${first},Z`, true],
      [`${first},Z|1`, false],
    ]);
  });
});

it("names are in the order of their code points", () => {
  expect(sorted(["10", "9", "B", "a", "1", "\u{1f600}", "\uff0c", ""])).toEqual(["", "1", "10", "9", "B", "a", "\uff0c", "\u{1f600}"]);
});
