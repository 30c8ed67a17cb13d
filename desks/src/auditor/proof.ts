/**
 * What the page checks by itself: an entry's canonical bytes, its leaf hash, and its path to the signed root.
 * Signatures are left to the offline verifier, which holds the policy's keys.
 */

const encoder = new TextEncoder();

/** The one spelling of an entry: keys sorted, no spaces (RFC 8785 within the log's profile of whole numbers). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** RFC 6962 section 2.1: a leaf is hashed behind a zero byte, a node behind a one. */
export async function leafHash(text: string): Promise<Uint8Array> {
  return sha256(Uint8Array.of(0), encoder.encode(text));
}

/** The root that a leaf and its path lead to (RFC 9162 section 2.1.3.2); null when the path has a wrong length. */
export async function rootFrom(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Promise<Uint8Array | null> {
  if (index >= size) return null;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const step of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = await sha256(Uint8Array.of(1), step, hash);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(Uint8Array.of(1), hash, step);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export interface Inclusion {
  size: number;
  root: string;
  holds: boolean;
}

/** Whether the entry's text leads to the root its receipt was signed under; null for a text that is no receipt. */
export async function inclusion(receipt: string, leaf: Uint8Array): Promise<Inclusion | null> {
  const [proof, checkpoint] = [receipt.slice(0, receipt.indexOf("\n\n")), receipt.slice(receipt.indexOf("\n\n") + 2)];
  const index = /^index (\d+)$/m.exec(proof)?.[1];
  const [, size, root] = checkpoint.split("\n");
  if (index === undefined || size === undefined || root === undefined) return null;
  const path = proof.split("\n").filter((line) => /^[A-Za-z0-9+/]{43}=$/.test(line));
  const computed = await rootFrom(leaf, Number(index), Number(size), path.map(fromBase64));
  return { size: Number(size), root, holds: computed !== null && hex(computed) === hex(fromBase64(root)) };
}
