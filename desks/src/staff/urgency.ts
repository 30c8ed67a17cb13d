/** Which auctions need somebody now, and why: the order of the live board. Pure; instants in microseconds. */

import type { AuctionLine, Text } from "../wire";

export interface LiveLine extends Omit<AuctionLine, "mine"> {
  suspended: { since: number; reason: string; sentence: Text; resumes: number | null; next: Text } | null;
  sealed: boolean;
  entrants: number;
  unpaid: number;
  online: number;
  accepted: number | null;
  refused: { reason: string; count: number; sentence: Text; t: number }[] | null;
  last: number | null;
  lag: number | null;
  /** Acts that one officer proposed and nobody has answered. */
  waiting: number;
}

/** What calls for an officer, the gravest first. */
export const WORRIES = ["suspended", "waiting", "officers", "lag", "nobody", "no_bid", "ending", "soon"] as const;
export type Worry = (typeof WORRIES)[number];

const SECOND = 1_000_000;
/** A request that took longer than this to be written would be felt in a room. */
export const LAG_MOST = SECOND;
/** Kinds of stages that wait for officers and no bidder. */
const OFFICERS: readonly string[] = ["draw", "seed", "reserve", "panel", "unsealing"];
const ENDING = 120 * SECOND;
const NO_BID = 600 * SECOND;
const SOON = 900 * SECOND;

export function over(line: LiveLine): boolean {
  return line.status === "closed" || line.status === "terminated" || line.status === "voided";
}

export function worries(line: LiveLine, now: number): Worry[] {
  const running = line.status === "running";
  const left = line.closes === null ? null : line.closes - now;
  const near = (within: number): boolean => running && left !== null && left < within;
  const found: Record<Worry, boolean> = {
    suspended: line.status === "suspended",
    officers: running && line.stage !== null && OFFICERS.includes(line.stage.kind),
    waiting: line.waiting > 0 && !over(line),
    lag: running && line.lag !== null && line.lag > LAG_MOST,
    nobody: running && line.entrants > 0 && line.online === 0,
    // Only where it may be known: while a stage is sealed the count is not told.
    no_bid: line.accepted === 0 && near(NO_BID),
    ending: near(ENDING),
    soon: line.status === "announced" && line.opens !== null && line.opens - now < SOON,
  };
  return WORRIES.filter((one) => found[one]);
}

/** The gravest worry first, of what is suspended that for which no hour was announced; then what ends or opens soonest; what is over comes last. */
export function byUrgency(lines: readonly LiveLine[], now: number): LiveLine[] {
  const grave = (line: LiveLine): number => {
    if (over(line)) return WORRIES.length + 1;
    const [first] = worries(line, now);
    return first === undefined ? WORRIES.length : WORRIES.indexOf(first);
  };
  const announced = (line: LiveLine): number => Number((line.suspended?.resumes ?? null) !== null);
  const next = (line: LiveLine): number => line.closes ?? line.opens ?? Number.MAX_SAFE_INTEGER;
  return [...lines].sort((a, b) => grave(a) - grave(b) || announced(a) - announced(b) || next(a) - next(b) || a.auction.localeCompare(b.auction));
}

export const refusedTotal = (line: LiveLine): number | null =>
  line.refused === null ? null : line.refused.reduce((sum, one) => sum + one.count, 0);
