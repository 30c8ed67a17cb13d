import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WORDS, fill, foreign, t } from "../src/i18n";
import { lang, preferredLanguage } from "../src/preferences";
import type { Lang } from "../src/wire";

type Words = Record<string, string>;
const files = import.meta.glob<Record<Lang, Words>>("../src/i18n/*.ts", { eager: true });
/** The words of one area; the one without a name is what every desk says. */
const area = (name: string, language: Lang): Words => files[`../src/i18n/${name}${name && "."}${language}.ts`]![language];
const AREAS = ["", ...Object.keys(files).flatMap((path) => /\/(\w+)\.zh\.ts$/.exec(path)?.[1] ?? [])];
const { zh, en } = WORDS as Record<Lang, Words>;
const keys = Object.keys(zh);

/** Keys that are put together from a word of the server. */
const FAMILIES = /^entrance\.is_|^home\.(do|step|missed)_|^guarantee\.is_|^check\.(clock|line|key|sound|screen)(_(ok|warn|bad|untried))?$|^check\.is_|^complaint\.ground_|^result\.(refund|forfeit)$|^(status|did|role|draft|answer|actor|ask|asked|await)\.|^audit\.filter_|^film\.mark_|^lead\.(turn_|cleared|watched|referred|all|new|asked|explained|concluded)|^live\.worry_|^stage\.source_|^after\.(do|propose|count)_|^after\.(reviewed|confirmed|published)$|^money\.(state|trouble)_|^why\.(extension|first_bid|resumed|listing|staff)$|^watch\.(suspend|resume|terminate|void|exclude|extend|surrogate|reaward)$/;

const blanks = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).sort();

/** The text of every source a desk's main.ts brings in, and the areas of words it does. */
function desk(name: string): { code: string; areas: string[] } {
  const seen = new Set<string>();
  const waiting = [join(import.meta.dirname, `../src/${name}/main.ts`)];
  let code = "";
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const found = [path, `${path}.ts`, `${path}.vue`, join(path, "index.ts")].find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
    if (found === undefined || seen.has(found)) continue;
    seen.add(found);
    if (found.includes("/i18n/")) continue;
    const text = readFileSync(found, "utf8");
    code += text;
    for (const [, from] of text.matchAll(/(?:from|import) "(\.[^"]+)"/g)) waiting.push(join(found, "..", from!));
  }
  return { code, areas: [...seen].flatMap((path) => /i18n\/(\w+)\.ts$/.exec(path)?.[1] ?? []).filter((one) => AREAS.includes(one)) };
}

function sources(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? (path.endsWith("i18n") ? "" : sources(path)) : readFileSync(path, "utf8")))
    .join("\n");
}

describe("both languages", () => {
  it.each(AREAS)("have the same keys in the area '%s'", (name) => {
    expect(Object.keys(area(name, "en"))).toEqual(Object.keys(area(name, "zh")));
    expect(Object.keys(area(name, "zh")).length).toBeGreaterThan(0);
  });

  it("name no key twice", () => {
    const all = AREAS.flatMap((name) => Object.keys(area(name, "zh")));
    expect(all.filter((key, place) => all.indexOf(key) !== place)).toEqual([]);
    expect([...all].sort()).toEqual([...keys].sort());
  });

  it("have the same blanks for every key, and no key is empty", () => {
    for (const key of keys) {
      expect(blanks(en[key]!), key).toEqual(blanks(zh[key]!));
      expect(en[key]!.trim(), key).not.toBe("");
      expect(zh[key]!.trim(), key).not.toBe("");
    }
  });

  it("a count of one reads rightly in English", () => {
    // Never one: so many trustees, seconds that are announced, how long a receipt is waited for, the days looked back on.
    const spared = ["seal.trustees", "keys.text", "say.seconds", "proof.late", "svc.recent", "svc.none"];
    const counts = "n|k|e|all|size|sessions|entries|moves|bids|bad|used|checkpoints";
    const many = new RegExp(`\\{(?:${counts})\\} (?:[a-z]+ )?(?!counts\\b|comes\\b|ends\\b)[a-z]{3,}(?<!s)s\\b`);
    expect(keys.filter((one) => !spared.includes(one) && many.test(en[one]!))).toEqual([]);
  });

  it("neither shouts", () => {
    for (const words of [...Object.values(zh), ...Object.values(en)]) expect(words).not.toMatch(/[!！]/);
  });

  it("Chinese sentences use Chinese punctuation", () => {
    for (const words of Object.values(zh)) expect(words).not.toMatch(/[\u4e00-\u9fff][,;:?]|[,;:?][\u4e00-\u9fff]/);
  });

  it("hold no key that nothing uses", () => {
    const code = sources(join(import.meta.dirname, "../src"));
    const unused = keys.filter((key) => !code.includes(`"${key}"`) && !code.includes(`'${key}'`) && !FAMILIES.test(key));
    expect(unused).toEqual([]);
  });

  it.each(["room", "home", "practice", "wall", "board", "staff", "auditor", "verify", "oversight"])("are brought in by the %s, as far as it says them", (name) => {
    const { code, areas } = desk(name);
    const foreign = AREAS.filter((one) => one !== "" && !areas.includes(one)).flatMap((one) => Object.keys(area(one, "zh")));
    expect(foreign.filter((key) => code.includes(`"${key}"`) || code.includes(`'${key}'`))).toEqual([]);
  });
});

describe("words", () => {
  it("are filled in, and a forgotten value stays visible", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
    expect([1, 2, 0, "1", "1,001"].map((n) => fill("{n} {n|entry is|entries are} here", { n }))).toEqual(["1 entry is here", "2 entries are here", "0 entries are here", "1 entry is here", "1,001 entries are here"]);
    expect(fill("{n|is|are}", {})).toBe("{n|is|are}");
    lang.value = "zh";
    expect(t("mine.admitted", { bidder: "03" })).toBe("号牌 03");
    lang.value = "en";
    expect(t("mine.admitted", { bidder: "03" })).toBe("Paddle 03");
  });

  it("of people are marked where they are not in the page's language", () => {
    lang.value = "en";
    expect([foreign("岐江北路 12 号"), foreign("Plot 12"), foreign("12")]).toEqual(["zh-CN", undefined, undefined]);
    lang.value = "zh";
    expect([foreign("岐江北路 12 号"), foreign("Qijiang North Road"), foreign("100 CNY")]).toEqual([undefined, "en", undefined]);
  });

  it("come in the browser's language, whatever shape its tag has", () => {
    expect(preferredLanguage(["zh-CN", "en"])).toBe("zh");
    expect(preferredLanguage(["zh-Hant-HK"])).toBe("zh");
    expect(preferredLanguage(["en-US@posix"])).toBe("en");
    expect(preferredLanguage([])).toBe("zh");
  });
});
