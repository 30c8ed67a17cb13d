/**
 * What an officer commits to now and shows later: a reserve, or a secret for a draw.
 * The commitment goes to the house; the slip stays in this browser and, printed or copied, with the officer.
 * The bytes are those of auction_rules/commit.py and auction_rules/draw.py.
 */

import { sha256, toBase64, toHex, utf8 } from "../proof/text";

/** A shelf as localStorage is one; a test brings its own. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface ReserveSlip {
  amount: number;
  nonce: string;
}

export function newSecret(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}

export async function reserveCommitment({ amount, nonce }: ReserveSlip): Promise<string> {
  return toBase64(await sha256(utf8(`daylight/reserve/v1\n${nonce}\n${amount}\n`)));
}

export async function secretCommitment(what: string, party: string, secret: string): Promise<string> {
  return toHex(await sha256(utf8(`${what}|${party}|${secret}`)));
}

const place = (auction: string, account: string, what: string): string => `daylight/slip/${auction}/${account}/${what}`;

export function keepSlip(shelf: Shelf, auction: string, account: string, what: string, slip: string): void {
  shelf.setItem(place(auction, account, what), slip);
}

export function slipOf(shelf: Shelf, auction: string, account: string, what: string): string | null {
  return shelf.getItem(place(auction, account, what));
}

/** A reserve's slip as one line to write down: amount in the smallest unit, a colon, the nonce. */
export const writeReserve = (slip: ReserveSlip): string => `${slip.amount}:${slip.nonce}`;

export function readReserve(line: string): ReserveSlip | null {
  const match = /^(\d{1,16}):([0-9a-f]{2,128})$/.exec(line.trim());
  if (!match) return null;
  const amount = Number(match[1]);
  return Number.isSafeInteger(amount) ? { amount, nonce: match[2]! } : null;
}
