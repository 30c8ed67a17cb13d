/**
 * The policy: whose keys are known, and how many witnesses are enough (C2SP tlog-policy).
 * It is the only root of trust. With `quorum none` it takes the centre's own word that it shows everybody the same log;
 * screens must say so too.
 */

import { Unable } from "./able";
import { parseBody, type Checkpoint } from "./checkpoint";
import { COSIGNATURE, ED25519, ML_DSA_44, cosignedAt, openNote, parseKey, type Verifier } from "./note";
import { Refusal, fromDecimal, fromUtf8, same, type Bytes } from "./text";

export const NONE = "none";

interface Group {
  threshold: number;
  members: string[];
}

export interface Witnessed {
  /** The witness's name in the policy. */
  name: string;
  /** Seconds since 1970 UTC, as its own clock said. */
  time: bigint;
}

/** A checkpoint that may be believed, and who witnessed it. */
export interface Checked {
  checkpoint: Checkpoint;
  witnesses: Witnessed[];
  /** Signature lines by keys the policy does not name; nobody checked them. */
  strangers: number;
}

export class Policy {
  readonly logs: Verifier[] = [];
  readonly witnesses = new Map<string, Verifier>();
  readonly groups = new Map<string, Group>();
  quorum = "";
  private readonly members = new Set<string>();

  /** The same keys with nobody asked for: what a first receipt, signed by the centre alone, is read with. */
  centreOnly(): Policy {
    const alone = new Policy();
    alone.logs.push(...this.logs);
    for (const [name, key] of this.witnesses) alone.witnesses.set(name, key);
    alone.quorum = NONE;
    return alone;
  }

  satisfied(have: readonly string[]): boolean {
    return this.holds(this.quorum, new Set(have));
  }

  /** Who of the quorum has not signed beside these; nobody once they are a quorum. */
  missing(have: readonly Witnessed[]): string[] {
    const names = have.map((one) => one.name);
    return this.satisfied(names) ? [] : this.under(this.quorum).filter((name) => !names.includes(name));
  }

  /** The checkpoint of the log `origin` (null: of any log listed) in a signed note; raises Refusal. */
  async openCheckpoint(note: Bytes, origin: string | null = null, quorum = true): Promise<Checked> {
    const checked = await this.opened(note, origin);
    if (quorum) this.demandQuorum(checked.witnesses);
    return checked;
  }

  private async opened(note: Bytes, origin: string | null): Promise<Checked> {
    try {
      const end = note.indexOf(0x0a);
      const named = fromUtf8(note.subarray(0, end < 0 ? note.length : end));
      const logs = this.logs.filter((log) => log.name === named);
      if (logs.length === 0 || (origin !== null && origin !== named)) throw unknownLog(named, origin);
      const opened = await openNote(note, [...logs, ...this.witnesses.values()]);
      const checkpoint = await parseBody(opened.text);
      const by = (key: Verifier) => opened.verified.find((one) => one.name === key.name && same(one.keyId, key.keyId));
      if (!logs.some(by)) {
        throw new Unbelieved(`the checkpoint is not signed by its log ${named}`, `检查点缺少日志 ${named} 本身的签名`);
      }
      const witnesses = [...this.witnesses].flatMap(([name, key]) => {
        const signature = by(key);
        return signature ? [{ name, time: cosignedAt(signature) }] : [];
      });
      return { checkpoint, witnesses, strangers: opened.unverified.length };
    } catch (thrown) {
      if (thrown instanceof Unbelieved || thrown instanceof Unable || !(thrown instanceof Refusal)) throw thrown;
      throw new Unbelieved(`the checkpoint does not verify: ${thrown.en}`, `检查点未通过验证：${thrown.zh}`);
    }
  }

  /** Returns when these witnesses are a quorum, else Refusal names who is missing. */
  demandQuorum(have: readonly Witnessed[]): void {
    const names = have.map((one) => one.name);
    const absent = this.missing(have);
    if (absent.length === 0) return;
    throw new Unbelieved(
      `not enough witnesses for quorum ${this.quorum}: signed by ${names.join(", ") || "none"}; missing ${absent.join(", ")}`,
      `见证签名不足（要求 ${this.quorum}）：已有 ${names.join("、") || "无"}；缺 ${absent.join("、")}`,
    );
  }

  private holds(name: string, have: ReadonlySet<string>): boolean {
    if (name === NONE) return true;
    const group = this.groups.get(name);
    if (group === undefined) return have.has(name);
    return group.members.filter((member) => this.holds(member, have)).length >= group.threshold;
  }

  private under(name: string): string[] {
    return this.groups.get(name)?.members.flatMap((member) => this.under(member)) ?? [name];
  }

  /** Takes one line; raises Refusal. */
  async read(line: string): Promise<void> {
    if (/[\x00-\x08\x0b-\x1f\x7f]/.test(line)) throw new Refusal("control character", "含有控制字符");
    const words = line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
    const [kind, name, ...rest] = words as [string, ...string[]];
    if (kind === "" || kind.startsWith("#")) return;
    if (kind === "log" && name !== undefined && rest.length <= 1) this.addLog(await parseKey(name));
    else if (kind === "witness" && name !== undefined && rest[0] !== undefined && rest.length <= 2) this.addWitness(name, await parseKey(rest[0]));
    else if (kind === "group" && name !== undefined && rest[0] !== undefined && rest.length >= 2) this.addGroup(name, rest[0], rest.slice(1));
    else if (kind === "quorum" && name !== undefined && rest.length === 0) this.setQuorum(name);
    else throw new Refusal("not a log, witness, group or quorum line", "不是 log、witness、group 或 quorum 行");
  }

  private addLog(key: Verifier): void {
    if (key.alg !== ED25519 && key.alg !== ML_DSA_44) throw new Refusal("a log key has type 1 or 6", "日志公钥的类型应为 1 或 6");
    // Duplicate means the same key under whatever name.
    if (this.logs.some((other) => same(other.key, key.key))) throw new Refusal("this log key is listed already", "此日志公钥已列出");
    twoParties(key, this.witnesses.values());
    this.logs.push(key);
  }

  private addWitness(name: string, key: Verifier): void {
    this.fresh(name);
    if (key.alg !== COSIGNATURE && key.alg !== ML_DSA_44) throw new Refusal("a witness key has type 4 or 6", "见证公钥的类型应为 4 或 6");
    if ([...this.witnesses.values()].some((other) => same(other.key, key.key))) throw new Refusal("this witness key is listed already", "此见证公钥已列出");
    twoParties(key, this.logs);
    this.witnesses.set(name, key);
  }

  private addGroup(name: string, threshold: string, members: string[]): void {
    this.fresh(name);
    for (const member of members) {
      this.defined(member);
      // Once only, so that nobody is counted twice.
      if (this.members.has(member)) throw new Refusal(`${member} is a member already`, `${member} 已属于某个组`);
      this.members.add(member);
    }
    const needed = threshold === "any" ? 1n : threshold === "all" ? BigInt(members.length) : fromDecimal(threshold);
    if (needed < 1n || needed > BigInt(members.length)) {
      throw new Refusal(`${needed} of ${members.length} members cannot be asked for`, `不能要求 ${members.length} 个成员中的 ${needed} 个`);
    }
    this.groups.set(name, { threshold: Number(needed), members });
  }

  private setQuorum(name: string): void {
    if (this.quorum !== "") throw new Refusal("a second quorum", "quorum 行重复");
    if (name !== NONE) this.defined(name);
    this.quorum = name;
  }

  private fresh(name: string): void {
    if (name === NONE || this.witnesses.has(name) || this.groups.has(name)) throw new Refusal(`the name ${name} is taken`, `名称 ${name} 已被占用`);
  }

  private defined(name: string): void {
    if (!this.witnesses.has(name) && !this.groups.has(name)) throw new Refusal(`${name} is not defined above`, `${name} 在此前没有定义`);
  }
}

/** The policy's own refusal, at the place "policy". */
export class Unbelieved extends Refusal {
  constructor(en: string, zh: string) {
    super(en, zh, "policy");
  }
}

/** The policy in a file; raises Unbelieved naming the line. */
export async function parsePolicy(raw: Uint8Array): Promise<Policy> {
  if (raw.at(-1) !== 0x0a) throw new Unbelieved("policy: the last line does not end", "信任策略：末行没有换行符");
  const policy = new Policy();
  let [from, number] = [0, 1];
  for (let end = raw.indexOf(0x0a); end >= 0; end = raw.indexOf(0x0a, from)) {
    try {
      await policy.read(lineOf(raw.subarray(from, end)));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      throw new Unbelieved(`policy, line ${number}: ${thrown.en}`, `信任策略第 ${number} 行有误：${thrown.zh}`);
    }
    [from, number] = [end + 1, number + 1];
  }
  if (policy.quorum === "") throw new Unbelieved("policy: no quorum line", "信任策略：缺少 quorum 行");
  return policy;
}

/** Whoever witnesses himself is no witness; another name for his key makes him none. */
function twoParties(key: Verifier, others: Iterable<Verifier>): void {
  if ([...others].some((other) => same(other.key, key.key))) throw new Refusal("the log's own key cannot be a witness", "日志自己的公钥不能充当见证人");
}

/** The spec sees octets: in a comment any byte may stand, in the rest every name is text. */
function lineOf(raw: Uint8Array): string {
  const first = raw.find((byte) => byte !== 0x20 && byte !== 0x09);
  return first === 0x23 ? new TextDecoder("latin1").decode(raw).replace(/[\x80-\xff]/g, "?") : fromUtf8(raw);
}

function unknownLog(named: string, wanted: string | null): Unbelieved {
  const short = named.slice(0, 80);
  if (wanted !== null && wanted !== named) return new Unbelieved(`the checkpoint is of the log ${short}, not of ${wanted}`, `检查点属于日志 ${short}，不是 ${wanted}`);
  return new Unbelieved(`the policy knows no log named ${short}`, `信任策略中没有名为 ${short} 的日志`);
}
