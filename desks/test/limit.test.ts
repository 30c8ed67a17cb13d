import { describe, expect, it } from "vitest";
import { bidFor, misses, standing } from "../src/room/limit";
import type { RoomEvent, You } from "../src/wire";

const up = { direction: 1 } as const;
const down = { direction: -1 } as const;

function mine(limit: number | null, state: You["state"], limits: [number, number] | null): You {
  return { limit, state, actions: { limits } } as unknown as You;
}

describe("a secret limit", () => {
  it("is off until one is set", () => expect(standing(up, mine(null, "none", [100, 900]))).toBe("off"));

  it("is on while its owner leads, whatever else may be set", () => {
    expect(standing(up, mine(200, "leading", [150, 900]))).toBe("on");
    expect(standing(up, mine(200, "leading", null))).toBe("on");
  });

  it("is used up once the price has passed it, in either direction", () => {
    expect(standing(up, mine(200, "outbid", [210, 900]))).toBe("used");
    expect(standing(up, mine(200, "outbid", [200, 900]))).toBe("on");
    expect(standing(down, mine(200, "outbid", [190, 1]))).toBe("used");
    expect(standing(down, mine(200, "outbid", [200, 1]))).toBe("on");
  });

  it("is advised against beyond the bounds the server gave", () => {
    const rising = mine(null, "outbid", [100, 900]);
    expect(misses(99, up, rising)).toEqual({ bound: "nearest", amount: 100 });
    expect(misses(100, up, rising)).toBeNull();
    expect(misses(901, up, rising)).toEqual({ bound: "farthest", amount: 900 });
    const falling = mine(null, "outbid", [900, 100]);
    expect(misses(901, down, falling)).toEqual({ bound: "nearest", amount: 900 });
    expect(misses(99, down, falling)).toEqual({ bound: "farthest", amount: 100 });
    expect(misses(5, up, mine(null, "none", null))).toBeNull();
  });
});

describe("an entry", () => {
  const facts = [
    { fact: "offer_stood", bidder: "05", amount: 110 },
    { fact: "offer_stood", bidder: "03", amount: 120 },
    { fact: "raised_by_house", bidder: "03", since: 4 },
  ];
  const event = { who: "05", facts } as unknown as RoomEvent;

  it("is marked for whom the server bid, not for who caused it", () => {
    expect(bidFor(event, "03")).toBe(true);
    expect(bidFor(event, "05")).toBe(false);
    expect(bidFor(event, null)).toBe(false);
  });
});
