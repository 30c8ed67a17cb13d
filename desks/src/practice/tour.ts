/** The two-minute tour: where to look, in the order in which a session asks it. */

import type { Key } from "../i18n";

export interface Stop {
  key: Key;
  /** The part of the page that is meant. */
  at: string;
}

export const STOPS: readonly Stop[] = [
  { key: "practice.tour_clock", at: ".room .clock" },
  { key: "practice.tour_price", at: ".room .price" },
  { key: "practice.tour_mine", at: "[data-test=my-state]" },
  { key: "practice.tour_pad", at: ".desk-pad" },
  { key: "practice.tour_answer", at: ".answer-place" },
  { key: "practice.tour_line", at: "[data-test=meter]" },
  { key: "practice.tour_history", at: "[data-test=history]" },
];

/** Marks the part that is spoken of, and takes the mark from the one before. */
export function point(page: ParentNode, at: string | null): void {
  for (const marked of page.querySelectorAll(".toured")) marked.classList.remove("toured");
  const part = at === null ? null : page.querySelector(at);
  part?.classList.add("toured");
  part?.scrollIntoView({ block: "nearest" });
}
