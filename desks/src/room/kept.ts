/**
 * What opens this bidder's sealed offers, kept in the browser that sealed them and nowhere else:
 * the key of each box and the plain offer, by commitment. Kept before the offer is sent.
 */

import type { Kept } from "../escrow";
import type { Shelf } from "./pending";

export class KeptOffers {
  constructor(
    private readonly shelf: Shelf,
    private readonly key: string,
  ) {}

  keep(commit: string, kept: Kept): void {
    this.shelf.setItem(this.key, JSON.stringify({ ...this.all(), [commit]: kept }));
  }

  of(commit: string): Kept | null {
    return this.all()[commit] ?? null;
  }

  private all(): Record<string, Kept> {
    try {
      const value: unknown = JSON.parse(this.shelf.getItem(this.key) ?? "{}");
      if (typeof value !== "object" || value === null) return {};
      return Object.fromEntries(Object.entries(value).filter((row): row is [string, Kept] => isKept(row[1])));
    } catch {
      return {};
    }
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { key, plain } = value as Partial<Kept>;
  return typeof key === "string" && typeof plain === "string";
}

/** The price as it was sealed, read back from the plain bytes for the bidder's own eyes. */
export function priceOf(kept: Kept): number | null {
  try {
    const value: unknown = JSON.parse(atob(kept.plain).replace(/[^\x20-\x7e]/g, "?"));
    const { price } = value as { price?: unknown };
    return typeof price === "number" && Number.isSafeInteger(price) ? price : null;
  } catch {
    return null;
  }
}

/** The first letters of a commitment: enough to compare two screens by eye. */
export function fingerprint(commit: string): string {
  return commit.replace(/[^A-Za-z0-9]/g, "").slice(0, 12).replace(/(.{4})(?=.)/g, "$1 ");
}
