import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { headed, settled } from "../src/notice";

describe("a paragraph of the notice", () => {
  it("has its topic as a heading, in either language", () => {
    expect(headed("同价处理：报价以到达先后为准；先到者优先。")).toEqual({ head: "同价处理：", rest: "报价以到达先后为准；先到者优先。" });
    expect(headed("Equal offers: the earlier is first; see below.")).toEqual({ head: "Equal offers: ", rest: "the earlier is first; see below." });
  });

  it("is an ordinary sentence where no topic stands before it", () => {
    for (const words of ["本场按“公开增价竞价”规则（english@1）进行。", "This session follows the rule “Ascending auction” (english@1).", "先到者优先，例外：无。"]) {
      expect(headed(words)).toEqual({ head: "", rest: words });
    }
  });
});

describe("asking while somebody writes", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks once, for the last of what was written", async () => {
    const asked: string[] = [];
    const told: string[] = [];
    const question = settled<string, string>(500, (q) => (asked.push(q), Promise.resolve(q)), (a) => told.push(a), () => undefined);
    question("1");
    await vi.advanceTimersByTimeAsync(499);
    question("10");
    await vi.advanceTimersByTimeAsync(499);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(["10"]);
    expect(told).toEqual(["10"]);
  });

  it("never shows an old answer over a newer one, nor an old failure", async () => {
    const told: string[] = [];
    const failed: unknown[] = [];
    const slow: Record<string, number> = { first: 3_000, broken: 2_000, last: 10 };
    const ask = (q: string): Promise<string> =>
      new Promise((yes, no) => setTimeout(() => (q === "broken" ? no(new Error(q)) : yes(q)), slow[q]));
    const question = settled<string, string>(100, ask, (a) => told.push(a), (e) => failed.push(e));
    for (const q of ["first", "broken", "last"]) {
      question(q);
      await vi.advanceTimersByTimeAsync(200);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toEqual(["last"]);
    expect(failed).toEqual([]);
    question("broken");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(failed).toHaveLength(1);
  });
});
