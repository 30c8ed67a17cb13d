import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, ref, type App } from "vue";
import Answered from "../src/room/Answered.vue";
import History from "../src/room/History.vue";
import MyState from "../src/room/MyState.vue";
import { lastHalt } from "../src/room/halts";
import { haltWords, useHalt } from "../src/room/useHalt";
import { lang } from "../src/preferences";
import type { Room, RoomEvent, You } from "../src/wire";

const S = 1_000_000;
/** 2026-03-02 10:05:00 in Beijing. */
const AT = Date.UTC(2026, 2, 2, 2, 5) * 1000;
let n = 0;
const event = (t: number, ...facts: RoomEvent["facts"]): RoomEvent => ({ n: (n += 1), i: n, t, type: "x.accepted", who: null, facts, text: { zh: "中止：停机", en: "suspended" } });
const opened = event(AT - 60 * S, { fact: "stage_opened", closes: AT + 300 * S });
const told = event(AT + 480 * S, { fact: "suspended", since: AT, reason: "RECOVERY" });
const resumed = event(AT + 840 * S, { fact: "resumed", reason: "RECOVERY" }, { fact: "deadline_moved", why: "resumed", closes: AT + 1140 * S });

describe("the last time a session stood still", () => {
  it("is told from the instant that time stopped, with what the end was moved by", () => {
    expect(lastHalt([opened, told, resumed])).toEqual({ since: AT, ended: AT + 840 * S, given: 840 * S, closes: AT + 1140 * S });
  });

  it("is nothing where it never did, or stands still now", () => {
    expect(lastHalt([opened])).toBeNull();
    expect(lastHalt([opened, told])).toBeNull();
    expect(lastHalt([opened, told, resumed, event(AT + 900 * S, { fact: "suspended", since: AT + 890 * S, reason: "x" })])).toBeNull();
  });

  it("counts from the first, where it was interrupted anew before it went on", () => {
    const again = event(AT + 500 * S, { fact: "suspended", since: AT, reason: "RECOVERY" });
    expect(lastHalt([opened, told, again, resumed])?.since).toBe(AT);
  });

  it("is said with the end that holds now", () => {
    const halt = lastHalt([opened, told, resumed])!;
    lang.value = "zh";
    expect(haltWords(halt, AT + 1140 * S, AT)).toBe("本场自 10:05:00 至 10:19:00 中止（14 分钟），期间不计时，现已恢复。截止时间推迟 14 分钟，改为 10:24:00。");
    expect(haltWords(halt, AT + 1200 * S, AT)).toContain("截止时间因此推迟 14 分钟。截止时间为 10:25:00。");
    expect(haltWords({ ...halt, given: null, closes: null }, null, AT)).toBe("本场自 10:05:00 至 10:19:00 中止（14 分钟），期间不计时，现已恢复。");
    lang.value = "en";
    expect(haltWords(halt, AT + 1140 * S, AT)).toBe("This auction was interrupted from 10:05:00 to 10:19:00 (14 min); no time ran meanwhile, and it has gone on. Its end was moved by 14 min, to 10:24:00.");
    expect(haltWords(halt, AT + 1200 * S, AT)).toContain("Its end was moved by 14 min for that. It closes at 10:25:00.");
  });

  it("is told for five minutes or until it is closed, and the next one again", () => {
    const [events, now] = [ref<RoomEvent[]>([opened, told, resumed]), ref<number | null>(AT + 841 * S)];
    const room = ref({ status: "running", stage: { closes: AT + 1140 * S } } as unknown as Room);
    const { words, close } = useHalt(room, events, now);
    expect(words.value).not.toBeNull();
    now.value = AT + 1139 * S;
    expect(words.value).not.toBeNull();
    now.value = AT + 1141 * S;
    expect(words.value).toBeNull();
    now.value = AT + 900 * S;
    close();
    expect(words.value).toBeNull();
    events.value = [...events.value, event(AT + 910 * S, { fact: "suspended", since: AT + 909 * S, reason: "x" }), event(AT + 920 * S, { fact: "resumed", reason: "x" })];
    expect(words.value).toContain("10:20:09");
    room.value = { ...room.value, status: "closed" };
    expect(words.value).toBeNull();
  });
});

let app: App | undefined;
afterEach(() => app?.unmount());
function shown(component: object, props: object): HTMLElement {
  lang.value = "zh";
  const box = document.createElement("div");
  app = createApp({ render: () => h(component as never, props as never) });
  app.mount(box);
  return box;
}
const room = { leaders: [], status: "running", auction: "a", unit: { zh: "元", en: "CNY", scale: 2 }, stage: { kind: "timed" }, lots: [] } as unknown as Room;

describe("what stood still, in the record's lines", () => {
  it("names since when, where the record came to know of it later", () => {
    const box = shown(History, { events: [told], auction: "a", unit: room.unit, me: null, all: false });
    expect(box.querySelector("[data-test=since]")?.textContent).toBe("（自 10:05:00 起停止计时）");
    app?.unmount();
    const at = event(AT, { fact: "suspended", since: AT, reason: "x" });
    expect(shown(History, { events: [at], auction: "a", unit: room.unit, me: null, all: false }).querySelector("[data-test=since]")).toBeNull();
  });
});

describe("where I stand, while nothing is heard", () => {
  const you = { bidder: "01", state: "leading", sentence: { zh: "您目前领先", en: "You lead" }, offer: null, offers: [], actions: { lines: [] } } as unknown as You;
  const state = (live: boolean, status = "running") => shown(MyState, { room: { ...room, status }, you, role: "bidder", live, heard: 0, local: 10 * S }).querySelector("[data-test=my-state]")!;

  it("is marked as old as the price is, and loses its gold", () => {
    const [text, classes] = [state(false).textContent, state(false).className];
    expect(text).toContain("10 秒前的情况");
    expect(classes).toContain("stale");
    expect(classes).not.toContain("sunny");
    expect(state(true).textContent).not.toContain("10 秒前");
    expect(state(true).className).toContain("sunny");
    expect(state(false, "closed").className).not.toContain("stale");
  });
});

describe("a recorded offer whose receipt is late", () => {
  const ask = { type: "bid", ref: "r", amount: 100 };
  const answer = { ask, progress: "logged", i: 26, t: AT, sentence: null, clause: null, nearest: [], looked: null };
  const card = (more: object, late = true) => shown(Answered, { answer: { ...answer, ...more }, followed: { ask, looked: null, late }, room, auction: "a", alone: true, canChoose: false, complaint: () => "{}" });

  it("is one card, that says both and offers no receipt yet", () => {
    const box = card({});
    expect(box.querySelectorAll(".notice")).toHaveLength(1);
    expect(box.querySelector(".notice")?.className).toContain("sunny");
    expect(box.querySelector("[data-test=late]")?.textContent).toContain("已记录 №26；签名的回执已过 5 秒还没有取到");
    expect(box.querySelector("[data-test=receipt]")).toBeNull();
    expect(box.querySelector("[data-test=complaint]")).not.toBeNull();
  });

  it("offers its receipt where nothing is late, and says loudly where no answer came at all", () => {
    expect(card({}, false).querySelector("[data-test=receipt]")).not.toBeNull();
    const silent = card({ progress: "retrying", i: null, t: null });
    expect(silent.querySelectorAll(".notice")).toHaveLength(1);
    expect(silent.querySelector(".notice")?.className).toContain("bad");
    expect(silent.textContent).toContain("还没有拿到成立的回执");
  });

  it("keeps what is late apart from the answer to another request", () => {
    expect(card({ ask: { ...ask, ref: "other" } }).querySelectorAll(".notice")).toHaveLength(2);
  });
});
