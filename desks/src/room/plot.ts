/** The price's course as lines on a sheet of so many pixels: positions and labels, nothing drawn. */

import { figure } from "../money";
import { ZONE_MICROS, clock, moment } from "../time";
import { timeAxis, type Course } from "./course";

export interface Mark {
  at: number;
  label: string;
}

/** Everything in pixels from the top left of the sheet; `left`, `right`, `top`, `bottom` bound the plot itself. */
export interface Plot {
  width: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  path: string;
  points: [number, number][];
  hours: Mark[];
  prices: Mark[];
  extensions: number[];
  ends: number[];
}

const ZONE_SECONDS = ZONE_MICROS / 1e6;
export const HEIGHT = 180;
const MARGIN = { top: 8, right: 24, bottom: 28 };
/** Pixels between two labels, so that they never touch. */
const APART = { hours: 72, prices: 32 };
/** More points than this would be one thick line. */
const POINTS = 200;
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** The smallest step out of `steps`, or of a whole number of the largest, that needs no more than `most` of them. */
function stepOf(span: number, most: number, steps: readonly number[]): number {
  const largest = steps.at(-1) ?? 1;
  return steps.find((step) => span / step <= most) ?? largest * Math.ceil(span / largest / most);
}

/** 1, 2 and 5 times each power of ten: whole smallest units, so that no label is rounded. */
const AMOUNTS = Array.from({ length: 48 }, (_, i) => ([1, 2, 5][i % 3] ?? 1) * 10 ** Math.floor(i / 3));

function ticks(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

/** `until` in microseconds: the sheet goes up to there. The last price holds to the end of the sheet. `deadlines` in seconds. */
export function plot(course: Course, scale: number, width: number, until: number | null, deadlines: readonly number[]): Plot | null {
  const { times, prices } = course;
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || width <= 0) return null;
  const end = until === null ? last : Math.max(until / 1e6, last);
  const [from, to] = timeAxis(first, end) as [number, number];

  const [cheapest, dearest] = [Math.min(...prices), Math.max(...prices)];
  // A single price stands in the middle of its axis.
  const air = cheapest < dearest ? Math.ceil((dearest - cheapest) / 10) : Math.ceil(cheapest / 50) || 1;
  const [low, high] = [cheapest - air, dearest + air];
  const [top, bottom, right] = [MARGIN.top, HEIGHT - MARGIN.bottom, width - MARGIN.right];

  const step = stepOf(high - low, (bottom - top) / APART.prices, AMOUNTS);
  const named = ticks(low, high, step).map((amount) => ({ amount, label: figure(amount, scale).replace(/\.0+$/, "") }));
  const left = Math.max(40, ...named.map((one) => one.label.length * 7 + 12));

  const x = (at: number): number => round(left + ((at - from) / (to - from)) * (right - left));
  const y = (amount: number): number => round(bottom - ((amount - low) / (high - low)) * (bottom - top));
  const points = times.map((at, i): [number, number] => [x(at), y(prices[i] ?? low)]);

  const every = stepOf(to - from, (right - left) / APART.hours, SECONDS);
  // Whole steps of the centre's own day, so that a listing of days is named by its days.
  const hours = ticks(from + ZONE_SECONDS, to + ZONE_SECONDS, every).map((civil) => ({ at: x(civil - ZONE_SECONDS), label: hourOf(civil, every) }));
  const within = (instants: readonly number[]): number[] => instants.filter((at) => at >= from && at <= to).map(x);
  return {
    width, left, right, top, bottom,
    path: stepped(points, right),
    points: points.length > POINTS ? [] : points,
    hours,
    prices: named.map((one) => ({ at: y(one.amount), label: one.label })),
    extensions: within(course.extensions),
    ends: within(deadlines),
  };
}

/** A midnight is its date; elsewhere seconds only where the minutes would repeat themselves. */
function hourOf(civil: number, every: number): string {
  const at = (civil - ZONE_SECONDS) * 1e6;
  if (civil % 86_400 === 0) return moment(at).slice(5, 10);
  return every < 60 ? clock(at) : clock(at).slice(0, 5);
}

/** A price holds until the next one: over, then up. */
function stepped(points: readonly [number, number][], end: number): string {
  return points.map(([px, py], i) => (i === 0 ? `M${px} ${py}` : `H${px}V${py}`)).join("") + `H${end}`;
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
