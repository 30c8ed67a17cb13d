/**
 * Asks that have left this page and are not answered yet, kept in the browser's storage so that
 * neither a lost connection nor a closed page turns one bid into two: the same ref is sent again.
 */

import type { Ask } from "../wire";

export interface Pending {
  ask: Ask;
  /** Milliseconds of the server's clock as the page knew it: the machine's own may be set meanwhile. */
  sent: number;
}

/** An ask older than this is not sent again by itself: the person may no longer mean it. */
export const RESEND_WITHIN_MS = 30_000;

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class PendingAsks {
  constructor(
    private readonly shelf: Shelf,
    private readonly key: string,
  ) {}

  list(): Pending[] {
    const text = this.shelf.getItem(this.key);
    if (text === null) return [];
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value.filter(isPending) : [];
    } catch {
      return [];
    }
  }

  keep(pending: Pending): void {
    this.store([...this.list().filter((p) => p.ask.ref !== pending.ask.ref), pending]);
  }

  /** Returns what was kept under the ref, if anything was. */
  answered(ref: string): Pending | null {
    const all = this.list();
    const found = all.find((p) => p.ask.ref === ref) ?? null;
    if (found) this.store(all.filter((p) => p !== found));
    return found;
  }

  private store(all: Pending[]): void {
    if (all.length === 0) this.shelf.removeItem(this.key);
    else this.shelf.setItem(this.key, JSON.stringify(all));
  }
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== "object" || value === null) return false;
  const { ask, sent } = value as Partial<Pending>;
  return typeof sent === "number" && typeof ask === "object" && ask !== null && typeof ask.ref === "string";
}

/** A ref nobody else will choose: 22 characters of the 64 the wire admits. */
export function newRef(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
