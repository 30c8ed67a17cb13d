/** A complaint as its bidder and the house's officers read it: by number and paddle, never by name. */

import type { Key } from "../i18n";

export const GROUNDS = ["result", "admission", "refused", "missing", "conduct", "other"] as const;
export type Ground = (typeof GROUNDS)[number];

export interface Complaint {
  number: number;
  auction: string;
  alias: string;
  ground: Ground;
  text: string;
  filed: number;
  sha256: string;
  answer: string | null;
  answered: number | null;
}

export const groundKey = (ground: Ground): Key => `complaint.ground_${ground}` as Key;
