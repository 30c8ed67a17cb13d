import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, type App } from "vue";
import "../src/i18n/pages";
import "../src/i18n/public";
import ServiceStatus from "../src/board/ServiceStatus.vue";
import { bySession, decided, fromTo, givenBack, type Interruption, type Service } from "../src/board/service";
import { lang } from "../src/preferences";
import { lasting } from "../src/time";

const S = 1_000_000;
/** 2026-03-02 10:05:00 in Beijing. */
const AT = Date.UTC(2026, 2, 2, 2, 5) * 1000;
const both = (words: string) => ({ zh: words, en: words });
const row = (more: Partial<Interruption> = {}): Interruption => ({
  auction: "a", title: both("A"), archive: true, number: 1, entry: 7, cause: "service", reason: both("停电"), since: AT, told: AT + 480 * S, resumes: AT + 840 * S,
  ended: AT + 840 * S, outcome: "resumed", by: "two", why: both("机房恢复供电"), given: 840 * S, closes: AT + 1140 * S, messages: [], ...more,
});
const sums = (auction: string, service = 840 * S, all = service) => ({ auction, title: both(auction.toUpperCase()), status: "running" as const, times: 1, service, all });
const service = (more: Partial<Service> = {}): Service => ({ now: AT, state: "quiet", complete: true, heard: null, running: 0, suspended: 0, unreadable: [], days: 30, sessions: [], interruptions: [], ...more });

describe("what was interrupted", () => {
  it("stands by session, the latest first, whatever the order of the sums", () => {
    const found = bySession(service({ sessions: [sums("a"), sums("b")], interruptions: [row({ auction: "b" }), row({ number: 2 }), row()] }));
    expect(found.map((one) => [one.auction, one.rows.map((each) => each.number)])).toEqual([["b", [1]], ["a", [2, 1]]]);
  });

  it("says from when to when and how long, never nothing", () => {
    expect(fromTo(AT, AT + 840 * S)).toBe("2026-03-02 10:05:00 – 10:19:00");
    expect(fromTo(AT, AT + 86_400 * S)).toBe("2026-03-02 10:05:00 – 2026-03-03 10:05:00");
    expect(fromTo(AT, null)).toBe("2026-03-02 10:05:00");
    expect([lasting(1, "zh"), lasting(840 * S, "zh"), lasting(60 * S + 40_000, "en"), lasting(60 * S + 600_000, "en")]).toEqual(["1 秒", "14 分钟", "1 min", "1 min 1 s"]);
  });

  it.each([
    [{}, "由一人提请、另一人确认后恢复。", "机房恢复供电"],
    [{ by: "officer" as const }, "由一名工作人员恢复。", "机房恢复供电"],
    [{ by: "rule" as const }, "按公告的规则自动恢复。", null],
    [{ outcome: "open" as const, ended: null, by: null, resumes: null, why: null }, "等待恢复。", null],
    [{ outcome: "open" as const, ended: null }, "已公告于 2026-03-02 10:19:00 恢复。", "机房恢复供电"],
    [{ outcome: "again" as const }, "恢复之前再次中止。", null],
    [{ outcome: "over" as const, by: "two" as const }, "没有恢复，本场终止。", "机房恢复供电"],
  ])("what came after: %j", (more, words, why) => {
    lang.value = "zh";
    expect(decided(row(more), "zh")).toEqual({ words, why });
  });

  it("says what time was given back", () => {
    lang.value = "zh";
    expect(givenBack(row(), "zh")).toBe("截止时间推迟 14 分钟，改为 2026-03-02 10:24:00。");
    // 41 seconds stood still, and a full countdown was given again.
    expect(givenBack(row({ ended: AT + 41 * S, given: 196 * S }), "zh")).toBe("截止时间推迟 3 分钟 16 秒，改为 2026-03-02 10:24:00。其中 2 分钟 35 秒 超出中断的时间：按公告，重新给予了完整的时间。");
    expect(givenBack(row({ given: 0 }), "zh")).toBe("截止时间为 2026-03-02 10:24:00。");
    expect(givenBack(row({ given: null }), "zh")).toBe(null);
  });
});

describe("the page", () => {
  let app: App | undefined;
  afterEach(() => {
    app?.unmount();
    vi.unstubAllGlobals();
  });

  async function shown(answer: Service | number): Promise<HTMLElement> {
    const response = typeof answer === "number" ? new Response("<p>gone</p>", { status: answer }) : Response.json(answer);
    vi.stubGlobal("fetch", async () => response);
    const box = document.createElement("div");
    app = createApp(ServiceStatus);
    app.mount(box);
    await vi.waitFor(() => expect(box.querySelector("[data-test=state] .notice")).not.toBe(null));
    return box;
  }
  const state = (box: HTMLElement): string => box.querySelector("[data-test=state]")?.textContent ?? "";

  it("is calm where there is nothing to tell", async () => {
    lang.value = "zh";
    const box = await shown(service());
    expect(state(box)).toContain("服务正常，目前没有进行中的场次。");
    expect(box.querySelector("[data-test=none]")?.textContent).toBe("最近 30 天内，没有场次中断或者中止。");
  });

  it("says when the last write was confirmed, and what each session lost", async () => {
    lang.value = "en";
    const box = await shown(service({ state: "taking", running: 2, heard: AT - S, sessions: [sums("a", 60 * S, 900 * S)], interruptions: [row()] }));
    expect(state(box)).toContain("Running: 2. Last write confirmed at 10:04:59.");
    const text = box.querySelector("[data-auction=a]")?.textContent ?? "";
    expect(text).toContain("Times it stood still: 1, for 15 min in all. Of that for want of service: 1 min.");
    expect(text).toContain("confirmed. The end was moved by 14 min");
    expect(box.querySelector("[data-auction=a] a")?.getAttribute("href")).toBe("/room/a");
    expect([...box.querySelectorAll("[lang=zh-CN]")].map((one) => one.textContent)).toEqual(["停电", "机房恢复供电"]);
  });

  it("offers to verify a record only where everybody can have it", async () => {
    const rows = [row({ auction: "a", archive: true }), row({ auction: "b", archive: false })];
    const box = await shown(service({ sessions: [sums("a", 0, S), sums("b", 0, S)], interruptions: rows }));
    expect(["a", "b"].map((name) => box.querySelector(`[data-auction=${name}] a[href^="/verify"]`) !== null)).toEqual([true, false]);
  });

  it("tells neither a state nor a time without writes where bids cannot be taken, and always what it means", async () => {
    lang.value = "en";
    const box = await shown(service({ state: "away", complete: false, running: 2, heard: AT - 9 * S }));
    // What was not read to its end is no word that there was nothing.
    expect([box.querySelector("[data-test=incomplete]") !== null, box.querySelector("[data-test=none]")]).toEqual([true, null]);
    expect(state(box)).toBe("No bids can be taken at the moment.");
    expect(box.textContent).toContain("A bid with a receipt stands");
  });

  it("does not take the word of a front server for an answer", async () => {
    lang.value = "en";
    const box = await shown(503);
    expect(state(box)).toContain("The centre cannot be reached for the moment.");
    expect(state(box)).toContain("Check the network");
    expect(box.textContent).toContain("A bid with a receipt stands");
  });
});
