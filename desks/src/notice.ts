/** The notice (公告) of an auction as the server tells it: its terms in words, and the hash that fixes them. */

import type { Lang, Text } from "./wire";

export interface Remark extends Text {
  code: string;
  /** Names of the terms it is about; none where it is about the whole. */
  terms: string[];
}

/** A picture, map or document of the auction; its bytes are named by their hash. */
export interface Paper {
  sha256: string;
  name: string;
  kind: "picture" | "map" | "document";
  media: string;
  size: number;
  lot: string | null;
}

export type Prose = Record<Lang, string[]>;

export interface Told {
  /** What stands above the prose: rule, deposit, what officers may do. */
  facts: readonly { label: Text; value: Text }[];
  prose: Prose;
  /** What may be regretted; for whoever drafts and approves, never for the public. */
  remarks?: Remark[];
}

export interface Notice extends Told {
  sha256: string;
  document: { papers?: Paper[] };
  rule: { name: string; version: string; title: Text; sha256: string; same_source: boolean };
}

/** A paragraph as its heading, colon included, and the rest; no heading where it is an ordinary sentence. */
export function headed(paragraph: string): { head: string; rest: string } {
  const match = /^[^：:，,；;。.]{1,40}(：|: )/u.exec(paragraph);
  return match === null ? { head: "", rest: paragraph } : { head: match[0], rest: paragraph.slice(match[0].length) };
}

/**
 * Asks only when nothing has changed for a while, and hands on the newest answer alone:
 * an earlier question that is answered later says nothing any more.
 */
export function settled<Q, A>(wait: number, ask: (question: Q) => Promise<A>, tell: (answer: A) => void, fail: (thrown: unknown) => void): (question: Q) => void {
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (question) => {
    const mine = ++asked;
    clearTimeout(timer);
    timer = setTimeout(() => {
      ask(question).then(
        (answer) => mine === asked && tell(answer),
        (thrown: unknown) => mine === asked && fail(thrown),
      );
    }, wait);
  };
}
