import { describe, expect, it } from "vitest";
import { HEIGHT, plot } from "../src/room/plot";

const T = 1_772_413_200; // 09:00 in Beijing
const course = (times: number[], prices: number[], extensions: number[] = []) => ({ times, prices, extensions });

describe("the sheet", () => {
  it("has nothing to draw before the first price, or without a width", () => {
    expect(plot(course([], []), 2, 400, null, [])).toBeNull();
    expect(plot(course([T], [100]), 2, 0, null, [])).toBeNull();
  });

  it("steps over and up, and holds the last price to the end", () => {
    const drawn = plot(course([T, T + 60], [10_000, 20_000]), 2, 400, (T + 120) * 1e6, []);
    if (!drawn) throw new Error("nothing drawn");
    const [[x1, y1], [x2, y2]] = drawn.points as [[number, number], [number, number]];
    expect(drawn.path).toBe(`M${x1} ${y1}H${x2}V${y2}H${drawn.right}`);
    expect(x1).toBe(drawn.left);
    expect(x2).toBeCloseTo((drawn.left + drawn.right) / 2, 0);
    expect(y2).toBeLessThan(y1);
    for (const [x, y] of drawn.points) {
      expect(x).toBeGreaterThanOrEqual(drawn.left);
      expect(y).toBeGreaterThan(drawn.top);
      expect(y).toBeLessThan(drawn.bottom);
    }
  });

  it("puts a single price in the middle of both axes", () => {
    const drawn = plot(course([T], [12_345]), 2, 400, null, []);
    if (!drawn) throw new Error("nothing drawn");
    const [[x, y]] = drawn.points as [[number, number]];
    expect(x).toBeCloseTo((drawn.left + drawn.right) / 2, 0);
    expect(y).toBeCloseTo((drawn.top + drawn.bottom) / 2, 0);
    // It stands: a line, and not a dot.
    expect(drawn.path).toBe(`M${x} ${y}H${drawn.right}`);
  });

  it("marks extensions and ends that lie on it, and no others", () => {
    const drawn = plot(course([T, T + 100], [1, 2], [T + 50, T + 900]), 0, 400, null, [T + 100, T - 5]);
    expect(drawn?.extensions).toHaveLength(1);
    expect(drawn?.ends).toEqual([drawn?.right]);
  });
});

describe("the labels", () => {
  it("name the days of a listing, and the date where a session runs over midnight", () => {
    const labels = (from: number, seconds: number): string[] | undefined => plot(course([from], [100]), 2, 500, (from + seconds) * 1e6, [])?.hours.map((mark) => mark.label);
    expect(labels(T, 5 * 86_400)).toEqual(["03-03", "03-04", "03-05", "03-06", "03-07"]);
    expect(labels(T, 30 * 3600)).toContain("03-03");
    expect(labels(T, 600)).not.toContain("03-02");
  });

  it("are whole amounts, in order, and never touch", () => {
    for (const [low, high] of [[1, 2], [100, 101], [99_999, 1_000_000_000], [5, 5]] as const) {
      const drawn = plot(course([T, T + 60], [low, high]), 2, 800, null, []);
      if (!drawn) throw new Error("nothing drawn");
      const at = drawn.prices.map((mark) => mark.at);
      expect(at).toEqual([...at].sort((a, b) => b - a));
      for (let i = 1; i < at.length; i += 1) expect((at[i - 1] ?? 0) - (at[i] ?? 0)).toBeGreaterThan(20);
      expect(Math.max(...at)).toBeLessThanOrEqual(HEIGHT);
    }
  });

  it("name hours and minutes; seconds only where minutes would repeat", () => {
    expect(plot(course([T, T + 3600], [1, 2]), 0, 400, null, [])?.hours.map((mark) => mark.label)).toContain("09:00");
    const near = plot(course([T, T + 20], [1, 2]), 0, 400, null, [])?.hours.map((mark) => mark.label) ?? [];
    expect(near[0]).toBe("09:00:00");
    expect(new Set(near).size).toBe(near.length);
  });

  it("leave out the points of a crowd, never the line", () => {
    const many = Array.from({ length: 500 }, (_, i) => i);
    const drawn = plot(course(many.map((i) => T + i), many), 0, 400, null, []);
    expect(drawn?.points).toEqual([]);
    expect(drawn?.path.split("V")).toHaveLength(500);
  });
});
