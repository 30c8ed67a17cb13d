import { describe, expect, it } from "vitest";
import { possible } from "../src/staff/office";

const room = (status: string, resumes: number | null = null) => ({ status, suspended: status === "suspended" ? { since: 0, reason: "", sentence: { zh: "", en: "" }, resumes, next: null } : null }) as Parameters<typeof possible>[1];
const all = ["suspend", "resume", "extend", "surrogate", "exclude", "terminate", "void", "reaward"];
const at = (status: string, resumes: number | null = null): string[] => all.filter((act) => possible(act, room(status, resumes)));

describe("what officers may still do", () => {
  it("follows the session as it stands", () => {
    expect(at("announced")).toEqual(["exclude", "terminate"]);
    expect(at("running")).toEqual(["suspend", "extend", "surrogate", "exclude", "terminate"]);
    expect(at("suspended")).toEqual(["resume", "exclude", "terminate"]);
    // Once the hour of going on is announced it can be taken back, not announced again.
    expect(at("suspended", 5)).toEqual(["suspend", "exclude", "terminate"]);
    expect(at("closed")).toEqual(["void", "reaward"]);
    expect(at("terminated")).toEqual([]);
    expect(at("voided")).toEqual([]);
  });
});
