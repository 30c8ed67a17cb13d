/** What the server tells of a dry run, and what the chart needs of it. */

import type { Course } from "../room/course";
import type { Text, Unit } from "../wire";

export interface Line {
  i: number;
  t: number;
  who: string;
  accepted: boolean;
  sentence: Text;
}

export interface Played {
  name: string;
  lines: Line[];
  lines_left_out: number;
  stages: { id: string; title: Text; opened: number; closes: number | null; ended: number | null }[];
  moves: { i: number; t: number; was: number | null; closes: number | null; why: Text }[];
  prices: { t: number; amount: number }[];
  room: {
    status: string;
    stage: { title: Text } | null;
    unit: Unit;
    settlement_unit: Unit;
    awards: { bidder: string; lot: string | null; price: number; quantity: number | null; total: number | null }[];
    unsold: { sentence: Text } | null;
  };
  cut: boolean;
  waits: boolean;
  replaced: string[];
  ok: boolean;
  misses: string[];
}

/** The price as steps; a moved deadline is marked at the instant at which it moved. Seconds, for the axis. */
export function courseOf(played: Played): Course {
  const extensions = new Set(played.moves.filter((move) => move.was !== null).map((move) => move.t / 1e6));
  return { times: played.prices.map((price) => price.t / 1e6), prices: played.prices.map((price) => price.amount), extensions: [...extensions].sort((a, b) => a - b) };
}

/** The instants at which a stage's deadline had come, as it stood in the end. Seconds, for the axis. */
export function deadlinesOf(played: Played): number[] {
  return played.stages.filter((stage) => stage.ended !== null && (stage.closes !== null || played.moves.some((move) => move.closes === stage.ended))).map((stage) => (stage.ended as number) / 1e6);
}

const HOUSE = ["system", "staff", "approver"];

/** Offers and answers of bidders that were accepted, however many entries are shown. */
export function acts(played: Played): number {
  return played.lines.filter((line) => line.accepted && !HOUSE.includes(line.who)).length;
}

/** First and last instant of what happened; the publication before it does not count. */
export function lasted(played: Played): { from: number; to: number } | null {
  const from = played.stages[0]?.opened;
  const to = played.lines.at(-1)?.t;
  return from === undefined || to === undefined ? null : { from, to };
}
