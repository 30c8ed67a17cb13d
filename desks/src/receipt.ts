/**
 * What a receipt says about itself: which entry, under whose signatures. It reads, and checks no cryptography:
 * that is the offline verifier's work, and the page only says "signed" when a signature is there to be checked.
 */

export interface Receipt {
  index: number;
  origin: string;
  size: number;
  /** Names on the signature lines, the log's own first. */
  signers: string[];
}

export function readReceipt(text: string): Receipt | null {
  const lines = text.split("\n");
  if (lines[0] !== "c2sp.org/tlog-proof@v1") return null;
  const index = lines.map((line) => /^index (\d+)$/.exec(line)).find((match) => match !== null);
  const blank = lines.indexOf("");
  const origin = lines[blank + 1];
  const size = Number(lines[blank + 2]);
  if (!index || blank < 0 || !origin || !Number.isSafeInteger(size)) return null;
  const signers = lines.map((line) => /^— (\S+) \S+$/.exec(line)?.[1]).filter((name): name is string => name !== undefined);
  return { index: Number(index[1]), origin, size, signers };
}

/** Signed by the log itself and covering the entry. */
export function isSigned(receipt: Receipt | null, index: number): boolean {
  return receipt !== null && receipt.index === index && receipt.size > index && receipt.signers.includes(receipt.origin);
}

export function isWitnessed(receipt: Receipt | null): boolean {
  return receipt !== null && receipt.signers.some((name) => name !== receipt.origin);
}
