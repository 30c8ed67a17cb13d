/** The files this page has opened, as long as it is open: what its own checks need, and nobody else has to hand back. */

import type { Bytes } from "../proof/text";

export interface OpenedFile {
  raw: Bytes;
  policy: string;
  name: string;
}

const kept = new Map<string, OpenedFile>();

export function keepFile(id: string, file: OpenedFile): void {
  kept.set(id, file);
}

export function keptFile(id: string): OpenedFile | null {
  return kept.get(id) ?? null;
}
