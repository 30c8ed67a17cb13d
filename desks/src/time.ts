/**
 * Time as the server tells it: the estimate of its clock, the countdown, and instants as text.
 * Nothing here asks the machine what day it is; a reading of a monotonic clock is always an argument.
 */

import type { Lang } from "./wire";

/** Trading centres of the mainland keep one civil time, UTC+8 without summer time. */
export const ZONE_MICROS = 8 * 3_600_000_000;
export const ZONE = "UTC+8";

/** One exchange: sent and received by our clock, received and sent by the server's. Microseconds. */
export interface Exchange {
  sent: number;
  serverReceived: number;
  serverSent: number;
  received: number;
}

const KEPT = 32;
const BEST = 5;

/**
 * What the server's clock reads, from exchanges of four timestamps: the median offset of the quickest round trips.
 * Whatever the server stamps and pushes is a lower bound, so a frame never arrives from the future.
 */
export class ServerClock {
  private samples: { offset: number; trip: number }[] = [];
  private bound: number | null = null;

  add(exchange: Exchange): void {
    const trip = exchange.received - exchange.sent - (exchange.serverSent - exchange.serverReceived);
    if (trip < 0) return;
    const offset = (exchange.serverReceived - exchange.sent + (exchange.serverSent - exchange.received)) / 2;
    this.samples.push({ offset: Math.round(offset), trip });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  /** A stamp that came with a pushed frame: the server's clock has passed it. */
  passed(stamp: number, local: number): void {
    const offset = stamp - local;
    if (this.bound === null || offset > this.bound) this.bound = offset;
  }

  /** After a sleep or a new connection the old samples say nothing. */
  forget(): void {
    this.samples = [];
    this.bound = null;
  }

  get known(): boolean {
    return this.samples.length > 0 || this.bound !== null;
  }

  get offset(): number | null {
    const best = this.best();
    if (best.length === 0) return this.bound;
    const offsets = best.map((s) => s.offset).sort((a, b) => a - b);
    const middle = Math.floor(offsets.length / 2);
    const upper = offsets[middle] as number;
    const median = offsets.length % 2 === 1 ? upper : Math.round(((offsets[middle - 1] as number) + upper) / 2);
    return this.bound === null ? median : Math.max(median, this.bound);
  }

  /** Half of the quickest round trip: the true offset cannot be further away. Microseconds. */
  get uncertainty(): number | null {
    const first = this.best()[0];
    return first ? Math.ceil(first.trip / 2) : null;
  }

  /** The latest round trip, microseconds. */
  get trip(): number | null {
    return this.samples.at(-1)?.trip ?? null;
  }

  now(local: number): number | null {
    const offset = this.offset;
    return offset === null ? null : local + offset;
  }

  private best(): { offset: number; trip: number }[] {
    return [...this.samples].sort((a, b) => a.trip - b.trip).slice(0, BEST);
  }
}

const two = (n: number): string => n.toString().padStart(2, "0");

/** `1 天 04:12:30`, `02:10:00`, `04:12`, and tenths only in the last minute: `00:12.3`. Never rounds up past the truth. */
export function countdown(micros: number, lang: Lang): string {
  const tenths = Math.max(0, Math.floor(micros / 100_000));
  const seconds = Math.floor(tenths / 10);
  if (seconds < 60) return `00:${two(seconds)}.${tenths % 10}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${two(minutes)}:${two(seconds % 60)}`;
  const hours = Math.floor(minutes / 60);
  const clock = `${two(hours % 24)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  const days = Math.floor(hours / 24);
  if (days === 0) return clock;
  return lang === "zh" ? `${days} 天 ${clock}` : `${days} d ${clock}`;
}

/** For lists: without tenths, and `…` once the end is there. What comes after it is the server's to say, and it has not said so yet. */
export function remaining(micros: number, lang: Lang): string {
  return micros < 1_000_000 ? "…" : countdown(micros, lang).replace(/\.\d$/, "");
}

/** The moments at which a screen reader is told how long is left, in seconds. */
export const ANNOUNCED = [300, 60, 30, 10] as const;

/** The announcement due between two readings of the time left, or null. Sparse on purpose: a region that speaks every second lags. */
export function announcement(before: number | null, now: number): number | null {
  if (before === null) return null;
  let due: number | null = null;
  for (const seconds of ANNOUNCED) {
    const edge = seconds * 1_000_000;
    if (before > edge && now <= edge) due = seconds;
  }
  return due;
}

interface Civil {
  date: string;
  time: string;
  micros: string;
}

function civil(micros: number): Civil {
  const shifted = micros + ZONE_MICROS;
  const millis = Math.floor(shifted / 1000);
  const iso = new Date(millis).toISOString();
  const rest = ((shifted % 1_000_000) + 1_000_000) % 1_000_000;
  return { date: iso.slice(0, 10), time: iso.slice(11, 19), micros: rest.toString().padStart(6, "0") };
}

/** `2026-03-02 10:03:59`, in the centre's civil time; say the zone next to it once. */
export function moment(micros: number): string {
  const at = civil(micros);
  return `${at.date} ${at.time}`;
}

/** `10:03:59`, or with milliseconds `10:03:59.999`. */
export function clock(micros: number, millis = false): string {
  const at = civil(micros);
  return millis ? `${at.time}.${at.micros.slice(0, 3)}` : at.time;
}

/** As said at `now`: the time of day, with its day only where that is another one. */
export function when(micros: number, now: number | null): string {
  return now !== null && civil(micros).date === civil(now).date ? clock(micros) : moment(micros);
}

/** To the microsecond, for auditors: `2026-03-02 10:03:59.999000`. */
export function exactMoment(micros: number): string {
  const at = civil(micros);
  return `${at.date} ${at.time}.${at.micros}`;
}

/** The value of a local date-and-time field for an instant. */
export function toField(micros: number): string {
  const at = civil(micros);
  return `${at.date}T${at.time}`;
}

/** What such a field says, as ISO 8601 with the centre's offset; the server reads the rest. */
export function fromField(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(\.\d+)?)?$/.exec(text);
  if (!match) return null;
  return `${match[1]}T${match[2]}:${match[3] ?? "00"}${match[4] ?? ""}+08:00`;
}

/** ISO 8601 with any offset, or microseconds, as microseconds; null for anything else. */
export function toMicros(value: unknown): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== "string") return null;
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? null : millis * 1000;
}

/** `12 秒前`, `3 分钟前`: how old something on the screen is. */
export function age(micros: number, lang: Lang): string {
  const seconds = Math.max(0, Math.floor(micros / 1_000_000));
  if (seconds < 60) return lang === "zh" ? `${seconds} 秒前` : `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return lang === "zh" ? `${minutes} 分钟前` : `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return lang === "zh" ? `${hours} 小时前` : `${hours} h ago`;
}

/** A length of time in whole units: `4 分钟`, `1 小时 30 分钟`. */
export function span(seconds: number, lang: Lang): string {
  const parts: string[] = [];
  const units: [number, string, string][] = [
    [86_400, "天", "d"],
    [3_600, "小时", "h"],
    [60, "分钟", "min"],
    [1, "秒", "s"],
  ];
  let rest = seconds;
  for (const [size, zh, en] of units) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(`${count} ${lang === "zh" ? zh : en}`);
  }
  return parts.length > 0 ? parts.join(" ") : lang === "zh" ? "0 秒" : "0 s";
}

/** How long something lasted, in whole seconds as instants are shown, and never nothing: `14 分钟`. */
export const lasting = (micros: number, lang: Lang): string => span(Math.max(1, Math.round(micros / 1_000_000)), lang);
