import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, h, type App, type Component } from "vue";
import Mine from "../src/home/Mine.vue";
import Result from "../src/home/Result.vue";
import "../src/i18n/complaints";
import "../src/i18n/home";
import "../src/i18n/pages";
import { lang } from "../src/preferences";
import { groupOf, grouped, type MyAuction, type Step } from "../src/home/mine";
import { clockFound, keyFound, lineFound, screenFound } from "../src/home/preflight";
import { STOPS, point } from "../src/practice/tour";

const step = (name: Step["step"], state: Step["state"], by: number | null = null): Step => ({ step: name, state, by, ask: null });
const one = (auction: string, next: Step | null): MyAuction =>
  ({ line: { auction } as MyAuction["line"], bidder: null, lot: null, alias: null, sentence: null, deposit: { required: 0, paid: 0, ok: true }, deposit_deadline: null, declined: null, account: null, steps: [], next, checked: null, practised: null, complaints: 0, answered: 0 });

describe("my auctions", () => {
  it.each([
    [step("pay", "now"), "asked"],
    [step("act", "now"), "asked"],
    [step("wait", "waiting"), "waiting"],
    [step("pay", "missed"), "waiting"],
    [step("act", "later"), "waiting"],
    [step("apply", "now"), "open"],
    [step("result", "now"), "over"],
    [null, "over"],
  ] as const)("are sorted by what is asked: %o", (next, group) => {
    expect(groupOf(one("a", next))).toBe(group);
  });

  it("ask him again who was declined, before they offer what he never asked for", () => {
    const declined = { at: 1, reason: "过期", sentence: { zh: "", en: "" }, alias: "A1" };
    expect(groupOf({ ...one("a", step("apply", "now")), declined })).toBe("asked");
    expect(groupOf({ ...one("a", null), declined })).toBe("over");
  });

  it("come in the order of their deadlines, those without one last, the latest result first", () => {
    const found = grouped([
      one("late", step("pay", "now", 300)),
      one("none", step("pay", "now")),
      one("soon", step("act", "now", 100)),
      one("old", step("result", "now")),
      one("new", step("result", "now")),
    ]);
    expect(found.asked.map((each) => each.line.auction)).toEqual(["soon", "late", "none"]);
    expect(found.over.map((each) => each.line.auction)).toEqual(["new", "old"]);
  });
});

/** A page of the desk over a house that gives these answers. */
async function page(part: Component, props: Record<string, unknown>, answer: (path: string) => Response): Promise<HTMLElement> {
  vi.stubGlobal("fetch", async (path: string) => answer(path));
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(part, props) });
  app.mount(box);
  await vi.waitFor(() => expect(box.textContent).not.toContain("Reading"));
  return box;
}
let app: App | undefined;
afterEach(() => {
  app?.unmount();
  app = undefined;
  vi.unstubAllGlobals();
});

describe("who was not admitted", () => {
  const declined = { at: 1_772_413_200_000_000, reason: "过期", sentence: { zh: "未获准", en: "Declined: out of date." }, alias: "A1" };
  const title = { zh: "一", en: "Plot" };
  const steps = [step("apply", "missed"), step("act", "later")];
  const row = (next: Step | null) => ({ ...one("h", next), line: { auction: "h", title, rule: { name: "r", title }, status: "announced" }, declined, steps });
  const mine = (next: Step | null) => page(Mine, {}, (path) => Response.json(path === "/api/mine" ? { now: 0, auctions: [row(next)], unreadable: [] } : { now: 0 }));

  it("reads why and what he can do until when, and is shown no steps that are not his", async () => {
    const box = await mine(step("apply", "now", 1_772_413_260_000_000));
    for (const words of ["Declined: out of date.", "You may apply again", "Until 2026-03-02 09:01:00", "Apply again", "File a complaint"]) expect(box.textContent).toContain(words);
    expect(box.querySelector(".mine-steps")).toBeNull();
  });

  it("is not told over it that he takes part in nothing, once it is over", async () => {
    const box = await mine(null);
    expect(box.querySelector("[data-group=over]")).not.toBeNull();
    expect(box.querySelector("[data-test=nothing-asked]")).toBeNull();
  });
});

describe("a result that is not mine", () => {
  it("says whose it would be, and leads to what everybody may see", async () => {
    const no = { code: "NOT_FOUND", sentence: { zh: "没有找到。", en: "There is no such thing here." } };
    const box = await page(Result, { auction: "a-1", entry: null }, () => Response.json(no, { status: 404 }));
    expect(box.textContent).toContain("a bidder's own result, and you hold no paddle in a-1");
    expect([...box.querySelectorAll("[data-test=not-mine] a")].map((link) => link.getAttribute("href"))).toEqual(["/room/a-1", "/verify?auction=a-1"]);
    expect(box.textContent).not.toContain("no such thing");
  });
});

describe("the check before a session", () => {
  it("calls a clock fine that is right to a quarter of a second, and poor from one second on", () => {
    expect([null, 1_000, 249_999, 250_000, 999_999, 1_000_000].map(clockFound)).toEqual(["bad", "ok", "ok", "warn", "warn", "bad"]);
  });
  it("measures the line by its round trip", () => {
    expect([null, 5_000, 299_999, 300_000, 1_000_000].map(lineFound)).toEqual(["bad", "ok", "ok", "warn", "bad"]);
  });
  it("minds a key that cannot be had where one is enrolled, and one that is enrolled elsewhere", () => {
    expect(keyFound(true, false)).toBe("ok");
    // A key of another browser bars nobody: the room enrols one more.
    expect(keyFound(true, true)).toBe("ok");
    expect(keyFound(false, false)).toBe("warn");
    expect(keyFound(false, true)).toBe("bad");
  });
  it("asks for the screen and lets it go again", async () => {
    let held = 0;
    const locks = { request: async () => ((held += 1), { release: async () => void (held -= 1) }) };
    expect(await screenFound(locks)).toBe("ok");
    expect(held).toBe(0);
    expect(await screenFound(undefined)).toBe("warn");
    expect(await screenFound({ request: () => Promise.reject(new Error("no")) })).toBe("warn");
  });
});

describe("the tour", () => {
  it("marks one part at a time, and none in the end", () => {
    document.body.innerHTML = '<main class="room"><section class="clock"></section><section class="price"></section></main>';
    const marked = (): string[] => [...document.querySelectorAll(".toured")].map((part) => part.className.split(" ")[0]!);
    point(document, STOPS[0]!.at);
    expect(marked()).toEqual(["clock"]);
    point(document, STOPS[1]!.at);
    expect(marked()).toEqual(["price"]);
    point(document, null);
    expect(marked()).toEqual([]);
  });
});
