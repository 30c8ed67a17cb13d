/**
 * The steps in which a document is written, and what belongs to which. Topics come from the server,
 * the same as in the notice; nothing here judges what was written.
 */

import type { Key } from "../i18n";
import type { Field, Form, Wrong } from "./schema";

export const STEPS = ["start", "lots", "terms", "rehearse", "check"] as const;
export type Step = (typeof STEPS)[number];

export const STEP_NAME: Record<Step, Key> = {
  start: "wizard.start",
  lots: "wizard.lots",
  terms: "wizard.terms",
  rehearse: "wizard.rehearse",
  check: "wizard.check",
};

const TOPICS = ["what", "when", "step", "extension", "tie", "ceiling", "result", "sight", "failure", "other"] as const;
export type Topic = (typeof TOPICS)[number];

export const TOPIC_NAME: Record<Topic, Key> = {
  what: "topic.what",
  when: "topic.when",
  step: "topic.step",
  extension: "topic.extension",
  tie: "topic.tie",
  ceiling: "topic.ceiling",
  result: "topic.result",
  sight: "topic.sight",
  failure: "topic.failure",
  other: "topic.other",
};

export interface Group {
  topic: Topic;
  fields: Field[];
}

/** The fields by topic in the notice's order; a topic that is unknown here stands with the others at the end. */
export function grouped(fields: readonly Field[], topics: Readonly<Record<string, string>>): Group[] {
  const of = (field: Field): Topic => TOPICS.find((topic) => topic === topics[field.key]) ?? "other";
  return TOPICS.map((topic) => ({ topic, fields: fields.filter((field) => of(field) === topic) })).filter((group) => group.fields.length > 0);
}

/** The step at which a path of the document is written. */
export function stepOf(path: string, topics: Readonly<Record<string, string>>): Step {
  const [head, name] = path.split(".");
  if (head === "terms") return name !== undefined && topics[name] === "what" ? "lots" : "terms";
  if (head === "papers") return "lots";
  if (head === "deposit" || head === "deposit_deadline" || head === "officers" || head === "downtime") return "terms";
  return "start";
}

/** How many places are wrong in each step. */
export function troubles(wrong: readonly Wrong[], topics: Readonly<Record<string, string>>): Record<Step, number> {
  const found: Record<Step, number> = { start: 0, lots: 0, terms: 0, rehearse: 0, check: 0 };
  for (const one of wrong) found[stepOf(one.path, topics)] += 1;
  return found;
}

export function firstTrouble(wrong: readonly Wrong[], topics: Readonly<Record<string, string>>): Step | null {
  const found = troubles(wrong, topics);
  return STEPS.find((step) => found[step] > 0) ?? null;
}

/** So many fields are read at a glance: a group of no more never folds. */
const GLANCE = 6;

/** Whether a group has to be seen: it is short, or says anything else than the schema's defaults. */
export function unfolds(group: Group, form: Form, defaults: Form): boolean {
  return group.fields.length <= GLANCE || group.fields.some((field) => field.required || JSON.stringify(form[field.key]) !== JSON.stringify(defaults[field.key]));
}
