/**
 * Whether the chance of a draw came in as its terms had named it, check by check: replay/chance.py in the browser.
 * A check holds, does not, or cannot be told from the log (`ok` is null), which is said and never passed over.
 */

import { sha256, toHex, utf8 } from "./text";

export const SECOND = 1_000_000;
/** drand quicknet: the instant of round 1, and the time between rounds (its chain information). */
const QUICKNET = { first: 1_692_803_367 * SECOND, every: 3 * SECOND };
const CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

export interface Check {
  entry: number | null;
  ok: boolean | null;
  zh: string;
  en: string;
}

/** Somebody brought something in; `own` says that it is what he asked for under his own name. */
export interface Act {
  entry: number;
  t: number;
  who: string;
  value: string[];
  round: number | null;
  own: boolean;
}

/** What the log holds for one draw; times in microseconds. */
export interface Given {
  what: string;
  kind: "order" | "number";
  opened: number;
  pool: string[];
  poolEntry: number | null;
  round: { number: number; at: number } | null;
  roundEntry: number | null;
  commits: Act[];
  reveals: Act[];
  typed: Act[];
  drawnEntry: number | null;
  drawnBy: string;
  seedAsked: boolean;
  seed: string;
  recorded: string[];
}

export interface Source {
  source: string;
  parties: { id: string }[];
  needed: number;
  beacon: string | null;
  beacon_after_seconds: number;
  figures_zh: string;
  figures_en: string;
  figures_first: number | null;
  figures_every_seconds: number;
}

export interface Terms {
  draws?: Source | null;
  end_commit?: string | null;
  random_seconds?: number;
}

/** What somebody fetched from the public source himself: its value by number of publication. */
export type Published = Record<string, string>;

const PLAIN: Source = { source: "OFFICERS", parties: [], needed: 0, beacon: null, beacon_after_seconds: 0, figures_zh: "", figures_en: "", figures_first: null, figures_every_seconds: 0 };

export const sourceOf = (terms: Terms): Source => terms.draws ?? PLAIN;
export const hexOf = async (text: string): Promise<string> => toHex(await sha256(utf8(text)));
export const equal = (one: string[], other: string[]): boolean => one.length === other.length && one.every((item, at) => item === other[at]);

/** By code point, as Python sorts; JavaScript sorts by UTF-16 unit, which differs beyond the basic plane. */
export function sorted(names: string[]): string[] {
  const points = (name: string): number[] => Array.from(name, (letter) => letter.codePointAt(0)!);
  return [...names].sort((one, other) => {
    const [a, b] = [points(one), points(other)];
    const at = a.findIndex((point, place) => point !== b[place]);
    return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1);
  });
}

/** All of it, in the order in which a draw comes about. */
export async function checks(given: Given, terms: Terms, published: Published | null): Promise<Check[]> {
  const named = sourceOf(terms);
  const found = given.kind === "order" ? [pool(given)] : [];
  if (named.source === "COMMIT_REVEAL") return [...found, ...(await parties(given, named))];
  if (named.source === "BEACON") return [...found, ...(await beacon(given, named, published))];
  if (named.source === "BALLS") return [...found, ...balls(given)];
  return [...found, ...(await officer(given, terms))];
}

function check(entry: number | null, ok: boolean | null, zh: string, en: string): Check {
  return { entry, ok, zh, en };
}

function pool(given: Given): Check {
  const acts = [...given.commits, ...given.reveals, ...given.typed].map((act) => act.entry);
  const first = Math.min(...acts, given.drawnEntry ?? Infinity);
  const ok = given.poolEntry !== null && given.poolEntry < first;
  return check(given.poolEntry, ok, "名单先固定，之后才有随机数", "the pool was fixed before any chance came in");
}

async function officer(given: Given, terms: Terms): Promise<Check[]> {
  const found: Check[] = [];
  const by = given.drawnBy;
  if (given.drawnEntry !== null) found.push(check(given.drawnEntry, given.seedAsked && given.seed !== "", `种子由 ${by} 录入`, `the seed was typed in by ${by}`));
  const commit = given.kind === "number" ? terms.end_commit : null;
  if (!commit) {
    return [
      ...found,
      check(
        0,
        null,
        "条款未指定随机数来源，种子由工作人员录入：是否试过别的种子，日志看不出来",
        "the terms name no source, an officer typed in the seed: whether he tried others cannot be told from the log",
      ),
    ];
  }
  if (given.drawnEntry !== null) {
    const ok = (await hexOf(given.seed)) === commit;
    found.push(check(given.drawnEntry, ok, "种子的 SHA-256 与条款中事先公布的一致", "SHA-256 of the seed is what the terms had published beforehand"));
  }
  const en = "whoever kept the seed knew the result; the log cannot tell whether he told anybody";
  return [...found, check(0, null, "保管种子的人事先知道结果，日志看不出他是否告诉过别人", en)];
}

async function parties(given: Given, named: Source): Promise<Check[]> {
  const order = named.parties.map((party) => party.id);
  const commits = new Map(given.commits.map((act) => [act.who, act]));
  const found = given.commits.map((act) => {
    const ok = act.own && order.includes(act.who) && commits.get(act.who) === act;
    return check(act.entry, ok, `${act.who} 提交密封值 ${act.value[0]}`, `${act.who} committed to ${act.value[0]}`);
  });
  for (const act of given.reveals) {
    const text = `${given.what}|${act.who}|${act.value[0]}`;
    const ok = act.own && commits.get(act.who)?.value[0] === (await hexOf(text));
    found.push(check(act.entry, ok, `${act.who} 揭示的秘密与其密封值一致：SHA-256("${text}")`, `${act.who} showed the secret it had committed to: SHA-256("${text}")`));
  }
  if (given.reveals.length > 0) {
    const last = Math.max(0, ...given.commits.map((act) => act.entry));
    const shown = Math.min(...given.reveals.map((act) => act.entry));
    found.push(check(shown, last < shown, "最后一份密封值提交之后，才开始揭示", "nothing was shown before the last commitment"));
  }
  return given.drawnEntry === null ? found : [...found, ...(await joint(given, order, named.needed || order.length))];
}

async function joint(given: Given, order: string[], quorum: number): Promise<Check[]> {
  const secrets = new Map(given.reveals.map((act) => [act.who, act.value[0]]));
  const silent = order.filter((party) => !secrets.has(party));
  const found: Check[] = [];
  if (silent.length > 0) {
    found.push(
      check(
        given.drawnEntry,
        secrets.size >= quorum ? null : false,
        `未揭示：${silent.join("、")}。条款要求至少 ${quorum} 方揭示；少于全部时，最后揭示的一方可在两个结果之间选择`,
        `not shown by ${silent.join(", ")}; the terms ask for ${quorum}; with fewer than all, whoever is last can choose between two results`,
      ),
    );
  }
  const text = order.filter((party) => secrets.has(party)).map((party) => `${party}:${secrets.get(party)}`).join(",");
  return [...found, check(given.drawnEntry, given.seed === (await hexOf(text)), `种子 = SHA-256("${text}")`, `the seed is SHA-256("${text}")`)];
}

/** Two officers, each for himself; of one officer the last that he typed. */
function typedAlike(given: Given, value: string[], number: number | null): Check {
  const latest = new Map(given.typed.map((act) => [act.who, act]));
  const same = [...latest.values()].filter((act) => act.own && equal(act.value, value) && act.round === number).map((act) => act.who);
  return check(
    given.typed.at(-1)?.entry ?? given.drawnEntry,
    same.length >= 2,
    `录入一致的工作人员：${same.join("、") || "无"}（须有两人）`,
    `typed alike by: ${same.join(", ") || "nobody"} (it takes two)`,
  );
}

function balls(given: Given): Check[] {
  if (given.drawnEntry === null) return [];
  const all = equal(sorted(given.recorded), sorted(given.pool)) && given.seed === "";
  return [
    typedAlike(given, given.recorded, null),
    check(given.drawnEntry, all, "摇出的正是名单上的全部号牌，各一次", "the balls are exactly those of the pool, each once"),
    check(given.drawnEntry, null, "球是否公平摇出，只有在场的人能作证，散列不能", "whether the balls were drawn fairly, those who were there can say; no hash can"),
  ];
}

async function beacon(given: Given, named: Source, published: Published | null): Promise<Check[]> {
  const drand = named.beacon === "DRAND_QUICKNET";
  const { number, at } = roundAfter(named, given.opened, drand);
  const ok = given.round?.number === number && given.round.at === at && given.roundEntry === (given.poolEntry || given.roundEntry);
  const round = check(given.roundEntry, ok, `名单固定时即指定第 ${number} 期，它当时尚未公布`, `publication ${number} was named with the pool, when it was not out yet`);
  if (given.drawnEntry === null) return [round];
  const value = given.typed.at(-1)?.value ?? [""];
  const out = given.typed.length > 0 && given.typed.every((act) => act.t >= at);
  return [
    round,
    typedAlike(given, value, number),
    check(given.typed[0]?.entry ?? given.drawnEntry, out, "录入时该期已经公布", "it was typed when the publication was out"),
    await seedOf(given, value[0] ?? "", drand),
    ...compared(named, number, value[0] ?? "", published, drand),
  ];
}

/** The first publication that is late enough after the pool, and when it comes out. */
function roundAfter(named: Source, fixed: number, drand: boolean): { number: number; at: number } {
  const { first, every } = drand ? QUICKNET : { first: named.figures_first ?? 0, every: named.figures_every_seconds * SECOND };
  const waited = fixed + Math.max(named.beacon_after_seconds * SECOND, 1) - first;
  const over = ((waited % every) + every) % every;
  const number = 1 + Math.max(0, (waited - over) / every + (over > 0 ? 1 : 0));
  return { number, at: first + (number - 1) * every };
}

async function seedOf(given: Given, value: string, drand: boolean): Promise<Check> {
  if (!drand) return check(given.drawnEntry, given.seed === value, "种子就是该期数字", "the seed is the figure itself");
  const whole = /^([0-9a-f]{2})+$/i.test(value);
  const raw = Uint8Array.from(whole ? value.match(/../g)! : [], (pair) => parseInt(pair, 16));
  const ok = whole && given.seed === toHex(await sha256(raw));
  return check(given.drawnEntry, ok, `种子 = 该期签名各字节的 SHA-256（签名 ${value}）`, `the seed is SHA-256 of the bytes of the publication's signature ${value}`);
}

function compared(named: Source, number: number, value: string, published: Published | null, drand: boolean): Check[] {
  const theirs = published?.[String(number)];
  const [zh, en] = drand ? ["drand quicknet", "drand quicknet"] : [named.figures_zh, named.figures_en];
  const found =
    theirs !== undefined
      ? check(null, theirs === value, `与您提供的文件中第 ${number} 期一致`, `publication ${number} in the file you gave says the same`)
      : check(null, null, `记录的数值未与公布者核对：请自行查阅 ${zh} 第 ${number} 期`, `the recorded value was not compared with what was published: look up number ${number} of ${en}`);
  if (!drand) return [found];
  return [
    found,
    check(
      null,
      null,
      `第 ${number} 期的 BLS12-381 签名未在此验证：安装可选组件 beacon 后由 python -m replay draw 验证，任何 drand 客户端也能验证，链散列 ${CHAIN}`,
      `the BLS12-381 signature of round ${number} is not verified here: python -m replay draw with the extra \`beacon\` does, and so does any drand client, chain hash ${CHAIN}`,
    ),
  ];
}
