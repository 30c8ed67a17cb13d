/** A document on its way to publication, as the server tells it. */

import type { Paper } from "../notice";
import type { Text } from "../wire";
import type { DowntimePolicy, OfficersPolicy } from "./office";
import type { Wrong } from "./schema";

export interface Draft {
  id: string;
  state: "draft" | "submitted" | "published";
  proposer: string;
  submitted_by: string | null;
  approver: string | null;
  returned: string | null;
  updated: number;
  auction: string | null;
  fields: {
    auction?: string | null;
    title?: { zh: string; en: string };
    rule?: string;
    version?: string | null;
    terms?: Record<string, unknown>;
    deposit?: number;
    deposit_deadline?: number | null;
    papers?: Paper[];
    officers?: OfficersPolicy | null;
    downtime?: DowntimePolicy | null;
  };
  sha256: string | null;
  problems: Wrong[];
}

export interface RuleLine {
  name: string;
  version: string;
  title: { zh: string; en: string };
  desk: boolean;
}

export interface RuleDetail extends RuleLine {
  schema: Record<string, unknown>;
  example: Record<string, unknown>;
  /** By name of a term: under which topic of the notice it is told. */
  topics: Readonly<Record<string, string>>;
  presets: readonly { name: string; title: Text; terms: Record<string, unknown> }[];
}

export const TONE = { draft: "", submitted: "sun", published: "jade" } as const;
export const ICON = { draft: "info", submitted: "clock", published: "check" } as const;
