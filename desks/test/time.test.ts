import { describe, expect, it } from "vitest";
import { ServerClock, announcement, clock, countdown, exactMoment, fromField, moment, remaining, span, toField, toMicros, when } from "../src/time";

const S = 1_000_000;

/** An exchange with a server that is `offset` ahead, over a line with these delays. */
function exchange(at: number, offset: number, there: number, back: number, work = 50) {
  const serverReceived = at + there + offset;
  return { sent: at, serverReceived, serverSent: serverReceived + work, received: at + there + work + back };
}

describe("the server's clock", () => {
  it("is unknown before anything was heard", () => {
    const clock = new ServerClock();
    expect(clock.known).toBe(false);
    expect(clock.now(5)).toBeNull();
  });

  it("is exact over a line with equal delays", () => {
    const clock = new ServerClock();
    clock.add(exchange(1_000, 7 * S, 20_000, 20_000));
    expect(clock.offset).toBe(7 * S);
    expect(clock.uncertainty).toBe(20_000);
    expect(clock.trip).toBe(40_000);
  });

  it("takes the median of the quickest trips and lets slow ones go", () => {
    const clock = new ServerClock();
    for (let n = 0; n < 5; n += 1) clock.add(exchange(n * S, 7 * S, 10_000, 10_000 + n * 10));
    for (let n = 0; n < 20; n += 1) clock.add(exchange(10 * S + n * S, 7 * S, 900_000, 10_000));
    expect(Math.abs((clock.offset ?? 0) - 7 * S)).toBeLessThan(50);
    expect(clock.uncertainty).toBe(10_000);
  });

  it("is never wrong by more than it says", () => {
    let seed = 12_345;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round += 1) {
      const clock = new ServerClock();
      for (let n = 0; n < 9; n += 1) {
        clock.add(exchange(n * S, 3 * S, Math.round(chance() * 200_000), Math.round(chance() * 200_000)));
      }
      const slowest = 200_000;
      expect(Math.abs((clock.offset as number) - 3 * S)).toBeLessThanOrEqual(slowest);
      expect(clock.uncertainty as number).toBeLessThanOrEqual(slowest);
    }
  });

  it("never shows a time before a stamp that has arrived", () => {
    const clock = new ServerClock();
    clock.add(exchange(0, 7 * S, 100_000, 0));
    clock.passed(8 * S + 7 * S + 90_000, 8 * S);
    expect(clock.now(8 * S)).toBe(15 * S + 90_000);
  });

  it("throws out what cannot be: an answer that left before the question came", () => {
    const clock = new ServerClock();
    clock.add({ sent: 100, serverReceived: 0, serverSent: 500, received: 200 });
    expect(clock.known).toBe(false);
  });

  it("forgets after a sleep", () => {
    const clock = new ServerClock();
    clock.add(exchange(0, S, 10, 10));
    clock.forget();
    expect(clock.known).toBe(false);
  });
});

describe("what remains, in a list", () => {
  it("has no tenths, and never stands at nothing while what follows is not known", () => {
    expect([61 * S, 59_900_000, S, S - 1, 0, -5 * S].map((micros) => remaining(micros, "en"))).toEqual(["01:01", "00:59", "00:01", "…", "…", "…"]);
  });
});

describe("the countdown", () => {
  it.each([
    [12_345_678, "00:12.3"],
    [59_999_999, "00:59.9"],
    [60 * S, "01:00"],
    [252 * S + 999_999, "04:12"],
    [3_599 * S, "59:59"],
    [3_600 * S, "01:00:00"],
    [86_399 * S, "23:59:59"],
    [99_999, "00:00.0"],
    [0, "00:00.0"],
    [-5 * S, "00:00.0"],
  ])("%d µs is %s", (micros, text) => {
    expect(countdown(micros, "zh")).toBe(text);
    expect(countdown(micros, "en")).toBe(text);
  });

  it("counts days in words", () => {
    expect(countdown((2 * 86_400 + 3_661) * S, "zh")).toBe("2 天 01:01:01");
    expect(countdown((2 * 86_400 + 3_661) * S, "en")).toBe("2 d 01:01:01");
  });

  it("is announced at five minutes, one minute, thirty and ten seconds, once each", () => {
    const said: number[] = [];
    let before: number | null = null;
    for (let left = 400 * S; left > 0; left -= 100_000) {
      const due = announcement(before, left);
      if (due !== null) said.push(due);
      before = left;
    }
    expect(said).toEqual([300, 60, 30, 10]);
  });

  it("says only the nearest one after a jump, and none for a room just entered or a deadline moved on", () => {
    expect(announcement(400 * S, 8 * S)).toBe(10);
    expect(announcement(null, 8 * S)).toBeNull();
    expect(announcement(8 * S, 240 * S)).toBeNull();
  });
});

describe("instants as text, in the centre's civil time", () => {
  const at = Date.UTC(2026, 2, 2, 2, 3, 59, 999) * 1000 + 123;
  it("names date and time", () => {
    expect(moment(at)).toBe("2026-03-02 10:03:59");
    expect(clock(at, true)).toBe("10:03:59.999");
    expect(exactMoment(at)).toBe("2026-03-02 10:03:59.999123");
    expect(moment(Date.UTC(2026, 11, 31, 16) * 1000)).toBe("2027-01-01 00:00:00");
  });
  it("names the day only where it is another one", () => {
    expect(when(at, at + 3_600_000_000)).toBe("10:03:59");
    expect(when(at, at + 14 * 3_600_000_000)).toBe("2026-03-02 10:03:59");
    expect(when(at, null)).toBe("2026-03-02 10:03:59");
  });
  it("goes through a form's field and back", () => {
    expect(toField(at)).toBe("2026-03-02T10:03:59");
    expect(fromField("2026-03-02T10:03")).toBe("2026-03-02T10:03:00+08:00");
    expect(toMicros(fromField("2026-03-02T10:03:59.5"))).toBe(Date.UTC(2026, 2, 2, 2, 3, 59, 500) * 1000);
    expect(fromField("2. März")).toBeNull();
    expect(toMicros("tomorrow")).toBeNull();
  });
  it("says how long something lasts", () => {
    expect(span(240, "zh")).toBe("4 分钟");
    expect(span(5_400, "en")).toBe("1 h 30 min");
    expect(span(0, "en")).toBe("0 s");
  });
});
