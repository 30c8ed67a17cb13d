/**
 * A guarantee as it is sealed to the house until the opening: the same bytes as in bidding/proof/guarantee.py. Pure but
 * for the cipher; it knows no page. Nothing of it leaves the browser in the clear.
 */

import { sealTo, toBase64 } from "../escrow";

export interface Told {
  auction: string;
  bidder: string;
  issuer: string;
  number: string;
  /** Fen. */
  amount: number;
  /** Microseconds. */
  until: number;
  /** 32 hexadecimal digits of fresh chance. */
  nonce: string;
}

const PLAIN_BYTES = 1024;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Base64 SHA-256 over issuer and number; what the log keeps. */
export async function commitOf(told: Told): Promise<string> {
  const text = `daylight/guarantee/v1\n${told.nonce}\n${told.issuer}\n${told.number}\n`;
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text).slice())));
}

/** Sorted keys, no spaces, then spaces to a fixed length: no length tells anything. RangeError when it does not fit. */
export function plainOf(told: Told): Uint8Array {
  const { amount, auction, bidder, issuer, nonce, number, until } = told;
  const bytes = utf8(JSON.stringify({ amount, auction, bidder, issuer, nonce, number, until, v: 1 }));
  if (bytes.length > PLAIN_BYTES) throw new RangeError("too many words");
  const padded = new Uint8Array(PLAIN_BYTES).fill(0x20);
  padded.set(bytes);
  return padded;
}

export function freshNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is handed in: the commitment, and the box for the opening. */
export async function sealed(told: Told, publicKey: string, origin: string): Promise<{ commit: string; box: string }> {
  const commit = await commitOf(told);
  const info = utf8(`bidding/guarantee/v1\n${origin}\n${commit}`);
  return { commit, box: toBase64(await sealTo(publicKey, info, plainOf(told))) };
}
