import { describe, expect, it } from "vitest";
import { answeredBefore, refusalOf } from "../src/staff/answers";

describe("what the log answered", () => {
  it("is an old answer when its entry was known before asking", () => {
    expect(answeredBefore({ type: "accepted", i: 3 }, 5)).toBe(true);
    expect(answeredBefore({ type: "accepted", i: 5 }, 5)).toBe(true);
    expect(answeredBefore({ type: "accepted", i: 6 }, 5)).toBe(false);
    expect(answeredBefore({ type: "accepted" }, 5)).toBe(false);
  });

  it("is said in the words of the refusal", () => {
    const sentence = { zh: "已经处理过", en: "counted already" };
    expect(refusalOf({ type: "accepted", i: 3 })).toBeNull();
    expect(refusalOf({ type: "refused", i: 4, sentence })).toEqual(sentence);
  });
});
