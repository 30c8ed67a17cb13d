/** Where the desks live. The only place that knows the addresses of pages. */

import type { Lang } from "./wire";

export const board = "/";
export const signInPage = "/sign-in";

/** Sign in, then come back to where one was. */
export function signIn(place: Location): string {
  return place.pathname === signInPage || place.pathname === board ? signInPage : `${signInPage}?next=${encodeURIComponent(place.pathname + place.search + place.hash)}`;
}

/** Where to go after signing in: only ever a path of our own. */
export function afterSignIn(place: Location): string {
  const next = new URLSearchParams(place.search).get("next") ?? board;
  return /^\/(?![/\\])[\w\-./]*(\?[\w\-.~%&=+]*)?(#[\w\-./~%]*)?$/.test(next) ? next : board;
}

export const home = "/home";
export const service = "/#/service";
export const ownSessions = "/#/sessions";
/** The practice session whose room this page is; null in the real one. */
const session = /^\/practice\/([0-9a-f]{16})\//.exec(location.pathname)?.[1] ?? null;
/** Nothing here counts, and the clock may be wound on. */
export const practising = session !== null;
/** Where the house of this page answers: practice has a house of its own. */
const house = session === null ? "/api" : `/api/practice/${session}`;

/** The name under which this browser keeps what is of one auction: practice never meets the real one. */
export function shelf(auction: string): string {
  return session === null ? auction : `practice.${session}.${auction}`;
}

export function practiceApi(): string {
  return house;
}

/** Where a new session of an auction is begun. */
export function practiceOf(auction: string): string {
  return `/api/auctions/${encodeURIComponent(auction)}/practice`;
}

/** A practice room: the same page, played by a house of its own. */
export function practiceRoom(id: string, auction: string): string {
  return `/practice/${encodeURIComponent(id)}/room/${encodeURIComponent(auction)}`;
}

export const staff = "/staff";
export const auditor = "/audit";
export const oversight = "/oversight";

/**
 * One session at the audit desk, or one entry of it in the film room. `leaf` is the hash of the entry that is meant:
 * where another one stands there, the page says so.
 */
export function audited(auction: string, entry?: number, leaf?: string): string {
  const parts = [auction, ...(entry === undefined ? [] : [String(entry), ...(leaf === undefined ? [] : [leaf])])];
  return `${auditor}#/${parts.map(encodeURIComponent).join("/")}`;
}

/** The bidder's own page of an auction, or one of his own entries on it; null in practice, which leaves no record. */
export function own(auction: string, entry?: number): string | null {
  if (session !== null) return null;
  const place = `${home}#/result/${encodeURIComponent(auction)}`;
  return entry === undefined ? place : `${place}/${entry}`;
}

/** One lead of the leads desk. */
export function lead(id: string): string {
  return `${oversight}#/leads/${encodeURIComponent(id)}`;
}

/** The verification page, ready for one auction's files. */
export function verify(auction?: string): string {
  if (auction === undefined) return "/verify";
  return `/verify?auction=${encodeURIComponent(auction)}${session === null ? "" : `&practice=${session}`}`;
}

/** Whose policy the verification page counts: the real house's, or that of the practice session it was opened from, which has no more to verify. */
export function policyAt(place: Location): { practice: boolean; policy: (a: string) => string } {
  const of = /^[0-9a-f]{16}$/.exec(new URLSearchParams(place.search).get("practice") ?? "")?.[0] ?? null;
  return of === null ? { practice: false, policy: api.policy } : { practice: true, policy: (a) => `/api/practice/${of}/auctions/${encodeURIComponent(a)}/policy` };
}

/** The guide to verifying with Python alone, as a file: it must outlive the page it was found on. */
export function guide(lang: Lang): string {
  return lang === "zh" ? new URL("../../docs/verify-it-yourself.zh-CN.md", import.meta.url).href : new URL("../../docs/verify-it-yourself.md", import.meta.url).href;
}

export function room(auction: string): string {
  return `/room/${encodeURIComponent(auction)}`;
}

/** The hall's screen of an auction. */
export function wall(auction: string): string {
  return `/wall/${encodeURIComponent(auction)}`;
}

/** Which auction the hall's screen is for. */
export function wallHere(place: Location): string | null {
  const match = /\/wall\/([^/]+)$/.exec(place.pathname);
  return match?.[1] ? decodeURIComponent(match[1]) : null;
}

/** Which auction the room's page is for. */
export function auctionHere(place: Location): string | null {
  const match = /\/room\/([^/]+)$/.exec(place.pathname);
  return match?.[1] ? decodeURIComponent(match[1]) : new URLSearchParams(place.search).get("auction");
}

export function stream(place: Location): string {
  return `${place.protocol === "https:" ? "wss" : "ws"}://${place.host}${house}/v1/stream`;
}

export const api = {
  auctions: "/api/auctions",
  service: "/open/service",
  mine: "/api/mine",
  live: "/api/office/live",
  myComplaints: "/api/mine/complaints",
  complaints: "/api/complaints",
  complain: (a: string) => `/api/auctions/${encodeURIComponent(a)}/complaints`,
  complaintFile: (n: number) => `/api/complaints/${n}/file`,
  complaintReceipt: (n: number) => `/api/complaints/${n}/receipt`,
  answerComplaint: (n: number) => `/api/complaints/${n}/answer`,
  result: (a: string) => `/api/auctions/${encodeURIComponent(a)}/mine`,
  why: (a: string, i: number) => `/api/auctions/${encodeURIComponent(a)}/mine/why/${i}`,
  myReceipts: (a: string) => `/api/auctions/${encodeURIComponent(a)}/mine/receipts`,
  ownGuarantees: (a: string) => `/api/auctions/${encodeURIComponent(a)}/guarantees/own`,
  sealedGuarantees: (a: string) => `/api/auctions/${encodeURIComponent(a)}/guarantees/sealed`,
  check: (a: string) => `/api/auctions/${encodeURIComponent(a)}/check`,
  auction: (a: string) => `${house}/auctions/${encodeURIComponent(a)}`,
  notice: (a: string) => `${house}/auctions/${encodeURIComponent(a)}/notice`,
  noticePage: (a: string, lang: string) => `${house}/auctions/${encodeURIComponent(a)}/notice.html?lang=${lang}`,
  noticeText: (a: string, lang: string) => `${house}/auctions/${encodeURIComponent(a)}/notice.txt?lang=${lang}`,
  policy: (a: string) => `${house}/auctions/${encodeURIComponent(a)}/policy`,
  paperForms: "/api/paper-forms",
  transcript: (a: string, kind: string, audience: string, format: string) =>
    `${house}/auctions/${encodeURIComponent(a)}/transcript?kind=${kind}&audience=${audience}&format=${format}`,
  film: (a: string) => `/api/auctions/${encodeURIComponent(a)}/film`,
  films: "/api/films",
  openedFilm: (id: string) => `/api/films/${encodeURIComponent(id)}`,
  archive: (a: string) => `${house}/auctions/${encodeURIComponent(a)}/archive`,
  entrance: (a: string) => `/api/auctions/${encodeURIComponent(a)}/entrance`,
  verifiable: (a: string) => `${house}/auctions/${encodeURIComponent(a)}/verifiable`,
  consistency: (a: string, from: bigint, to: bigint) => `${house}/auctions/${encodeURIComponent(a)}/consistency?from=${from}&to=${to}`,
  receipt: (a: string, i: number) => `${house}/auctions/${encodeURIComponent(a)}/receipts/${i}`,
  receiptByRef: (a: string, ref: string) => `${house}/auctions/${encodeURIComponent(a)}/receipts?ref=${encodeURIComponent(ref)}`,
};
