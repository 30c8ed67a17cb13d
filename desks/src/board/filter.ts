/** Which auctions of the list are shown: by state, rule and words; kept in the address. */

import { isOff } from "../outcome";
import type { AuctionLine, Status, Text } from "../wire";

export interface Filter {
  state: "all" | Status;
  rule: string;
  words: string;
}

const STATES: Filter["state"][] = ["running", "announced", "suspended", "closed", "terminated", "voided"];

export function readFilter(search: string): Filter {
  const given = new URLSearchParams(search);
  return { state: STATES.find((state) => state === given.get("state")) ?? "all", rule: given.get("rule") ?? "", words: given.get("words") ?? "" };
}

export function writeFilter(filter: Filter): string {
  const given = new URLSearchParams();
  if (filter.state !== "all") given.set("state", filter.state);
  if (filter.rule !== "") given.set("rule", filter.rule);
  if (filter.words !== "") given.set("words", filter.words);
  const text = given.toString();
  return text === "" ? "" : `?${text}`;
}

/** Full-width letters and digits are the same words. */
const plain = (text: string): string => text.normalize("NFKC").toLowerCase();

export function matches(filter: Filter, line: AuctionLine): boolean {
  if (filter.state !== "all" && line.status !== filter.state) return false;
  if (filter.rule !== "" && line.rule.name !== filter.rule) return false;
  const all = plain([line.auction, line.title.zh, line.title.en, line.rule.title.zh, line.rule.title.en].join(" "));
  return plain(filter.words).split(/\s+/).every((word) => all.includes(word));
}

/** What a finished auction brought, where it is one award: not the best offer, whose bidder may have lost it again. */
export function priceOf(line: AuctionLine): number | null {
  if (isOff(line)) return null;
  const [award, more] = line.awards;
  return award !== undefined && more === undefined ? award.price : line.top;
}

/** The rules there are auctions of, each once. */
export function rulesOf(lines: AuctionLine[]): { name: string; title: Text }[] {
  return [...new Map(lines.map((line) => [line.rule.name, line.rule])).values()];
}

/** Announced auctions by the civil day they open, the soonest first; `day` makes a day out of an instant. */
export function openings(lines: AuctionLine[], day: (at: number) => string): { day: string; lines: (AuctionLine & { opens: number })[] }[] {
  const waiting = lines.filter((line): line is AuctionLine & { opens: number } => line.status === "announced" && line.opens !== null).sort((a, b) => a.opens - b.opens);
  const days = new Map<string, (AuctionLine & { opens: number })[]>();
  for (const line of waiting) days.set(day(line.opens), [...(days.get(day(line.opens)) ?? []), line]);
  return [...days].map(([at, of]) => ({ day: at, lines: of }));
}
