/** The pad under a nervous hand: what is said at each press, and what stands beside it from before. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, h, nextTick, shallowRef, type App } from "vue";
import "../src/i18n/faces";
import { lang } from "../src/preferences";
import Pad from "../src/room/Pad.vue";
import { chooseTaps } from "../src/room/oneTap";
import { who } from "../src/session";
import { outdated, type LastAnswer } from "../src/room/useRoom";
import type { Actions, Me, Room, You } from "../src/wire";

const S = 1_000_000;
const unit = { zh: "元", en: "CNY", scale: 2, fen: 1 };
const stage = { id: "timed", kind: "timed", opens: 100 * S, closes: 400 * S, sealed: false };
const room = { auction: "a", status: "running", stage, suspended: null, unit, quantity_unit: null, direction: 1, start: 100_00, top: 100_00, ceiling: null } as unknown as Room;
const actions: Actions = {
  ask: "bid", minimum: 110_00, maximum: null, step: 10_00, quick: [110_00, 120_00], enter: null, quantity_minimum: null, quantity_maximum: null, blocked: null, limits: null,
  round: null, price: null, quantity_step: null, lines: [], also: [], left: null, pending: null, points: null, waivers: null, equal: false,
};
const you = { bidder: "03", lot: null, actions, sentence: { zh: "您目前领先。", en: "You are leading." } } as unknown as You;

let app: App | undefined;
beforeEach(() => {
  vi.useFakeTimers();
  lang.value = "en";
  who.value = { account: "wang" } as Me;
});
afterEach(() => {
  app?.unmount();
  vi.useRealTimers();
});

function pad(more: { state?: You["state"]; hurry?: boolean } = {}) {
  const asked: unknown[] = [];
  let begun = 0;
  const now = shallowRef(actions);
  const box = document.createElement("div");
  app = createApp({ render: () => h(Pad, { room, you: { ...you, actions: now.value, state: more.state ?? "outbid" }, live: true, busy: false, nextTry: null, hurry: more.hurry ?? false, stopped: null, onAsk: (wish: unknown) => void asked.push(wish), onBegin: () => void (begun += 1) }) });
  app.mount(box);
  const at = (name: string): HTMLElement | null => box.querySelector(`[data-test=${name}]`);
  return {
    asked,
    at,
    begun: () => begun,
    /** Somebody else is faster: at least so much is to be offered now. */
    async moved(minimum: number) {
      now.value = { ...actions, minimum, quick: [minimum, minimum + 10_00] };
      await nextTick();
    },
    label: () => at("bid")?.textContent,
    async write(amount: string) {
      const field = at("amount") as HTMLInputElement;
      field.value = amount;
      field.dispatchEvent(new Event("input"));
      await nextTick();
    },
    async press() {
      vi.advanceTimersByTime(600);
      await nextTick();
      at("bid")?.click();
      await nextTick();
    },
  };
}

describe("a bid", () => {
  it("is read back in the reader's words, confirmed once, and puts aside what stood from before", async () => {
    const { asked, at, begun, label, press } = pad();
    expect(at("pad")?.textContent).toContain("one hundred and ten yuan");
    await press();
    expect([begun(), label(), at("far"), at("leads")]).toEqual([1, "Confirm 110.00 CNY", null, null]);
    await press();
    expect(asked).toMatchObject([{ type: "bid", amount: 110_00 }]);
  });

  it("cannot be confirmed once it is too little: that is said, and the new amount read back in its place", async () => {
    const { asked, at, label, moved, press } = pad();
    await press();
    expect(at("moved")).toBeNull();
    await moved(130_00);
    expect(at("moved")?.textContent).toContain("The price has moved");
    expect(at("bid")?.getAttribute("aria-disabled")).toBe("true");
    await press();
    expect(asked).toEqual([]);
    at("instead")?.click();
    await nextTick();
    expect([label(), at("moved")]).toEqual(["Confirm 130.00 CNY", null]);
    expect(at("confirm-panel")?.textContent).toContain("one hundred and thirty yuan");
    await press();
    expect(asked).toMatchObject([{ type: "bid", amount: 130_00 }]);
  });

  it("below the least is asked for all the same where it was so from the first: the house says why not", async () => {
    const { asked, at, press, write } = pad();
    await write("105");
    await press();
    expect(at("moved")).toBeNull();
    await press();
    expect(asked).toMatchObject([{ type: "bid", amount: 105_00 }]);
  });

  it("that jumps far is confirmed twice, and each press says which it is", async () => {
    const { asked, at, label, press, write } = pad();
    await write("900");
    await press();
    expect(label()).toBe("Confirm 900.00 CNY, 1 of 2");
    expect(at("far")?.textContent).toContain("two confirmations");
    await press();
    expect(asked).toEqual([]);
    expect(label()).toBe("Bid 900.00 CNY, 2 of 2");
    expect(at("far")?.textContent).toContain("Not bid yet");
    // A hand that hits twice in one go has confirmed nothing.
    at("bid")?.click();
    expect(asked).toEqual([]);
    await press();
    expect(asked).toMatchObject([{ amount: 900_00 }]);
  });
});

describe("one tap in the last minute", () => {
  afterEach(() => chooseTaps("wang", "a", false));

  it("bids for who was outbid, and asks who leads already", async () => {
    chooseTaps("wang", "a", true);
    const behind = pad({ hurry: true });
    await behind.press();
    expect(behind.asked).toMatchObject([{ amount: 110_00 }]);
    app?.unmount();
    const ahead = pad({ hurry: true, state: "leading" });
    await ahead.press();
    expect(ahead.asked).toEqual([]);
    expect(ahead.at("leads")?.textContent).toBe("You are leading. Once confirmed, this amount replaces it.");
  });
});

describe("a refusal", () => {
  const at = (t: number | null, progress: LastAnswer["progress"] = "refused") => ({ progress, t });
  const halted = { status: "suspended", stage, suspended: { since: 200 * S } } as unknown as Room;

  it("is of the past once bidding was suspended, or another stage has opened", () => {
    expect(outdated(at(150 * S), room, 160 * S)).toBe(false);
    expect(outdated(at(150 * S), halted, 210 * S)).toBe(true);
    expect(outdated(at(90 * S), room, 160 * S)).toBe(true);
  });

  it("stays where it is newer than that, or the next stage has yet to open", () => {
    expect(outdated(at(205 * S), halted, 210 * S)).toBe(false);
    expect(outdated(at(90 * S), room, 95 * S)).toBe(false);
    // After the end the answer of the last second stays to be read.
    expect(outdated(at(90 * S), { ...room, status: "closed" }, 500 * S)).toBe(false);
  });

  it("is meant alone: what was taken stays, and what has no time of its own", () => {
    expect(outdated(at(90 * S, "signed"), room, 160 * S)).toBe(false);
    expect(outdated(at(null, "error"), halted, 210 * S)).toBe(false);
    expect(outdated(null, room, 160 * S)).toBe(false);
  });
});
