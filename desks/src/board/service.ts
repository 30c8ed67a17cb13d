/** What the state of the service comes to in words: by session, the latest interruption first. Instants and spans are microseconds. */

import { t, type Key } from "../i18n";
import { lasting, moment } from "../time";
import type { Lang, Status, Text } from "../wire";

export interface Interruption {
  auction: string;
  title: Text;
  /** Whether the public can verify the record itself. */
  archive: boolean;
  number: number;
  entry: number | null;
  cause: "service" | "stage" | "officer";
  reason: Text;
  since: number;
  told: number;
  resumes: number | null;
  ended: number | null;
  outcome: "open" | "resumed" | "again" | "over";
  by: "rule" | "officer" | "two" | null;
  why: Text | null;
  given: number | null;
  closes: number | null;
  messages: { t: number; text: Text }[];
}

export interface Sums {
  auction: string;
  title: Text;
  status: Status;
  times: number;
  service: number;
  all: number;
}

export interface Service {
  now: number;
  state: "taking" | "quiet" | "partly" | "away";
  /** Whether the records were read to their end; else the rest is what was known before. */
  complete: boolean;
  heard: number | null;
  running: number;
  suspended: number;
  /** The ids of auctions whose record did not pass the check: nothing is decided there. */
  unreadable: string[];
  days: number;
  sessions: Sums[];
  interruptions: Interruption[];
}

/** The sessions in the order of their latest interruption, each with its own; nothing where the list was cut short before it. */
export function bySession(service: Service): (Sums & { rows: Interruption[] })[] {
  const rows = new Map<string, Interruption[]>();
  for (const row of service.interruptions) rows.set(row.auction, [...(rows.get(row.auction) ?? []), row]);
  return [...rows].flatMap(([auction, of]) => service.sessions.filter((one) => one.auction === auction).map((one) => ({ ...one, rows: of })));
}

/** `2026-03-02 10:05:00 – 10:19:00`; the day again only where it is another one. */
export function fromTo(since: number, ended: number | null): string {
  const from = moment(since);
  if (ended === null) return from;
  const to = moment(ended);
  return `${from} – ${to.startsWith(from.slice(0, 10)) ? to.slice(11) : to}`;
}

/** Whole sentences after each other: only English has a blank between them. */
export const joined = (lang: Lang, ...sentences: (string | null)[]): string => sentences.filter((one) => one !== null).join(lang === "zh" ? "" : " ");

/** How often and how long a session stood still, and how much of that for want of service. */
export function summed(one: Sums, lang: Lang): string {
  const part = one.service === one.all ? null : one.service > 0 ? t("svc.of_service", { n: lasting(one.service, lang) }) : t("svc.not_service");
  return joined(lang, t("svc.times", { n: one.times, all: lasting(one.all, lang) }), part);
}

const RESUMED: Record<"rule" | "officer" | "two", Key> = { rule: "svc.by_rule", officer: "svc.by_officer", two: "svc.by_two" };

/** What was decided after, and by whom; an officer's own reason comes apart, in the language it was written in. */
export function decided(row: Interruption, lang: Lang): { words: string; why: string | null } {
  const why = row.why !== null && row.by !== "rule" ? row.why[lang] : null;
  if (row.outcome === "open") return row.resumes === null ? { words: t("svc.waits"), why: null } : { words: t("svc.resumes", { at: moment(row.resumes) }), why };
  if (row.outcome === "again") return { words: t("svc.again"), why: null };
  if (row.outcome === "over") return { words: t("svc.over"), why };
  return { words: t(RESUMED[row.by ?? "rule"]), why };
}

/** What became of the time; null where the stage has no end, or it has not gone on. */
export function givenBack(row: Interruption, lang: Lang): string | null {
  if (row.given === null || row.closes === null) return null;
  if (row.given <= 0) return t("svc.kept", { at: moment(row.closes) });
  // What the rule gives in full may be more than was lost; less than a second of it is the time the entry took.
  const more = row.ended === null ? 0 : row.given - (row.ended - row.since);
  return joined(lang, t("svc.given", { n: lasting(row.given, lang), at: moment(row.closes) }), more < 1_000_000 ? null : t("svc.given_more", { n: lasting(more, lang) }));
}
