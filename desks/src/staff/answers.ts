/** What the log answered to something staff asked: a refusal is an answer, and is shown as one. */

import { post } from "../http";
import { both } from "../i18n";
import type { Text } from "../wire";

export interface CommandAnswer {
  type: "accepted" | "refused" | "retry";
  i?: number | null;
  sentence?: Text | null;
  bidder?: string | null;
}

/** Asks, and asks again under the same reference while the house is busy. Throws Problem. */
export async function command(path: string, body: Record<string, unknown>): Promise<CommandAnswer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await post<CommandAnswer>(path, body);
    if (answer.type !== "retry" || tries === 4) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500 * (tries + 1)));
  }
}

/**
 * Whether the log had answered before it was asked: a notice sent twice gets its first answer again.
 * `heard` is the last index known before asking.
 */
export function answeredBefore(answer: CommandAnswer, heard: number): boolean {
  return answer.i != null && answer.i <= heard;
}

/** The sentence of a refusal, or null when it was accepted. */
export function refusalOf(answer: CommandAnswer): Text | null {
  if (answer.type === "accepted") return null;
  return answer.sentence ?? both("answer.refused");
}
