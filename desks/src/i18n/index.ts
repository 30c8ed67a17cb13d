/** The page's own words in both languages. What the server says comes in both already. */

import { lang } from "../preferences";
import type { Lang } from "../wire";
import { en } from "./en";
import type { zh as Complaints } from "./complaints.zh";
import type { zh as Faces } from "./faces.zh";
import type { zh as Film } from "./film.zh";
import type { zh as Home } from "./home.zh";
import type { zh as Office } from "./office.zh";
import type { zh as Oversight } from "./oversight.zh";
import type { zh as Pages } from "./pages.zh";
import type { zh as Practice } from "./practice.zh";
import type { zh as Public } from "./public.zh";
import type { zh as Wall } from "./wall.zh";
import type { zh as Wizard } from "./wizard.zh";
import { zh } from "./zh";

/*
 * What every desk says is in zh.ts and en.ts. Each area keeps its own words in <area>.zh.ts and <area>.en.ts; <area>.ts
 * brings them in, imported by the main.ts of each desk that says them, so that a phone in the room never loads the
 * offices' words. Only the type of an area is named here.
 */
export type Key = keyof (typeof zh & typeof Complaints & typeof Faces & typeof Film & typeof Home & typeof Office & typeof Oversight & typeof Pages & typeof Practice & typeof Public & typeof Wall & typeof Wizard);

export const WORDS: Record<Lang, Record<string, string>> = { zh: { ...zh }, en: { ...en } };

/** Adds an area's words, before anything is shown. */
export function learn(area: Record<Lang, Record<string, string>>): void {
  Object.assign(WORDS.zh, area.zh);
  Object.assign(WORDS.en, area.en);
}

/**
 * Fills `{name}`, and `{name|entry|entries}` with the first word where the count is one. A name without a value stays
 * visible, so that it is noticed.
 */
export function fill(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, more?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return one === undefined || more === undefined ? String(value) : String(value) === "1" ? one : more;
  });
}

/** An area that was not brought in shows its keys, so that it is noticed. */
function words(language: Lang, key: Key): string {
  return WORDS[language][key] ?? key;
}

/** The page's own sentence in both languages, to stand where a server's sentence would. */
export function both(key: Key, values: Record<string, string | number> = {}): Record<Lang, string> {
  return { zh: fill(words("zh", key), values), en: fill(words("en", key), values) };
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(words(lang.value, key), values);
}

/** The language of words that people wrote in one language only, where it is not the page's: a reader's voice has to know. */
export function foreign(text: string): "zh-CN" | "en" | undefined {
  const chinese = /[\u4e00-\u9fff]/.test(text);
  if (lang.value === "en") return chinese ? "zh-CN" : undefined;
  return !chinese && /[A-Za-z]{2,} [A-Za-z]{2,}/.test(text) ? "en" : undefined;
}
