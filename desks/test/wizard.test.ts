import { describe, expect, it } from "vitest";
import "../src/i18n/wizard";
import { beside, linkOf, monthOf, monthText, readMonth, spanOf, weeksOf, type CalendarItem } from "../src/staff/calendar";
import { acts, courseOf, deadlinesOf, lasted, type Played } from "../src/staff/rehearsal";
import { fieldsOf, gist, toForm, toTerms, type Form } from "../src/staff/schema";
import { firstTrouble, grouped, stepOf, troubles, unfolds } from "../src/staff/steps";
import { toMicros } from "../src/time";

const at = (text: string): number => toMicros(`${text}+08:00`) as number;
const plain = { zh: "", en: "", scale: 0 };
const both = (word: string) => ({ zh: word, en: word });

describe("the steps of writing a document", () => {
  const topics = { parcels: "what", opens: "when", step: "step" };

  it("have each place in one of them", () => {
    expect(["rule", "title.zh", "auction", "terms.parcels.0.id", "papers.1.name", "terms.opens", "terms.unknown", "terms", "deposit", "deposit_deadline", "officers.two"].map((path) => stepOf(path, topics))).toEqual(
      ["start", "start", "start", "lots", "lots", "terms", "terms", "terms", "terms", "terms", "terms"],
    );
  });

  it("count what is wrong and lead to the first of it", () => {
    const wrong = ["terms.opens", "terms.step", "papers.0"].map((path) => ({ path, sentence: both("x") }));
    expect(troubles(wrong, topics)).toEqual({ start: 0, lots: 1, terms: 2, rehearse: 0, check: 0 });
    expect(firstTrouble(wrong, topics)).toBe("lots");
    expect(firstTrouble([], topics)).toBeNull();
  });

  const many = Object.fromEntries(["a", "b", "c", "d", "e", "f", "g"].map((key) => [key, { type: "integer", default: 1 }]));
  const fields = fieldsOf({ properties: { step: { type: "integer" }, opens: { type: "integer", "x-kind": "instant" }, parcels: { type: "array", items: {} }, ...many } });

  it("show the terms by topic in the notice's order, and lose none", () => {
    const groups = grouped(fields, topics);
    expect(groups.map((group) => group.topic)).toEqual(["what", "when", "step", "other"]);
    expect(groups.flatMap((group) => group.fields).length).toBe(fields.length);
  });

  it("fold a long topic only while it says nothing but the defaults", () => {
    const group = grouped(fields, topics).at(-1)!;
    const defaults = toForm(fields, {}, () => plain);
    expect(unfolds(group, defaults, defaults)).toBe(false);
    expect(unfolds(group, { ...defaults, g: "2" }, defaults)).toBe(true);
    expect(unfolds({ ...group, fields: group.fields.slice(0, 6) }, defaults, defaults)).toBe(true);
  });
});

describe("a list of names in a form", () => {
  const fields = fieldsOf({ properties: { experts: { type: "array", items: { type: "string" }, default: [] }, wait: { type: "integer", "x-kind": "duration", default: 5 } } });

  it("is read and said as it stands, without what was left empty", () => {
    expect(fields.map((field) => field.kind)).toEqual(["words", "seconds"]);
    const form = toForm(fields, { experts: ["E1", "E2"] }, () => plain);
    expect(form["experts"]).toEqual(["E1", "E2"]);
    (form["experts"] as string[]).push(" E3 ", "");
    expect(toTerms(fields, form, () => plain).terms).toEqual({ experts: ["E1", "E2", "E3"], wait: 5 });
  });

  it("a folded record says its first choice", () => {
    const [field] = fieldsOf({ properties: { draws: { type: "object", properties: { source: { enum: ["A", "B"], "x-kind": "enum", "x-enum": [{ value: "A", zh: "甲", en: "first" }, { value: "B", zh: "乙", en: "second" }] } } } } });
    const form = toForm([field!], { draws: { source: "B" } }, () => plain);
    expect(gist(field!, form["draws"] as Form, "en")).toBe("second");
  });
});

describe("a month", () => {
  it("is read from the address and no other text", () => {
    expect(readMonth("2026-03")).toEqual({ year: 2026, month: 3 });
    for (const text of [null, "", "2026-13", "2026-3", "2026-03-01"]) expect(readMonth(text)).toBeNull();
    expect(monthText(beside({ year: 2026, month: 1 }, -1))).toBe("2025-12");
    expect(monthText(beside({ year: 2026, month: 12 }, 1))).toBe("2027-01");
  });

  it("is that of the centre's civil time", () => expect(monthOf(at("2026-03-01T00:30:00"))).toEqual({ year: 2026, month: 3 }));

  it("goes from a Monday to a Monday", () => {
    // 1 March 2026 is a Sunday, 31 March a Tuesday.
    expect(spanOf({ year: 2026, month: 3 })).toEqual({ first: at("2026-02-23T00:00:00"), last: at("2026-04-06T00:00:00") });
  });

  const item = (key: string, opens: string, closes: string): CalendarItem => ({ key, auction: key, draft: null, title: both(key), rule: both(""), state: "announced", officer: null, opens: at(opens), closes: at(closes) });

  it("shows openings and ends by time, and what goes on between them", () => {
    const long = item("long", "2026-03-02T09:00:00", "2026-03-04T17:00:00");
    const short = item("short", "2026-03-04T10:00:00", "2026-03-04T11:00:00");
    const days = weeksOf({ year: 2026, month: 3 }, [long, short]).flat();
    expect(days.length).toBe(42);
    const marks = (date: string) => days.find((day) => day.date === date)!.marks.map((mark) => [mark.item.key, mark.what]);
    expect(marks("2026-03-01")).toEqual([]);
    expect(marks("2026-03-02")).toEqual([["long", "opens"]]);
    expect(marks("2026-03-03")).toEqual([["long", "goes_on"]]);
    expect(marks("2026-03-04")).toEqual([["short", "opens"], ["short", "closes"], ["long", "closes"]]);
    expect(marks("2026-03-05")).toEqual([]);
    expect(days.find((day) => day.date === "2026-02-28")!.inside).toBe(false);
  });

  it("leads to the auction, or to the draft it still is", () => {
    const one = item("a", "2026-03-02T09:00:00", "2026-03-02T10:00:00");
    expect(linkOf(one)).toBe("#/auctions/a");
    expect(linkOf({ ...one, auction: null, draft: "d1" })).toBe("#/drafts/d1");
  });
});

describe("a dry run", () => {
  const s = (n: number): number => n * 1_000_000;
  const line = (i: number, t: number, who: string, accepted = true) => ({ i, t: s(t), who, accepted, sentence: both("") });
  const played: Played = {
    name: "dry-run",
    lines: [line(0, 0, "approver"), line(1, 0, "staff"), line(2, 60, "system"), line(3, 70, "01"), line(4, 80, "A"), line(5, 90, "02", false), line(6, 300, "system")],
    lines_left_out: 0,
    stages: [
      { id: "timed", title: both("限时"), opened: s(60), closes: s(120), ended: s(300) },
      { id: "gate", title: both("问"), opened: s(300), closes: null, ended: s(301) },
    ],
    moves: [
      { i: 2, t: s(60), was: null, closes: s(120), why: both("") },
      { i: 4, t: s(80), was: s(120), closes: s(300), why: both("") },
    ],
    prices: [{ t: s(70), amount: 100 }, { t: s(80), amount: 110 }],
    room: { status: "closed", stage: null, unit: { zh: "元", en: "CNY", scale: 2 }, settlement_unit: { zh: "元", en: "CNY", scale: 2 }, awards: [], unsold: null },
    cut: false, waits: false, replaced: [], ok: true, misses: [],
  };

  it("is drawn as steps, with the moves of the deadline and the ends of stages", () => {
    expect(courseOf(played)).toEqual({ times: [70, 80], prices: [100, 110], extensions: [80] });
    expect(deadlinesOf(played)).toEqual([300]);
  });

  it("lasts from its first stage, and counts what bidders did and were allowed", () => {
    expect(lasted(played)).toEqual({ from: s(60), to: s(300) });
    expect(acts(played)).toBe(2);
    expect(lasted({ ...played, stages: [] })).toBeNull();
  });
});
