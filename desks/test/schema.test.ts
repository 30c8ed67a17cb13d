import { describe, expect, it } from "vitest";
import "../src/i18n/pages";
import { emptyRow, fieldsOf, toForm, toTerms, unitIn, unitOf, type Form } from "../src/staff/schema";

const UNIT = { type: "object", properties: { zh: { type: "string" }, en: { type: "string" }, scale: { type: "integer", default: 0 } }, required: ["zh", "en"] };
const schema = {
  $defs: {
    Unit: UNIT,
    Kind: { enum: ["AREA", "COUNT"], type: "string" },
    Parcel: {
      type: "object",
      properties: { id: { type: "string", title: "编号", "x-en": "Number" }, area: { type: "integer", title: "面积", "x-kind": "area" } },
      required: ["id", "area"],
    },
  },
  properties: {
    unit: { $ref: "#/$defs/Unit", default: { zh: "元", en: "CNY", scale: 2 }, title: "单位", "x-kind": "unit" },
    quantity_unit: { $ref: "#/$defs/Unit", default: { zh: "㎡", en: "m²", scale: 0 }, title: "面积单位", "x-kind": "unit" },
    start_price: { type: "integer", title: "起始价", "x-en": "Start price", "x-kind": "money", description: "含税", "x-en-description": "With tax" },
    cap: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }], default: null, title: "限价", "x-kind": "money" },
    kind: { $ref: "#/$defs/Kind", default: "AREA", title: "种类", "x-kind": "enum", "x-enum": [{ value: "AREA", zh: "面积", en: "area" }, { value: "COUNT", zh: "宗数", en: "count" }] },
    opens: { type: "integer", title: "开始", "x-kind": "instant" },
    wait_seconds: { type: "integer", default: 300, title: "时长", "x-kind": "seconds" },
    open_to_all: { type: "boolean", default: true, title: "公开" },
    parcels: { type: "array", items: { $ref: "#/$defs/Parcel" }, title: "宗地" },
  },
  required: ["start_price", "opens", "parcels"],
};
const fields = fieldsOf(schema);
const example = { start_price: "4000.5", opens: "2026-03-02T09:00:00+08:00", parcels: [{ id: "P1", area: "300" }] };
const form = (terms: Record<string, unknown> = example): Form => toForm(fields, terms, (name) => unitOf(fields, terms, name));
const terms = (of: Form) => toTerms(fields, of, (name) => unitIn(of, name));

describe("a form from a schema", () => {
  it("knows each field's kind, words and whether it must be there", () => {
    expect(fields.map((f) => [f.key, f.kind, f.required])).toEqual([
      ["unit", "object", false],
      ["quantity_unit", "object", false],
      ["start_price", "money", true],
      ["cap", "money", false],
      ["kind", "enum", false],
      ["opens", "instant", true],
      ["wait_seconds", "seconds", false],
      ["open_to_all", "boolean", false],
      ["parcels", "list", true],
    ]);
    const start = fields[2];
    expect(start?.title).toEqual({ zh: "起始价", en: "Start price" });
    expect(start?.help).toEqual({ zh: "含税", en: "With tax" });
    expect(fields[8]?.inner.map((f) => [f.key, f.kind, f.unitField])).toEqual([["id", "text", "unit"], ["area", "area", "quantity_unit"]]);
  });

  it("fills in given terms and the schema's defaults", () => {
    const filled = form();
    expect(filled["start_price"]).toBe("4000.5");
    expect(filled["opens"]).toBe("2026-03-02T09:00:00");
    expect(filled["wait_seconds"]).toBe("300");
    expect(filled["open_to_all"]).toBe(true);
    expect(filled["cap"]).toBe("");
    expect(filled["unit"]).toEqual({ zh: "元", en: "CNY", scale: "2" });
  });

  it("shows whole numbers of the smallest unit as decimals", () => {
    expect(form({ ...example, start_price: 400_050 })["start_price"]).toBe("4000.50");
  });

  it("says the terms exactly as typed, money as decimal text", () => {
    const read = terms(form());
    expect(read.wrong).toEqual([]);
    expect(read.terms).toEqual({
      unit: { zh: "元", en: "CNY", scale: 2 },
      quantity_unit: { zh: "㎡", en: "m²", scale: 0 },
      start_price: "4000.50",
      cap: null,
      kind: "AREA",
      opens: "2026-03-02T09:00:00+08:00",
      wait_seconds: 300,
      open_to_all: true,
      parcels: [{ id: "P1", area: "300" }],
    });
  });

  it("names the place of what cannot be read", () => {
    const filled = form();
    filled["start_price"] = "4000.505";
    filled["wait_seconds"] = "five";
    (filled["parcels"] as Form[])[0]!["area"] = "1.5";
    expect(terms(filled).wrong.map((w) => w.path)).toEqual(["terms.start_price", "terms.wait_seconds", "terms.parcels.0.area"]);
    expect(terms(filled).wrong[0]?.sentence.en).toContain("2 decimals");
  });

  it("leaves out what must be there and is not, so that the server names it", () => {
    expect("opens" in terms(form({ parcels: [] })).terms).toBe(false);
  });

  it("adds an empty row", () => {
    expect(emptyRow(fields[8]!, () => ({ zh: "", en: "", scale: 0 }))).toEqual({ id: "", area: "" });
  });
});
