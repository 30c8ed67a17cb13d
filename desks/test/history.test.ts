import { createApp, h } from "vue";
import { expect, it } from "vitest";
import { lang } from "../src/preferences";
import History from "../src/room/History.vue";
import type { RoomEvent } from "../src/wire";

const NOON = Date.UTC(2026, 2, 2, 4) * 1000 + 250_000;
const line = (n: number, t: number): RoomEvent => ({ n, i: n, t, type: "bid.accepted", who: "07", facts: [], text: { zh: "报价", en: "An offer" } });

it("tells the day once where it is the same, the newest line first", () => {
  lang.value = "zh";
  const events = [line(1, NOON - 24 * 3_600_000_000), line(2, NOON), line(3, NOON + 61_000_000)];
  const place = document.createElement("div");
  const app = createApp({ render: () => h(History, { events, auction: "a", unit: { zh: "元", en: "CNY", scale: 2 }, me: null, all: false }) });
  app.mount(place);
  expect([...place.querySelectorAll("time")].map((one) => one.textContent)).toEqual(["2026-03-02 12:01:01", "12:00:00", "2026-03-01 12:00:00"]);
  expect(place.querySelector("time")?.title).toBe("2026-03-02 12:01:01.250000");
  app.unmount();
});
