/** The list of auctions, to somebody who applies while it is open before him. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createApp, nextTick, type App } from "vue";
import "../src/i18n/pages";
import "../src/i18n/public";
import Auctions from "../src/board/Auctions.vue";
import { lang } from "../src/preferences";
import { who } from "../src/session";

const title = { zh: "一", en: "Plot" };
const unit = { zh: "元", en: "CNY", scale: 2, fen: 1 };
const line = { auction: "h", title, rule: { name: "r", title }, status: "announced", stage: null, closes: null, opens: null, top: null, start: 100, highest: null, unit, awards: [], result: null, figures: null, settlement_unit: unit };
const applied = { bidder: null, lot: null, admitted: false, applied: true, declined: false, again: false, deposit: null };
let mine: typeof applied | null = null;
let app: App | undefined;
const box = document.createElement("div");

const next = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(4_000);
  await nextTick();
};

beforeEach(() => {
  vi.useFakeTimers();
  lang.value = "en";
  who.value = { account: "li", roles: ["bidder"], csrf: "x" };
  vi.stubGlobal("fetch", async (path: string) => {
    if (path.endsWith("/apply")) mine = applied;
    return Response.json(path === "/api/auctions" ? { auctions: [{ ...line, mine }], unreadable: [] } : { now: 0, csrf: "x", alias: "A1", room: { auction: "h", lots: [], own_lots: false } });
  });
});
afterEach(() => {
  app?.unmount();
  who.value = null;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("says that the application is in until it is decided, and offers another once it was declined", async () => {
  app = createApp(Auctions);
  app.mount(box);
  await next();
  const button = (): HTMLElement | null => box.querySelector("[data-test=open-apply]");
  for (const offered of ["Apply to take part", "Apply again"]) {
    expect(button()?.textContent).toBe(offered);
    button()?.click();
    await next();
    box.querySelector("[data-test=apply] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await next();
    expect(button()).toBeNull();
    expect(box.textContent).toContain("Your application is in.");
    expect(box.textContent).toContain("number is A1");
    mine = { ...applied, declined: true, again: true };
    await next();
    expect(box.textContent).not.toContain("Your application is in.");
    expect(box.textContent).toContain("Application declined");
  }
});
