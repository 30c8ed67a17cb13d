import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WORDS, fill, t, type Key } from "../src/i18n";
import { lang, preferredLanguage } from "../src/preferences";

const blanks = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).sort();
const { zh, en } = WORDS;
const keys = Object.keys(zh) as Key[];

function sources(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? (path.endsWith("i18n") ? "" : sources(path)) : readFileSync(path, "utf8")))
    .join("\n");
}

describe("both languages", () => {
  it("have the same keys", () => expect(Object.keys(en)).toEqual(Object.keys(zh)));

  it("have the same blanks for every key, and no key is empty", () => {
    for (const key of keys) {
      expect(blanks(en[key]), key).toEqual(blanks(zh[key]));
      expect(en[key].trim(), key).not.toBe("");
      expect(zh[key].trim(), key).not.toBe("");
    }
  });

  it("neither shouts", () => {
    for (const words of [...Object.values(zh), ...Object.values(en)]) expect(words).not.toMatch(/[!！]/);
  });

  it("Chinese sentences use Chinese punctuation", () => {
    for (const words of Object.values(zh)) expect(words).not.toMatch(/[\u4e00-\u9fff][,;:?]|[,;:?][\u4e00-\u9fff]/);
  });

  it("hold no key that nothing uses", () => {
    const code = sources(join(import.meta.dirname, "../src"));
    const families = /^(status|draft|answer|actor|ask)\.|^audit\.filter_|^live\.worry_|^stage\.source_|^watch\.(suspend|resume|terminate|void|exclude)$/;
    const unused = keys.filter((key) => !code.includes(`"${key}"`) && !code.includes(`'${key}'`) && !families.test(key));
    expect(unused).toEqual([]);
  });
});

describe("words", () => {
  it("are filled in, and a forgotten value stays visible", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
    lang.value = "zh";
    expect(t("mine.admitted", { bidder: "03" })).toBe("号牌 03");
    lang.value = "en";
    expect(t("mine.admitted", { bidder: "03" })).toBe("Paddle 03");
  });

  it("come in the browser's language, whatever shape its tag has", () => {
    expect(preferredLanguage(["zh-CN", "en"])).toBe("zh");
    expect(preferredLanguage(["zh-Hant-HK"])).toBe("zh");
    expect(preferredLanguage(["en-US@posix"])).toBe("en");
    expect(preferredLanguage([])).toBe("zh");
  });
});
