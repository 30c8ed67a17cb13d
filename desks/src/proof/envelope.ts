/** What every entry says of itself. Called only after the leaf hash is proved; before that the bytes are anybody's. */

import { decode, type Json } from "./canon";
import { Refusal } from "./text";

export const MIN_ENTRY = 2;
export const MAX_ENTRY = 65_535;
const VERSION = 1;

export interface Entry {
  v: number;
  log: string;
  i: number;
  /** Microseconds since 1970 UTC. */
  t: number;
  [key: string]: Json;
}

export function admitLength(entry: Uint8Array): void {
  if (entry.length < MIN_ENTRY || entry.length > MAX_ENTRY) {
    throw new Refusal(
      `has ${entry.length} bytes; ${MIN_ENTRY} to ${MAX_ENTRY} are allowed`,
      `长度为 ${entry.length} 字节，应在 ${MIN_ENTRY} 至 ${MAX_ENTRY} 之间`,
    );
  }
}

/** The object in a canonical entry, once `v`, `log`, `i`, `t` fit; raises Refusal. */
export function openEntry(raw: Uint8Array, origin: string, index: bigint): Entry {
  admitLength(raw);
  let value: Json;
  try {
    value = decode(raw);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new Refusal(`is not canonical JSON (${thrown.en})`, `不是规范格式的 JSON（${thrown.zh}）`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Refusal("is not a JSON object", "不是 JSON 对象");
  expect(value, "v", VERSION);
  expect(value, "log", origin);
  expect(value, "i", Number(index));
  if (typeof value["t"] !== "number" || value["t"] < 0) throw new Refusal("has no time `t`", "缺少时间 t");
  return value as Entry;
}

function expect(entry: { [key: string]: Json }, key: string, wanted: string | number): void {
  const found = entry[key];
  if (found === wanted) return;
  const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80);
  const due = JSON.stringify(wanted);
  throw new Refusal(`has ${key} = ${shown}, but ${due} belongs here`, `字段 ${key} 的值是 ${shown}，此处应为 ${due}`);
}
