/** A question that binds: until when it may be answered, whatever day it is now. */
import { afterEach, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import "../src/i18n/faces";
import { lang } from "../src/preferences";
import Asked from "../src/room/faces/Asked.vue";
import type { Room, You } from "../src/wire";

const H = 3_600_000_000;
/** 2026-03-02 07:17:44 in Beijing. */
const CLOSES = (Date.UTC(2026, 2, 1, 23, 17, 44) / 1000) * 1_000_000;
const stage = { id: "confirm", kind: "claim", round: 1, opens: CLOSES - 72 * H, closes: CLOSES, title: { zh: "成交确认", en: "Confirmation" } };
const room = { status: "running", stage, top: 100, ceiling: null, unit: { zh: "元", en: "CNY", scale: 0 } } as unknown as Room;
const you = { offer: { amount: 100 }, actions: { blocked: null, ask: "confirm" } } as unknown as You;

let app: App | undefined;
afterEach(() => app?.unmount());

it.each([
  ["two days ahead", CLOSES - 48 * H, "2026-03-02 07:17:44"],
  ["on the day itself", CLOSES - H, " 07:17:44"],
])("says its day: %s", (_, now, until) => {
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(Asked, { room, you, now, live: true, busy: false, stopped: null }) });
  app.mount(box);
  expect(box.textContent).toContain(until);
  expect(box.textContent?.includes("2026-03-02")).toBe(until.startsWith("2026"));
});
