/**
 * The session archive, verified in this order: split, hash, each checkpoint's signatures and root, last size == count,
 * quorum on the last checkpoint, and only then is any entry parsed, the document of the first held against its hash,
 * any bidder's signature looked at, and any sealed offer opened again. A parser that runs earlier works for whoever
 * forged the file.
 * Not asked here: whether each entry follows from the state before it (of its digest `ps` only that it is one, and no
 * other entry's), whether the rules were kept. Those take the whole engine, which is in Python; the page says so.
 */

import type { Checkpoint } from "./checkpoint";
import { encode, type Json } from "./canon";
import { Openings } from "./openings";
import { Signatures } from "./signatures";
import { admitLength, openEntry, type Entry } from "./envelope";
import { Tree } from "./merkle";
import { Unbelieved, type Checked, type Policy, type Witnessed } from "./policy";
import { Refusal, find, fromDecimal, fromUtf8, joined, same, sha256, toHex, utf8, type Bytes } from "./text";

export const HEADER = "bidding-session-archive/v1";

export type Phase = "hash" | "read";
/** Told what is being done, how many of how many; awaited, so that the page stays alive. */
export type Progress = (phase: Phase, done: number, total: number) => Promise<void> | void;

export interface Archive {
  origin: string;
  entries: Bytes[];
  checkpoints: Bytes[];
}

export interface VerifiedArchive {
  archive: Archive;
  checkpoint: Checkpoint;
  witnesses: Witnessed[];
  /** Signature lines, under any checkpoint, by keys the policy does not name; nobody checked them. */
  strangers: number;
  entries: Entry[];
  /** How many requests of bidders bear their own signature, of how many. */
  signed: number;
  requests: number;
  /** How many sealed offers were opened again to what the record says, of how many it says were. */
  opened: number;
  claimed: number;
}

const TELL_EVERY = 500;
const PLACES: Record<string, string> = { header: "文件头", entry: "编号 {} 的记录", checkpoint: "第 {} 个检查点", end: "文件末尾" };

/** `where` is `header`, `entry <index>`, `checkpoint <1 for the oldest>` or `end`. */
export function wrong(where: string, en: string, zh: string): Refusal {
  const [kind = "", number = ""] = where.split(" ");
  return new Refusal(`${where}: ${en}`, `${PLACES[kind]!.replace("{}", number)}：${zh}`, where);
}

/** Whether a file begins like an archive; anything else is offered to the receipt's parser. */
export const isArchive = (raw: Uint8Array): boolean => find(raw.subarray(0, HEADER.length + 1), utf8(`${HEADER}\n`)) === 0;

/** The parts of a file. Nothing is verified here. */
export function parseArchive(raw: Bytes): Archive {
  const lines: number[] = [];
  for (let at = raw.indexOf(0x0a); at >= 0 && lines.length < 3; at = raw.indexOf(0x0a, at + 1)) lines.push(at);
  const [first = raw.length, second, third] = lines;
  if (!same(raw.subarray(0, first), utf8(HEADER))) throw wrong("header", "not a session archive", "不是竞价档案文件");
  let [origin, count] = ["", 0n];
  try {
    if (second === undefined || third === undefined) throw new Refusal("cut off", "被截断");
    origin = fromUtf8(raw.subarray(first + 1, second));
    count = fromDecimal(fromUtf8(raw.subarray(second + 1, third)));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw wrong("header", "the log name or the number of entries is damaged", "日志名称或记录数已损坏");
  }
  const { entries, at } = splitEntries(raw, (third ?? 0) + 1, count);
  if (raw[at] !== 0x0a) throw wrong("end", `no blank line after the ${count} announced entries`, `文件声明的 ${count} 条记录之后缺少空行`);
  return { origin, entries, checkpoints: splitNotes(raw.subarray(at + 1)) };
}

function splitEntries(raw: Bytes, from: number, count: bigint): { entries: Bytes[]; at: number } {
  const entries: Bytes[] = [];
  let at = from;
  while (BigInt(entries.length) < count) {
    const end = raw.indexOf(0x0a, at);
    const index = entries.length;
    if (end < 0 || end === at) {
      throw wrong(`entry ${index}`, `missing: the file announces ${count} entries and holds ${index}`, `缺失：文件声明有 ${count} 条记录，实际只有 ${index} 条`);
    }
    const entry = raw.subarray(at, end);
    try {
      admitLength(entry);
    } catch (thrown) {
      throw placed(`entry ${index}`, thrown);
    }
    entries.push(entry);
    at = end + 1;
  }
  return { entries, at };
}

/** Checkpoint notes. A body has no blank line, so bodies and signatures alternate. */
function splitNotes(tail: Bytes): Bytes[] {
  if (tail.at(-1) !== 0x0a) throw wrong("end", "the file is cut off", "文件不完整，末尾被截断");
  if (tail[0] === 0x0a || tail.at(-2) === 0x0a || find(tail, utf8("\n\n\n")) >= 0) throw wrong("end", "a blank line where none belongs", "出现多余的空行");
  const blocks: Bytes[] = [];
  const blank = utf8("\n\n");
  let from = 0;
  for (let at = find(tail, blank); at >= 0; at = find(tail, blank, from)) {
    blocks.push(tail.subarray(from, at));
    from = at + 2;
  }
  blocks.push(tail.subarray(from, -1));
  if (blocks.length % 2 === 1) throw wrong(`checkpoint ${(blocks.length >> 1) + 1}`, "text without signatures", "有正文而无签名");
  return Array.from({ length: blocks.length / 2 }, (_, i) => joined(blocks[2 * i]!, blank, blocks[2 * i + 1]!, utf8("\n")));
}

/** The archive, once every check has passed, in the order told at the top; raises Refusal. */
export async function verifyArchive(raw: Bytes, policy: Policy, told?: Progress): Promise<VerifiedArchive> {
  const archive = parseArchive(raw);
  const tree = await Tree.over(archive.entries, (done, total) => told?.("hash", done, total));
  let checked: Checked | null = null;
  let [covered, strangers] = [0n, 0];
  for (const [at, note] of archive.checkpoints.entries()) {
    const where = `checkpoint ${at + 1}`;
    checked = await check(where, note, archive.origin, policy);
    await compare(where, checked.checkpoint, covered, tree);
    covered = checked.checkpoint.size;
    strangers += checked.strangers;
    await told?.("hash", tree.size, tree.size);
  }
  if (checked === null || covered !== BigInt(tree.size)) {
    throw wrong("end", `the last checkpoint covers ${covered} of ${tree.size} entries`, `最后一个检查点只覆盖 ${tree.size} 条记录中的 ${covered} 条`);
  }
  policy.demandQuorum(checked.witnesses);
  return { archive, ...checked, strangers, ...(await openEntries(archive, told)) };
}

async function check(where: string, note: Bytes, origin: string, policy: Policy): Promise<Checked> {
  try {
    return await policy.openCheckpoint(note, origin, false);
  } catch (thrown) {
    if (!(thrown instanceof Unbelieved)) throw thrown;
    throw wrong(where, thrown.en, thrown.zh);
  }
}

async function compare(where: string, checkpoint: Checkpoint, covered: bigint, tree: Tree): Promise<void> {
  const { size } = checkpoint;
  if (checkpoint.extensions.length > 0) throw wrong(where, "has lines that ours never have", "含有本系统不会写入的附加行");
  if (size < covered) {
    throw wrong(where, `covers ${size} entries, the one before ${covered}: not oldest first`, `覆盖 ${size} 条记录，而前一个覆盖 ${covered} 条：顺序有误`);
  }
  if (size > BigInt(tree.size)) {
    throw wrong(where, `was signed over ${size} entries; the file holds ${tree.size}`, `签名时共有 ${size} 条记录，文件中只有 ${tree.size} 条`);
  }
  if (!same(await tree.root(Number(size)), checkpoint.root)) {
    throw wrong(where, `entries ${covered} to ${size - 1n} are not all as they were signed`, `编号 ${covered} 至 ${size - 1n} 的记录与签名时不一致`);
  }
}

async function openEntries(archive: Archive, told?: Progress): Promise<Omit<VerifiedArchive, "archive" | "checkpoint" | "witnesses" | "strangers">> {
  const entries: Entry[] = [];
  const signatures = new Signatures(archive.origin);
  const openings = new Openings();
  const digests = new Set<string>();
  let latest = 0;
  for (const [index, raw] of archive.entries.entries()) {
    const where = `entry ${index}`;
    try {
      const entry = openEntry(raw, archive.origin, BigInt(index));
      if (entry.t < latest) throw new Refusal("its time is before the entry before it", "时间早于前一条记录");
      latest = entry.t;
      if (index === 0) await documented(entry);
      if (index > 0 && ofThisHouse(entries[0]!)) follows(entry, digests);
      await signatures.take(entry);
      await openings.take(entry);
      entries.push(entry);
    } catch (thrown) {
      throw placed(where, thrown);
    }
    if (entries.length % TELL_EVERY === 0) await told?.("read", entries.length, archive.entries.length);
  }
  return { entries, signed: signatures.signed, requests: signatures.requests, opened: openings.checked, claimed: openings.claimed };
}

/** An entry of a session carries the digest of the state before it; a state has its index in it, so none comes twice. */
function follows(entry: Entry, digests: Set<string>): void {
  const digest = entry["ps"];
  if (typeof digest !== "string" || !/^[A-Za-z0-9+/]{43}=$/.test(digest)) throw new Refusal("it is signed, but carries no digest of the state before it", "虽有签名，但没有此前状态的摘要");
  if (digests.has(digest)) throw new Refusal("it is signed, but carries the digest of the state before another entry", "虽有签名，但其此前状态的摘要是另一条记录的");
  digests.add(digest);
}

/** Whether a log is of a session, by its first entry; remarks, and what other programs log, have no document. */
function ofThisHouse(first: Entry): boolean {
  const data = first["data"];
  if (first["type"] !== "session.opened" || data === null || typeof data !== "object" || Array.isArray(data)) return false;
  return data["document"] !== undefined || data["sha256"] !== undefined;
}

/** The document that opens a session is the one whose hash was published; a log of another kind has none. */
async function documented(entry: Entry): Promise<void> {
  if (!ofThisHouse(entry)) return;
  const data = entry["data"] as { [key: string]: Json };
  if (toHex(await sha256(encode(data["document"] ?? null))) === data["sha256"]) return;
  throw new Refusal("it is signed, but the document has another SHA-256 than the entry says", "虽有签名，但规则文件的 SHA-256 与该记录所载不符");
}

function placed(where: string, thrown: unknown): unknown {
  return thrown instanceof Refusal ? wrong(where, thrown.en, thrown.zh) : thrown;
}

