import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feed, type Link } from "../src/room/feed";

/** A line that does what the test says. */
class Line {
  static OPEN = 1;
  static CLOSED = 3;
  static made: Line[] = [];
  readyState = Line.OPEN;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: { type: string; cursors?: unknown }[] = [];
  constructor() {
    Line.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }
  close(): void {
    this.readyState = Line.CLOSED;
  }
  welcome(): void {
    this.onopen?.();
    this.onmessage?.({ data: JSON.stringify({ type: "welcome", v: 1, auction: "a", channels: ["public"], role: "bidder", bidder: "01", now: 1, build: "b" }) });
  }
  /** What was sent since the last look, by name. */
  said(): string[] {
    return this.sent.splice(0).map((frame) => frame.type);
  }
}

let links: Link[] = [];
let feed: Feed;
let matters = true;
const last = (): Line => Line.made.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  [links, Line.made] = [[], []];
  const cursors = (): Record<string, number> => ({ public: 7 });
  feed = new Feed({ address: "ws://x", auction: "a", csrf: () => null, cursors, matters: () => matters }, { link: (link) => links.push(link), frame: () => undefined, heard: () => undefined });
  feed.open();
  last().welcome();
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a house that is away for long", () => {
  /** The pauses of so many tries that all fail, milliseconds. */
  function pauses(tries: number): number[] {
    const found: number[] = [];
    for (let n = 0; n < tries; n += 1) {
      last().onclose?.({ code: 1006 });
      const made = Line.made.length;
      let waited = 0;
      while (Line.made.length === made) {
        vi.advanceTimersByTime(50);
        waited += 50;
      }
      found.push(waited);
    }
    return found;
  }

  it("is tried every two seconds while its session goes on, and ever less often once that is over", () => {
    expect(pauses(10)).toEqual([250, 500, 800, 1_200, ...Array<number>(6).fill(2_000)]);
    matters = false;
    expect(pauses(2)).toEqual([15_000, 15_000]);
    matters = true;
  });

  it("is tried by each page at another moment", () => {
    pauses(5);
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(pauses(1)).toEqual([1_500]);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    expect(pauses(1)).toEqual([2_500]);
  });

  it("is tried at once when the machine has a network again, or the page is looked at", () => {
    pauses(6);
    last().onclose?.({ code: 1006 });
    const before = Line.made.length;
    feed.distrust();
    expect(Line.made.length).toBe(before + 1);
    // A try that was made while there was no network may hang: it is not waited for.
    feed.distrust();
    expect(Line.made.length).toBe(before + 2);
  });
});

describe("a line that falls silent", () => {
  it("is believed for twelve seconds, and for four where seconds count", () => {
    vi.advanceTimersByTime(11_900);
    expect(feed.welcome).not.toBeNull();
    vi.advanceTimersByTime(200);
    expect(feed.welcome).toBeNull();
    vi.advanceTimersByTime(1_000);
    last().welcome();
    feed.hasten(true);
    vi.advanceTimersByTime(3_900);
    expect(feed.welcome).not.toBeNull();
    vi.advanceTimersByTime(200);
    expect(feed.welcome).toBeNull();
  });

  it("is asked more often where seconds count", () => {
    vi.advanceTimersByTime(3_000);
    last().onmessage?.({ data: JSON.stringify({ type: "time", c: 0, r: 0, s: 0 }) });
    last().said();
    vi.advanceTimersByTime(3_000);
    expect(last().said().length).toBeLessThan(2);
    feed.hasten(true);
    expect(last().said()).toEqual(["time"]);
    vi.advanceTimersByTime(3_100);
    expect(last().said()).toEqual(["time", "time"]);
  });
});

describe("a line on which an answer is due", () => {
  const say = (frame: object): void => last().onmessage?.({ data: JSON.stringify(frame) });

  it("is left after two seconds of silence, and the way back is tried again soon", () => {
    expect(feed.send({ type: "bid", ref: "r" } as never)).toBe(true);
    expect(last().said().slice(-2)).toEqual(["bid", "time"]);
    vi.advanceTimersByTime(1_900);
    expect(feed.welcome).not.toBeNull();
    vi.advanceTimersByTime(200);
    expect(feed.welcome).toBeNull();
    // Nobody answers at first: four tries within three seconds.
    const before = Line.made.length;
    for (const wait of [250, 500, 800, 1_200]) {
      vi.advanceTimersByTime(wait);
      last().onclose?.({ code: 1006 });
    }
    expect(Line.made.length).toBe(before + 4);
  });

  it("is kept as long as anything is heard, and as a calm one once the answer is there", () => {
    feed.send({ type: "bid", ref: "r" } as never);
    for (let n = 0; n < 5; n += 1) {
      vi.advanceTimersByTime(1_500);
      expect(last().said()).toContain("time");
      say({ type: "time", c: 0, r: 0, s: 0 });
    }
    say({ type: "accepted", ref: "r", i: 1, t: 1, facts: [] });
    vi.advanceTimersByTime(11_900);
    expect(feed.welcome).not.toBeNull();
  });

  it("is given the time that a slow line takes", () => {
    const sent = Math.round(performance.now() * 1000) - 700_000;
    say({ type: "time", c: sent, r: 0, s: 0 });
    feed.send({ type: "bid", ref: "r" } as never);
    vi.advanceTimersByTime(3_400);
    expect(feed.welcome).not.toBeNull();
    vi.advanceTimersByTime(200);
    expect(feed.welcome).toBeNull();
  });
});

describe("a machine without a network", () => {
  it("knows it at once, and begins where it stopped as soon as there is one", () => {
    expect(links.at(-1)).toEqual({ state: "live" });
    feed.cut();
    expect(links.at(-1)?.state).toBe("waiting");
    expect(feed.send({ type: "bid", ref: "r" } as never)).toBe(false);
    const before = Line.made.length;
    feed.distrust();
    expect(Line.made.length).toBe(before + 1);
    // The way back is not the way in: who was connected is told that he is not.
    expect(links.at(-1)).toEqual({ state: "connecting", again: true });
    last().onopen?.();
    expect(last().sent[0]).toMatchObject({ type: "hello", cursors: { public: 7 } });
  });

  it("opens nothing after the page has left", () => {
    feed.close();
    const before = Line.made.length;
    feed.cut();
    feed.distrust();
    vi.advanceTimersByTime(60_000);
    expect(Line.made.length).toBe(before);
  });
});
