/** The page's own words in both languages. What the server says comes in both already. */

import { lang } from "../preferences";
import type { Lang } from "../wire";
import { en as common } from "./en";
import { en as office } from "./office.en";
import { zh as officeZh } from "./office.zh";
import { zh as commonZh } from "./zh";

/* Each area of the desks keeps its own words in <area>.zh.ts and <area>.en.ts. */
const zh = { ...commonZh, ...officeZh };
const en = { ...common, ...office };

export type Key = keyof typeof zh;

export const WORDS: Record<Lang, Record<Key, string>> = { zh, en };

/** Fills `{name}`; a name without a value stays visible, so that it is noticed. */
export function fill(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The page's own sentence in both languages, to stand where a server's sentence would. */
export function both(key: Key, values: Record<string, string | number> = {}): Record<Lang, string> {
  return { zh: fill(WORDS.zh[key], values), en: fill(WORDS.en[key], values) };
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(WORDS[lang.value][key], values);
}
