/** Entries of the record, in words. */

import { t, type Key } from "../i18n";

export interface Entry {
  v: number;
  log: string;
  i: number;
  t: number;
  type: string;
  actor: string;
  data: {
    ask?: Record<string, unknown>;
    facts?: { fact: string; [key: string]: unknown }[];
    reason?: string;
    detail?: Record<string, unknown>;
    nearest?: number[];
    [key: string]: unknown;
  };
  cmd?: string;
}

export const isRefused = (entry: Entry): boolean => entry.type.endsWith(".refused");

const ASKS = new Set(["bid", "confirm", "proxy", "admit", "exclude", "deposit", "suspend", "resume", "terminate", "void", "bell", "enrol"]);

export function askOf(entry: Entry): string {
  if (entry.type === "session.opened") return t("ask.session.opened");
  const kind = entry.type.split(".")[0] ?? "";
  return ASKS.has(kind) ? t(`ask.${kind}` as Key) : entry.type;
}

export function actorOf(entry: Pick<Entry, "actor">): string {
  const [role, id = ""] = entry.actor.split(":");
  switch (role) {
    case "staff":
    case "approver":
    case "bidder":
      return t(`actor.${role}`, { id });
    default:
      return t("actor.system");
  }
}
