/**
 * Canonical JSON: one value, one sequence of bytes (RFC 8785 within the log's profile).
 * The profile: keys `[a-z][a-z0-9_]*`, strings without lone surrogates, whole numbers up to 2^53-1, nested at most 64 deep.
 * Bytes from outside enter through `decode` only: they must be what their value is written as again.
 */

import { Refusal, fromUtf8, utf8, type Bytes } from "./text";

export const MAX_DEPTH = 64;
const KEY = /^[a-z][a-z0-9_]*$/;
const LONE = /[\ud800-\udfff]/u;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The canonical text of a value inside the profile; raises Refusal naming the offending place. */
export function spelled(value: unknown, depth = 0, path = "$"): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (LONE.test(value)) throw outside(path, "lone surrogate", "含有不成对的代理码位");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isInteger(value)) throw outside(path, "a fraction has no place here", "不允许出现小数");
    if (!Number.isSafeInteger(value)) throw outside(path, "integer beyond 2**53-1", "整数超过 2**53-1");
    return String(value);
  }
  if (depth >= MAX_DEPTH) throw outside(path, `nested deeper than ${MAX_DEPTH}`, `嵌套超过 ${MAX_DEPTH} 层`);
  if (Array.isArray(value)) return `[${value.map((item, at) => spelled(item, depth + 1, `${path}[${at}]`)).join(",")}]`;
  if (typeof value !== "object") throw outside(path, `${typeof value} has no place here`, "含有不允许的数据类型");
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => member(key, item, depth, path)).join(",")}}`;
}

function member(key: string, item: unknown, depth: number, path: string): string {
  if (!KEY.test(key)) throw outside(path, `key ${JSON.stringify(key).slice(0, 40)} does not match [a-z][a-z0-9_]*`, "字段名不符合规范");
  return `${JSON.stringify(key)}:${spelled(item, depth + 1, `${path}.${key}`)}`;
}

export const encode = (value: unknown): Bytes => utf8(spelled(value));

/** The value of canonical bytes; raises Refusal unless `raw` is the one spelling. */
export function decode(raw: Uint8Array): Json {
  const text = fromUtf8(raw);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new Refusal("not JSON", "不是 JSON");
  }
  if (spelled(value) !== text) throw new Refusal("not the canonical spelling", "不是规范写法");
  return value;
}

function outside(path: string, en: string, zh: string): Refusal {
  return new Refusal(`${path}: ${en}`, `${path}：${zh}`);
}
