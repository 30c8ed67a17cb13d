/**
 * A bidder's own eye on the record: every checkpoint seen, and whether they fit together.
 * Each receipt brings a signed checkpoint; the house must prove that the later log begins with the earlier.
 * A house that shows two histories is caught here with two signed notes in hand. One bidder, one log.
 */

import { Unable } from "../proof/able";
import { encode, type Json } from "../proof/canon";
import { signedText, type Request } from "../proof/commandKey";
import type { Entry } from "../proof/envelope";
import { parsePolicy, type Policy } from "../proof/policy";
import type { Checkpoint } from "../proof/checkpoint";
import { verifyConsistency } from "../proof/merkle";
import { verifyReceipt, type VerifiedReceipt } from "../proof/receipt";
import { Refusal, fromBase64, same, type Bytes } from "../proof/text";
import type { Escrow } from "../wire";

/** The house showed what cannot be true of one log; `evidence` is what it signed or sent. */
export class FalseRecord extends Refusal {
  constructor(
    en: string,
    zh: string,
    readonly evidence: Bytes[],
  ) {
    super(en, zh);
  }
}

/** The part of a house that is asked. Each throws where the house gives no answer at the moment. */
export interface House {
  policy(): Promise<Bytes>;
  receipt(index: number): Promise<Bytes>;
  /** The hashes in base64; null when the house says that it has no such sizes. */
  consistency(from: bigint, to: bigint): Promise<string[] | null>;
}

/** What is brought along from before, and kept for the next time. */
export interface Memory {
  policy: Bytes | null;
  /** In the order they were seen, the largest last. */
  notes: Bytes[];
}

/** What left this browser, and what the house said came of it; null where it has not said. */
export interface Own {
  request: Request;
  accepted: boolean | null;
}

export interface Looked {
  index: number;
  raw: Bytes;
  /** Enough witnesses signed, and the policy asks for some. */
  witnessed: boolean;
  /** The policy asks for none: the centre's word alone. */
  alone: boolean;
  witnesses: string[];
}

const NOTES_MAX = 500;

interface Proved {
  found: VerifiedReceipt;
  raw: Bytes;
}

interface Seen {
  checkpoint: Checkpoint;
  note: Bytes;
}

export class Watch {
  private policy: Policy | null = null;
  private readonly seen: Seen[] = [];
  /** The last checkpoint of the visit before: it was shown to contain all that were seen then. */
  private readonly brought: Bytes[];
  private turn: Promise<unknown> = Promise.resolve();
  /** Entry 0 with its receipt: the document that was published. */
  private opening: Proved | null = null;

  constructor(
    private readonly house: House,
    private readonly memory: Memory,
    private readonly keep: (memory: Memory) => Promise<unknown>,
  ) {
    this.brought = memory.notes.slice(-1);
  }

  /**
   * The verified receipt of an own entry, its checkpoint fitting all seen before; raises FalseRecord. One look at a time.
   * With `own` the entry must be that request: a receipt proves what is in the log, not that it is what was asked.
   */
  look(index: number, own: Own | null = null): Promise<Looked> {
    return this.inTurn(() => this.once(index, own));
  }

  /** Returns when offers are sealed as the record has published it, and the room `told` so; raises FalseRecord. */
  sealed(told: Escrow | null): Promise<void> {
    return this.inTurn(async () => {
      this.opening ??= await this.proved(0, await this.trusted());
      const { found, raw } = this.opening;
      const [published, shown] = [sealing(found.entry), told === null ? null : keysOf(told.mode, told.threshold, told.unit, told.trustees)];
      if (published === null ? shown === null : shown !== null && same(encode(published), encode(shown))) return;
      throw new FalseRecord(
        "offers are to be sealed here otherwise than the record has published it; an offer sealed so could be read by somebody else",
        "此处的密封方式与记录中公告的不一致；照此密封，报价可能被他人解读",
        [raw],
      );
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async once(index: number, own: Own | null): Promise<Looked> {
    const policy = await this.trusted();
    const { found, raw } = await this.proved(index, policy);
    if (own !== null) expectOwn(found.entry, own, raw);
    const witnesses = found.witnesses.map((one) => one.name);
    const alone = policy.quorum === "none";
    return { index, raw, alone, witnessed: !alone && policy.satisfied(witnesses), witnesses };
  }

  private async proved(index: number, policy: Policy): Promise<Proved> {
    for (let note = this.brought[0]; note !== undefined; note = this.brought[0]) {
      await this.see(note, policy);
      this.brought.shift();
    }
    const raw = await this.house.receipt(index);
    const found = await this.orFalse(`the receipt of entry ${index} does not hold`, `第 ${index} 号记录的回执不成立`, [raw], () =>
      verifyReceipt(raw, policy.centreOnly()),
    );
    if (found.receipt.index !== BigInt(index)) {
      throw new FalseRecord(
        `asked for entry ${index}, the receipt is of entry ${found.receipt.index}`,
        `索取第 ${index} 号记录的回执，得到的却是第 ${found.receipt.index} 号`,
        [raw],
      );
    }
    await this.see(found.receipt.checkpoint, policy);
    return { found, raw };
  }

  /** The log's key is the one of the policy first seen. */
  private async trusted(): Promise<Policy> {
    if (this.policy === null) {
      const text = this.memory.policy ?? (await this.house.policy());
      this.policy = await this.orFalse("the policy cannot be read", "信任文件不成立", [text], () => parsePolicy(text));
      this.memory.policy = text;
    }
    return this.policy;
  }

  /** Keeps a signed checkpoint, once it fits its neighbours. */
  private async see(note: Bytes, policy: Policy): Promise<void> {
    const { checkpoint } = await this.orFalse("a checkpoint is not the log's", "检查点不属于本日志", [note], () =>
      policy.centreOnly().openCheckpoint(note),
    );
    const place = this.seen.filter((one) => one.checkpoint.size < checkpoint.size).length;
    const there = this.seen[place];
    if (there !== undefined && there.checkpoint.size === checkpoint.size) return equal(there, { checkpoint, note });
    // Consistency is transitive: who fits both neighbours fits everything.
    const around = [...this.seen.slice(Math.max(0, place - 1), place), { checkpoint, note }, ...this.seen.slice(place, place + 1)];
    for (let at = 1; at < around.length; at += 1) await this.follows(around[at - 1]!, around[at]!);
    this.seen.splice(place, 0, { checkpoint, note });
    if (this.memory.notes.some((one) => same(one, note))) return;
    // What came late and small goes before the last, which is what the next visit begins with.
    const last = place === this.seen.length - 1 ? this.memory.notes.length : this.memory.notes.length - 1;
    this.memory.notes = [...this.memory.notes.slice(0, last), note, ...this.memory.notes.slice(last)].slice(-NOTES_MAX);
    await this.keep(this.memory);
  }

  private async follows(old: Seen, now: Seen): Promise<void> {
    const [from, to] = [old.checkpoint, now.checkpoint];
    const lines = await this.house.consistency(from.size, to.size);
    const why = `the log of ${to.size} entries was not shown to continue the log of ${from.size}`;
    const whyZh = `${to.size} 条记录的日志未能证明是 ${from.size} 条记录日志的延续`;
    if (lines === null) throw new FalseRecord(why, whyZh, [old.note, now.note]);
    await this.orFalse(why, whyZh, [old.note, now.note], () => verifyConsistency(from.size, to.size, from.root, to.root, lines.map(fromBase64)));
  }

  private async orFalse<T>(en: string, zh: string, evidence: Bytes[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Unable || !(thrown instanceof Refusal)) throw thrown;
      throw new FalseRecord(`${en}: ${thrown.en}`, `${zh}：${thrown.zh}`, evidence);
    }
  }
}

function equal(one: Seen, other: Seen): void {
  if (same(one.checkpoint.root, other.checkpoint.root)) return;
  const { size } = one.checkpoint;
  throw new FalseRecord(`two logs of ${size} entries, both signed`, `出现两份均已签名、内容不同的 ${size} 条记录的日志`, [one.note, other.note]);
}

/** Returns when the entry is this request to the byte and says what the house answered; raises FalseRecord. */
function expectOwn(entry: Entry, { request, accepted }: Own, raw: Bytes): void {
  const { actor, cmd, by, type, data } = entry;
  const [kind = "", outcome] = String(type).split(".");
  // Where a used reference was refused the entry names the request that used it, and no reference of its own.
  const referred = by === undefined ? cmd === `${request.actor}/${request.ref}` : outcome === "refused";
  const logged = { log: entry.log, actor: String(actor), ref: request.ref, kind, ask: fields(fields(data)["ask"]) };
  if (!referred || !same(signedText(logged), signedText(request))) {
    throw new FalseRecord(
      `entry ${entry.i} was named as this request, and the log has something else there`,
      `第 ${entry.i} 号记录被指为您的这项请求，而日志中该处是另外的内容`,
      [raw],
    );
  }
  if (accepted === null || outcome === (accepted ? "accepted" : "refused")) return;
  throw new FalseRecord(
    `the house answered that entry ${entry.i} was ${accepted ? "accepted" : "refused"}, and the log has the opposite`,
    `系统答复第 ${entry.i} 号记录${accepted ? "已受理" : "未受理"}，而日志所记相反`,
    [raw],
  );
}

type Fields = { [key: string]: Json };
const fields = (value: Json | undefined): Fields => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

/** To whose keys the published document has offers sealed, and in which unit; null where it has none sealed. */
function sealing(opening: Entry): Json {
  const terms = fields(fields(fields(opening["data"])["document"])["terms"]);
  const [mode, unit, trustees] = [terms["escrow"], fields(terms["unit"]), terms["trustees"]];
  if (mode === undefined || mode === "PLAIN") return null;
  const rows = (Array.isArray(trustees) ? trustees : []).map(fields);
  return keysOf(mode, terms["threshold"], `${String(unit["en"])}.${String(unit["scale"])}`, rows);
}

function keysOf(mode: Json, threshold: Json | undefined, unit: string, trustees: readonly { id?: Json; public?: Json }[]): Json {
  return { mode, threshold: threshold ?? 0, unit, trustees: trustees.map(({ id, public: key }) => [id ?? null, key ?? null]) };
}
