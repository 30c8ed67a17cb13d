/**
 * The reel of a session as the page holds it: frames, what one jumps to, what one looks for, and the playhead.
 * Pure. It decides nothing and reads no clock: how much time has passed is an argument.
 */

import type { Text } from "../wire";

export const MARKS = ["stage", "lead", "extension", "refusal", "staff"] as const;
export type Mark = (typeof MARKS)[number];

export interface Frame {
  i: number;
  t: number;
  type: string;
  actor: string;
  bidder: string | null;
  lot: string | null;
  reason: string | null;
  /** What the reason is called; null with it. */
  reason_title: Text | null;
  /** What a bidder named and was refused, in the smallest unit of the prices. */
  asked: number | null;
  marks: Mark[];
  /** What kind of request it was, in words. */
  kind: Text;
  text: Text;
}

export interface Reel {
  origin: string;
  auction: string;
  size: number;
  /** Its name, where it is an archive that was opened here. */
  opened: string | null;
  rule: string;
  installed: boolean;
  bidders: string[];
  terms: Record<string, unknown>;
  frames: Frame[];
}

/** How many times as fast as it was. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;
export type Speed = (typeof SPEEDS)[number];

/** The next frame with this mark in a direction; null where there is none. */
export function jump(frames: readonly Frame[], from: number, mark: Mark, direction: 1 | -1): number | null {
  for (let at = from + direction; at >= 0 && at < frames.length; at += direction) {
    if (frames[at]!.marks.includes(mark)) return at;
  }
  return null;
}

/** The last frame at or before an instant; the first one where the session had not begun. */
export function indexAt(frames: readonly Frame[], t: number): number {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.t <= t) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Where the playhead stands: an entry, and the instant the clocks show. */
export interface Head {
  index: number;
  t: number;
}

/** The head so many milliseconds of the page later, and whether the reel has run out. Times stay whole microseconds. */
export function advance(frames: readonly Frame[], head: Head, millis: number, speed: number): Head & { over: boolean } {
  const end = frames.at(-1)?.t ?? head.t;
  const t = Math.min(end, head.t + Math.round(millis * 1_000 * speed));
  // Entries of one instant are passed together; what stands at the head already is never taken back.
  return { index: Math.max(head.index, indexAt(frames, t)), t, over: t >= end };
}

/** What one looks for; empty: everything. */
export interface Wanted {
  show: Show;
  bidder: string;
  lot: string;
  type: string;
  reason: string;
}

export const SHOWS = ["all", "bids", "refused", "staff", "clock"] as const;
export type Show = (typeof SHOWS)[number];

const BIDS = /^(bid|confirm|stay|leave|proxy|seal|reveal|surrogate)\./;

function shows(show: Show, frame: Frame): boolean {
  switch (show) {
    case "bids":
      return BIDS.test(frame.type);
    case "refused":
      return frame.reason !== null;
    case "staff":
      return /^(staff|approver):/.test(frame.actor);
    case "clock":
      return frame.type.startsWith("bell.");
    default:
      return true;
  }
}

export function keeps(wanted: Wanted, frame: Frame): boolean {
  return (
    shows(wanted.show, frame) &&
    (wanted.bidder === "" || frame.bidder === wanted.bidder) &&
    (wanted.lot === "" || frame.lot === wanted.lot) &&
    (wanted.type === "" || frame.type.split(".")[0] === wanted.type) &&
    (wanted.reason === "" || frame.reason === wanted.reason)
  );
}

/** What is looked for, from the address; unknown words are left out. */
export function fromQuery(search: string): Wanted {
  const query = new URLSearchParams(search);
  const show = SHOWS.find((one) => one === query.get("show")) ?? "all";
  const of = (name: string): string => query.get(name) ?? "";
  return { show, bidder: of("bidder"), lot: of("lot"), type: of("type"), reason: of("reason") };
}

export function toQuery(wanted: Wanted): string {
  const query = new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value !== "" && !(name === "show" && value === "all")));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The entry that an address names behind `here`, and the hash of it that is meant; null where it names none. */
export function placeIn(hash: string, here: string): { i: number; leaf: string | null } | null {
  if (!hash.startsWith(`${here}/`)) return null;
  const [place = "", leaf] = hash.slice(here.length + 1).split("/").map(decodeURIComponent);
  return /^\d{1,15}$/.test(place) ? { i: Number(place), leaf: leaf || null } : null;
}

/** Each value that frames have, once, in order. */
export function found(frames: readonly Frame[], of: (frame: Frame) => string | null): string[] {
  return [...new Set(frames.map(of).filter((value): value is string => value !== null))].sort();
}

/** The part of a long list that shows the place one stands at: where it begins, moved no more than it must. */
export function windowFor(place: number, from: number, size: number): number {
  if (place < 0 || (place >= from && place < from + size)) return from;
  return Math.max(0, place - Math.floor(size / 2));
}

/** `3, 7 8` as entries; null where something else stands there. */
export function entryList(text: string): number[] | null {
  const words = text.normalize("NFKC").split(/[\s,、]+/).filter((word) => word !== "");
  return words.every((word) => /^\d{1,15}$/.test(word)) ? words.map(Number) : null;
}
