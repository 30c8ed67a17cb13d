import { describe, expect, it } from "vitest";
import * as state from "../src/room/state";
import { course, timeAxis } from "../src/room/course";
import type { Events, Room, RoomEvent, You } from "../src/wire";

const room = {
  auction: "a-1",
  status: "running",
  direction: 1,
  top: 100,
  leaders: ["03"],
  offers: [],
} as unknown as Room;

function event(n: number, more: Partial<RoomEvent> = {}): RoomEvent {
  return { n, i: n, t: n * 10, type: "bid.accepted", who: "03", facts: [], text: { zh: `第${n}`, en: `no ${n}` }, ...more };
}

function events(channel: string, list: RoomEvent[], patch: Partial<Room> = {}, to = list.at(-1)?.n ?? 0): Events {
  return { type: "events", channel, from: list[0]?.n ?? to + 1, to, events: list, room: patch };
}

const opened = state.snapshot(state.nothing(), { type: "snapshot", channel: "public", n: 2, room });

describe("what the page knows", () => {
  it("starts from a snapshot", () => {
    expect(state.shown(opened, ["public"])).toEqual(room);
    expect(opened.cursors).toEqual({ public: 2 });
  });

  it("is the room over HTTP until a channel speaks, never after", () => {
    const early = state.seeded(state.nothing(), { ...room, top: 90 });
    expect(state.shown(early, ["public"])?.top).toBe(90);
    expect(state.shown(state.seeded(opened, { ...room, top: 90 }), ["public"])?.top).toBe(100);
  });

  it("patches whole keys and keeps the rest", () => {
    const { next, gap } = state.events(opened, events("public", [event(3)], { top: 120, leaders: ["05"] }));
    expect(gap).toBe(false);
    expect(state.shown(next, ["public"])).toEqual({ ...room, top: 120, leaders: ["05"] });
    expect(next.cursors["public"]).toBe(3);
    expect(opened.rooms["public"]?.top).toBe(100);
  });

  it("patches without a line when only the room changed", () => {
    const { next } = state.events(opened, events("public", [], { status: "suspended" }, 2));
    expect(state.shown(next, ["public"])?.status).toBe("suspended");
    expect(next.cursors["public"]).toBe(2);
  });

  it("takes no line twice", () => {
    const once = state.events(opened, events("public", [event(3), event(4)])).next;
    const twice = state.events(once, events("public", [event(3), event(4), event(5)])).next;
    expect(twice.events.map((e) => e.n)).toEqual([3, 4, 5]);
  });

  it("asks for a snapshot when a line is missing, and shows none of what came after the hole", () => {
    const { next, gap } = state.events(opened, events("public", [event(5)], { top: 999 }));
    expect(gap).toBe(true);
    expect(next.cursors).toEqual({});
    expect(next.events).toEqual([]);
    expect(state.shown(next, ["public"])?.top).toBe(100);
  });

  it("starts from the first line when it asked from zero", () => {
    const { next, gap } = state.events(state.seeded(state.nothing(), room), events("public", [event(1), event(2)], { top: 130 }));
    expect(gap).toBe(false);
    expect(state.shown(next, ["public"])?.top).toBe(130);
  });

  it("shows the floor of the shared channel, which hears of every change", () => {
    const own = state.snapshot(opened, { type: "snapshot", channel: "bidder:03", n: 0, room: { ...room, top: 50 } });
    const { next } = state.events(own, events("public", [event(3)], { top: 140 }));
    expect(state.shown(next, ["public", "bidder:03"])?.top).toBe(140);
    expect(next.cursors).toEqual({ public: 3, "bidder:03": 0 });
  });

  it("shows one entry once, by whichever channels it came", () => {
    const { next } = state.events(opened, events("public", [event(3, { i: 30, t: 30 })]));
    const both = state.events(next, events("bidder:03", [event(1, { i: 30, t: 30 }), event(2, { i: 31, t: 31, type: "bid.refused" })])).next;
    expect(both.events.map((e) => e.i)).toEqual([30, 31]);
  });

  it("lets the numbered line of one's own stand for the one the sealed floor showed without a number", () => {
    const { next } = state.events(opened, events("public", [event(3, { i: null, t: 30 })]));
    const own = state.events(next, events("bidder:03", [event(1, { i: 30, t: 30 })])).next;
    expect(own.events.map((e) => e.i)).toEqual([30]);
    const later = state.events(own, events("public", [event(4, { i: null, t: 30 })])).next;
    expect(later.events).toHaveLength(1);
  });

  it("orders lines by time, whichever channel was first", () => {
    const own = state.events(opened, events("bidder:03", [event(1, { i: 9, t: 90 })])).next;
    const all = state.events(own, events("public", [event(3, { i: 8, t: 80 }), event(4, { i: 9, t: 90 })])).next;
    expect(all.events.map((e) => e.i)).toEqual([8, 9]);
  });

  it("keeps no more lines than it says", () => {
    const many = Array.from({ length: state.KEPT_EVENTS + 10 }, (_, n) => event(n + 3));
    expect(state.events(opened, events("public", many)).next.events).toHaveLength(state.KEPT_EVENTS);
  });

  it("replaces the bidder's panel as a whole", () => {
    const mine = { bidder: "03", state: "leading" } as unknown as You;
    expect(state.you(opened, mine).you).toEqual(mine);
  });
});

describe("the price's course", () => {
  const stood = (n: number, amount: number, moved = false): RoomEvent =>
    event(n, { t: n * 1e6, facts: [{ fact: "offer_stood", amount }, ...(moved ? [{ fact: "deadline_moved", why: "extension" }] : [])] });

  it("rises with the top only, and marks extensions", () => {
    expect(course(room, [stood(1, 100), stood(2, 90), stood(3, 120, true)])).toEqual({ times: [1, 3], prices: [100, 120], extensions: [3] });
  });

  it("has an axis a minute wide around a single instant", () => {
    expect(timeAxis(1_000, 1_000)).toEqual([970, 1_030]);
    expect(timeAxis(1_000, 1_001)).toEqual([1_000, 1_001]);
    expect(timeAxis(null, null)).toEqual([null, null]);
  });

  it("falls where lower is better", () => {
    expect(course({ ...room, direction: -1 }, [stood(1, 100), stood(2, 90), stood(3, 95)]).prices).toEqual([100, 90]);
  });
});
