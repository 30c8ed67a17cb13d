/**
 * A month of auctions: weeks of days in the centre's civil time, and what is on each day.
 * Which of them clash, the server says; nothing here judges.
 */

import { moment } from "../time";
import type { Text } from "../wire";

export interface CalendarItem {
  key: string;
  auction: string | null;
  draft: string | null;
  title: Text;
  rule: Text;
  state: string;
  officer: string | null;
  opens: number | null;
  closes: number | null;
}

export interface Clash {
  kind: "hours" | "officer" | "closes";
  one: string;
  other: string;
  at: number;
  sentence: Text;
}

export interface Month {
  year: number;
  month: number;
}

/** One thing on a day: an auction that opens, closes or goes on; `at` is when, for the first two. */
export interface Mark {
  item: CalendarItem;
  what: "opens" | "closes" | "goes_on";
  at: number | null;
}

export interface Day {
  /** `2026-03-02`. */
  date: string;
  inside: boolean;
  marks: Mark[];
}

const DAY = 86_400_000_000;

export function monthOf(micros: number): Month {
  const [year, month] = moment(micros).split("-").map(Number) as [number, number];
  return { year, month };
}

export function beside(month: Month, by: number): Month {
  const count = month.year * 12 + month.month - 1 + by;
  return { year: Math.floor(count / 12), month: (count % 12) + 1 };
}

/** `2026-03`, as in the address; null for anything that is no month. */
export function readMonth(text: string | null): Month | null {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? "");
  return match ? { year: Number(match[1]), month: Number(match[2]) } : null;
}

export function monthText(month: Month): string {
  return `${month.year}-${String(month.month).padStart(2, "0")}`;
}

/** The first instant of a day of that month, in the centre's time (UTC+8). */
function midnight(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) * 1000 - 8 * 3_600_000_000;
}

/** The instants from the Monday before the month's first day to the Monday after its last. */
export function spanOf({ year, month }: Month): { first: number; last: number } {
  const begin = midnight(year, month, 1);
  const weekday = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const first = begin - weekday * DAY;
  const after = beside({ year, month }, 1);
  const end = midnight(after.year, after.month, 1);
  return { first, last: first + Math.ceil((end - first) / (7 * DAY)) * 7 * DAY };
}

/** The weeks of the month, each of seven days, with what is on: openings and ends by time, then what goes on. */
export function weeksOf(month: Month, items: readonly CalendarItem[]): Day[][] {
  const { first, last } = spanOf(month);
  const weeks: Day[][] = [];
  for (let from = first; from < last; from += 7 * DAY) {
    weeks.push(Array.from({ length: 7 }, (_, n) => dayAt(from + n * DAY, month, items)));
  }
  return weeks;
}

function dayAt(start: number, month: Month, items: readonly CalendarItem[]): Day {
  const end = start + DAY;
  const on = (at: number | null): boolean => at !== null && at >= start && at < end;
  const marks: Mark[] = [];
  for (const item of items) {
    if (on(item.opens)) marks.push({ item, what: "opens", at: item.opens });
    if (on(item.closes) && item.closes !== item.opens) marks.push({ item, what: "closes", at: item.closes });
    if (item.opens !== null && item.closes !== null && item.opens < start && item.closes >= end) marks.push({ item, what: "goes_on", at: null });
  }
  marks.sort((a, b) => (a.at ?? Number.MAX_SAFE_INTEGER) - (b.at ?? Number.MAX_SAFE_INTEGER));
  const date = moment(start).slice(0, 10);
  return { date, inside: date.startsWith(monthText(month)), marks };
}

/** Where a click on an item leads. */
export function linkOf(item: CalendarItem): string {
  return item.auction !== null ? `#/auctions/${encodeURIComponent(item.auction)}` : `#/drafts/${encodeURIComponent(item.draft ?? "")}`;
}
