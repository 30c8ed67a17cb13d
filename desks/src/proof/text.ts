/**
 * The alphabet that all files of the proof share, and the one kind of refusal.
 * One value has one spelling: every function here refuses the second spelling instead of repairing it.
 */

import type { Text } from "../wire";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Sizes, indexes and times are signed 64-bit everywhere else. */
export const MAX_INT64 = 2n ** 63n - 1n;

/** Why something is not believed, told in both languages; `where` is the place in a file, empty where there is none. */
export class Refusal extends Error {
  readonly zh: string;
  readonly en: string;

  constructor(
    en: string,
    zh: string,
    readonly where = "",
  ) {
    super(en);
    this.en = en;
    this.zh = zh;
  }

  get sentence(): Text {
    return { zh: this.zh, en: this.en };
  }
}

/** Bytes of text are UTF-8; a byte order mark is a character like any other, so it is refused where it does not belong. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);

/** Raises Refusal for bytes that are no UTF-8. */
export function fromUtf8(raw: Uint8Array): string {
  try {
    return decoder.decode(raw);
  } catch {
    throw new Refusal("not UTF-8", "不是 UTF-8 文本");
  }
}

export function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export const toHex = (raw: Uint8Array): string => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function toBase64(raw: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < raw.length; at += 0x2000) letters += String.fromCharCode(...raw.subarray(at, at + 0x2000));
  return btoa(letters);
}

/** Bytes of canonical base64 (RFC 4648 section 4), padding bits zero; raises Refusal for any other spelling. */
export function fromBase64(text: string): Bytes {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new Refusal("not base64", "不是 base64 编码");
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (toBase64(raw) !== text) throw new Refusal("not canonical base64", "不是规范的 base64 编码");
  return raw;
}

/** A count in ASCII decimal, 0 to 2^63-1, no sign, no leading zero; raises Refusal. */
export function fromDecimal(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new Refusal("not a plain decimal number", "不是规范的十进制数");
  const value = BigInt(text);
  if (value > MAX_INT64) throw new Refusal("number above 2**63-1", "数值超过 2**63-1");
  return value;
}

export async function sha256(raw: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
}

/** Where a separator of two or more newlines, or one, stands; -1 when nowhere. */
export function find(raw: Uint8Array, wanted: Uint8Array, from = 0): number {
  for (let at = raw.indexOf(wanted[0]!, from); at >= 0; at = raw.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, offset) => raw[at + offset] === byte)) return at;
  }
  return -1;
}
