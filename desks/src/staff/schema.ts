/**
 * The staff's form, read from a rule's JSON Schema: one field a property, nested where the terms are nested.
 * Amounts stay the decimal text a person typed, instants become ISO 8601 with the centre's offset;
 * whether the terms make sense is for the server to say.
 */

import { both } from "../i18n";
import { figure, parse } from "../money";
import { fromField, toField, toMicros } from "../time";
import type { Text, Unit } from "../wire";

interface Json {
  [key: string]: unknown;
}

export type Kind = "text" | "integer" | "boolean" | "enum" | "money" | "area" | "instant" | "seconds" | "object" | "list" | "words";

export interface Field {
  key: string;
  kind: Kind;
  title: Text;
  help: Text | null;
  required: boolean;
  nullable: boolean;
  fallback: unknown;
  minimum: number | null;
  maximum: number | null;
  options: { value: string; zh: string; en: string }[];
  /** Of an object, or of each item of a list; a list of plain names (`words`) has none. */
  inner: Field[];
  /** Which field of the terms holds the unit of a money or area field. */
  unitField: string;
}

/** A form's raw content: text as typed, switches, nested forms, lists of names; null is a field left unset. */
export type Value = string | boolean | null | Form | Form[] | string[];
export interface Form {
  [key: string]: Value;
}

export interface Wrong {
  path: string;
  sentence: Text;
}

export function fieldsOf(schema: Json): Field[] {
  return propertiesOf(schema, schema);
}

function propertiesOf(node: Json, root: Json): Field[] {
  const required = new Set((node["required"] as string[] | undefined) ?? []);
  return Object.entries((node["properties"] as Record<string, Json> | undefined) ?? {}).map(([key, property]) =>
    fieldOf(key, property, root, required.has(key)),
  );
}

function fieldOf(key: string, property: Json, root: Json, required: boolean): Field {
  const choices = (property["anyOf"] as Json[] | undefined) ?? [];
  const nullable = choices.some((choice) => choice["type"] === "null");
  const core = resolved(choices.find((choice) => choice["type"] !== "null") ?? property, root);
  const title = String(property["title"] ?? core["title"] ?? key);
  const help = property["description"] as string | undefined;
  const listed = resolved((core["items"] as Json | undefined) ?? {}, root);
  const kind = kindOf(property, core, listed);
  const items = kind === "list" ? listed : core;
  return {
    key,
    kind,
    title: { zh: title, en: String(property["x-en"] ?? englishKey(key)) },
    help: help === undefined ? null : { zh: help, en: String(property["x-en-description"] ?? help) },
    required: required && !nullable,
    nullable,
    fallback: property["default"],
    minimum: numberOr(core["minimum"]),
    maximum: numberOr(core["maximum"]),
    options: optionsOf(property, core),
    inner: kind === "list" || kind === "object" ? propertiesOf(items, root) : [],
    unitField: String(property["x-unit-field"] ?? (kind === "area" ? "quantity_unit" : "unit")),
  };
}

function resolved(node: Json, root: Json): Json {
  const ref = node["$ref"];
  if (typeof ref !== "string") return node;
  const found = ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, part) => (at as Json | undefined)?.[part], root);
  return (found as Json | undefined) ?? {};
}

function kindOf(property: Json, core: Json, items: Json): Kind {
  const said = property["x-kind"];
  if (said === "money" || said === "area" || said === "instant" || said === "seconds") return said;
  if (said === "duration") return "seconds";
  if (Array.isArray(core["enum"])) return "enum";
  switch (core["type"]) {
    case "array":
      return items["type"] === "string" ? "words" : "list";
    case "object":
      return "object";
    case "boolean":
      return "boolean";
    case "integer":
      return "integer";
    default:
      return "text";
  }
}

function optionsOf(property: Json, core: Json): Field["options"] {
  const told = property["x-enum"] as Field["options"] | undefined;
  const allowed = core["enum"] as string[] | undefined;
  if (told) return allowed ? told.filter((option) => allowed.includes(option.value)) : told;
  return (allowed ?? []).map((value) => ({ value, zh: value, en: value }));
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function englishKey(key: string): string {
  const words = key.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The form for given terms; what they do not say takes the schema's default. */
export function toForm(fields: Field[], terms: Json, units: (name: string) => Unit): Form {
  const form: Form = {};
  for (const field of fields) {
    const value = field.key in terms ? terms[field.key] : field.fallback;
    form[field.key] = toValue(field, value, units);
  }
  return form;
}

function toValue(field: Field, value: unknown, units: (name: string) => Unit): Value {
  switch (field.kind) {
    case "list":
      return Array.isArray(value) ? value.map((row) => toForm(field.inner, row as Json, units)) : [];
    case "words":
      return Array.isArray(value) ? value.map(text) : [];
    case "object":
      return field.nullable && (value === null || value === undefined) ? null : toForm(field.inner, (value as Json | undefined) ?? {}, units);
    case "boolean":
      return value === true;
    case "enum":
      return value === null || value === undefined ? (field.nullable ? "" : (field.options[0]?.value ?? "")) : String(value);
    case "money":
    case "area":
      return typeof value === "number" ? figure(value, units(field.unitField).scale, false) : text(value);
    case "instant": {
      const micros = toMicros(value);
      return micros === null ? "" : toField(micros);
    }
    default:
      return text(value);
  }
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** What the form says as terms to send, and what could not be read, by the server's kind of path. */
export function toTerms(fields: Field[], form: Form, units: (name: string) => Unit, under = "terms"): { terms: Json; wrong: Wrong[] } {
  const terms: Json = {};
  const wrong: Wrong[] = [];
  for (const field of fields) {
    const path = `${under}.${field.key}`;
    const read = fromValue(field, form[field.key] ?? null, units, path, wrong);
    if (read !== undefined) terms[field.key] = read;
  }
  return { terms, wrong };
}

function fromValue(field: Field, value: Value, units: (name: string) => Unit, path: string, wrong: Wrong[]): unknown {
  if (field.kind === "list") {
    return (value as Form[] | null ?? []).map((row, index) => nested(field, row, units, `${path}.${index}`, wrong));
  }
  if (field.kind === "words") return (value as string[] | null ?? []).map((word) => word.trim()).filter((word) => word !== "");
  if (field.kind === "object") return value === null ? null : nested(field, value as Form, units, path, wrong);
  if (field.kind === "boolean") return value === true;
  const typed = typeof value === "string" ? value.trim() : "";
  if (typed === "" && field.kind !== "text") return field.nullable ? null : undefined;
  if (field.kind === "text") return typed;
  if (field.kind === "enum") return typed;
  if (field.kind === "instant") return fromField(typed) ?? bad(wrong, path, "form.bad_instant");
  if (field.kind === "money" || field.kind === "area") {
    const scale = units(field.unitField).scale;
    const read = parse(typed, scale);
    return "amount" in read ? figure(read.amount, scale, false) : bad(wrong, path, "form.bad_money", scale);
  }
  const read = parse(typed, 0);
  return "amount" in read ? read.amount : bad(wrong, path, "form.bad_number");
}

function nested(field: Field, form: Form, units: (name: string) => Unit, path: string, wrong: Wrong[]): Json {
  const inner = toTerms(field.inner, form, units, path);
  wrong.push(...inner.wrong);
  return inner.terms;
}

function bad(wrong: Wrong[], path: string, key: "form.bad_instant" | "form.bad_money" | "form.bad_number", scale?: number): undefined {
  wrong.push({ path, sentence: both(key, scale === undefined ? {} : { n: scale }) });
  return undefined;
}

/** What an object says in a line while it is folded: a unit its name, anything else its first choice or text. */
export function gist(field: Field, form: Form, lang: keyof Text): string {
  if (typeof form[lang] === "string") return form[lang];
  for (const one of field.inner) {
    const value = form[one.key];
    if (typeof value !== "string" || value === "") continue;
    return one.options.find((option) => option.value === value)?.[lang] ?? value;
  }
  return "";
}

/** An empty row of a list, as the schema's defaults have it. */
export function emptyRow(field: Field, units: (name: string) => Unit): Form {
  return toForm(field.inner, {}, units);
}

const PLAIN: Unit = { zh: "", en: "", scale: 0 };

/** The unit a form names in one of its fields, as far as it is filled in. */
export function unitIn(form: Form, name: string): Unit {
  const value = form[name];
  if (value === null || typeof value !== "object" || Array.isArray(value)) return PLAIN;
  const scale = Number(value["scale"]);
  const fen = Number(value["fen"]);
  return {
    zh: text(value["zh"]),
    en: text(value["en"]),
    scale: Number.isInteger(scale) && scale >= 0 && scale <= 9 ? scale : 0,
    fen: Number.isSafeInteger(fen) && fen > 0 ? fen : null,
  };
}

/** The unit as it stands in terms or in the schema's default, before there is a form. */
export function unitOf(fields: Field[], terms: Json, name: string): Unit {
  const given = terms[name] ?? fields.find((field) => field.key === name)?.fallback;
  return given && typeof given === "object" ? ({ scale: 0, ...given } as Unit) : PLAIN;
}
