/**
 * Every draw of a session redone from its verified entries, hash by hash: replay/draw.py in the browser.
 * It says nothing of who belonged in the pool; that is for re-judging.
 */

import { SECOND, checks, equal, hexOf, sorted, sourceOf, type Act, type Check, type Given, type Published, type Terms } from "./chance";

const RANGE = 1n << 256n;
const END = "random end";
const STRETCH = "last stretch opened";

/** One hash of the working; `picked` is null where the number fell into the incomplete end of the range. */
export interface Step {
  text: string;
  digest: string;
  left: number;
  picked: string | null;
}

/** One draw. `recorded` and `redone` are an order of paddles, or an instant in microseconds. */
export interface Redrawn {
  entry: number | null;
  what: string;
  kind: "order" | "number";
  source: string;
  pool: string[];
  pool_entry: number | null;
  /** Which publication of a public source was named. */
  round: number | null;
  seed: string;
  recorded: string[];
  redone: string[];
  same: boolean | null;
  checks: Check[];
  steps: Step[];
  holds: boolean;
}

/** What is read of an entry. */
export interface Record {
  i: number;
  t: number;
  actor: string;
  data: { facts?: Row[] | null; ask?: { [key: string]: unknown }; document?: { terms: Terms } };
}

type Row = { fact: string } & { [key: string]: any };

/** Every draw of a session, in order; the last may not have been made. */
export async function redraw(entries: Record[], published: Published | null = null): Promise<Redrawn[]> {
  const terms = entries[0]?.data.document?.terms ?? {};
  const reader = new Reader();
  for (const entry of entries) for (const row of entry.data.facts ?? []) reader.take(entry, row);
  const meant = reader.draws.filter(({ given }) => given.kind === "number" || given.pool.length > 1 || given.drawnEntry !== null);
  return Promise.all(meant.map(({ given, stretch }) => again(given, stretch, terms, published)));
}

/** Sorts the facts of a session by the draw to which they belong. */
class Reader {
  readonly draws: { given: Given; stretch: number }[] = [];
  private readonly open = new Map<string, Given>();
  /** The instant of the entry, not one that its facts claim: nobody names a round afterwards. */
  private now = 0;
  private stretch = 0;
  private seed = "";

  take(entry: Record, row: Row): void {
    this.now = entry.t;
    switch (row.fact) {
      case "stage_opened":
        if (row.kind === "seed") this.begin(END, "number");
        break;
      case "pool_fixed":
        Object.assign(this.begin(row.what, "order"), { pool: sorted(row.pool), poolEntry: entry.i });
        break;
      case "draw_round":
        Object.assign(this.of(row.what), { round: { number: row.round, at: row.at }, roundEntry: entry.i });
        break;
      case "draw_committed":
        this.of(row.what).commits.push(act(entry, row.party, [row.commit], null, { commit: row.commit }));
        break;
      case "draw_revealed":
        this.of(row.what).reveals.push(act(entry, row.party, [row.secret], null, { secret: row.secret }));
        break;
      case "draw_typed":
        this.of(row.what).typed.push(act(entry, row.officer, row.value, row.round, row.round === null ? { order: row.value } : { round: row.round, value: row.value[0] }));
        break;
      case "drawn":
        this.drawn(entry, row.what, row.seed, row.order);
        break;
      case "noted":
        if (row.key === STRETCH) this.stretch = row.value;
        else if (row.key === "seed") this.seed = String(row.value);
        else if (row.key === END) this.drawn(entry, END, this.seed, [String(row.value)]);
    }
  }

  private begin(what: string, kind: "order" | "number"): Given {
    const nothing = { pool: [], poolEntry: null, round: null, roundEntry: null, commits: [], reveals: [], typed: [], drawnEntry: null };
    const given: Given = { what, kind, opened: this.now, ...nothing, drawnBy: "", seedAsked: false, seed: "", recorded: [] };
    this.open.set(what, given);
    this.draws.push({ given, stretch: this.stretch });
    return given;
  }

  private of(what: string): Given {
    return this.open.get(what) ?? this.begin(what, what === END ? "number" : "order");
  }

  private drawn(entry: Record, what: string, seed: string, recorded: string[]): void {
    let given = this.of(what);
    // A second result for one pool is a draw of its own: its pool stands nowhere.
    if (given.drawnEntry !== null) given = this.begin(what, given.kind);
    Object.assign(given, { drawnEntry: entry.i, drawnBy: entry.actor, seedAsked: entry.data.ask?.seed === seed, seed, recorded });
  }
}

function act(entry: Record, who: string, value: string[], round: number | null, asked: { [key: string]: unknown }): Act {
  const ask = entry.data.ask ?? {};
  const own = entry.actor === `staff:${who}` && Object.entries(asked).every(([key, wanted]) => JSON.stringify(ask[key]) === JSON.stringify(wanted));
  return { entry: entry.i, t: entry.t, who, value, round, own };
}

async function again(given: Given, stretch: number, terms: Terms, published: Published | null): Promise<Redrawn> {
  const { source } = sourceOf(terms);
  const { found: redone, steps } = await redo(given, stretch, terms, source);
  const same = given.drawnEntry === null ? null : equal(given.recorded, redone);
  const looked = await checks(given, terms, published);
  const holds = same !== false && looked.every((one) => one.ok !== false);
  const { what, kind, pool, poolEntry, seed, recorded, drawnEntry } = given;
  return { entry: drawnEntry, what, kind, source, pool, pool_entry: poolEntry, round: given.round?.number ?? null, seed, recorded, redone, same, checks: looked, steps, holds };
}

interface Redone {
  found: string[];
  steps: Step[];
}

async function redo(given: Given, stretch: number, terms: Terms, source: string): Promise<Redone> {
  if (given.drawnEntry === null) return { found: [], steps: [] };
  if (given.kind === "number") {
    const { steps, number } = await picks(`${given.seed}|${END}`, terms.random_seconds ?? 0);
    return { found: [String(stretch + (1 + number) * SECOND)], steps: named(steps, String(number)) };
  }
  // The order is what two officers typed alike: there is nothing to hash.
  if (source === "BALLS") return { found: given.typed.at(-1)?.value ?? [], steps: [] };
  return inOrder(given);
}

async function inOrder(given: Given): Promise<Redone> {
  const [left, found, all] = [[...given.pool], [] as string[], [] as Step[]];
  while (left.length > 0) {
    const { steps, number } = await picks(`${given.seed}|${given.what}|${left.join(",")}`, left.length);
    const [name] = left.splice(number, 1);
    all.push(...named(steps, name!));
    found.push(name!);
  }
  return { found, steps: all };
}

const named = (steps: Step[], picked: string): Step[] => [...steps.slice(0, -1), { ...steps.at(-1)!, picked }];

/** The hashes up to the first that is used, and the number it gives below `count`. */
async function picks(plain: string, count: number): Promise<{ steps: Step[]; number: number }> {
  const [below, steps] = [BigInt(count), [] as Step[]];
  for (;;) {
    const text = steps.length > 0 ? `${plain}|${steps.length}` : plain;
    const digest = await hexOf(text);
    steps.push({ text, digest, left: count, picked: null });
    const number = BigInt(`0x${digest}`);
    if (number < RANGE - (RANGE % below)) return { steps, number: Number(number % below) };
  }
}
