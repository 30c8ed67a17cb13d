/** A guarantee as it is sealed: the same bytes as the house reads, and nothing of it in the box. */
import { describe, expect, it } from "vitest";
import { commitOf, freshNonce, plainOf, sealed } from "../src/home/guarantee";
import { toHex } from "../src/proof/text";

const TOLD = { auction: "land", bidder: "03", issuer: "中山某某银行", number: "BH-2026-001", amount: 50_000, until: 1_772_413_200_000_000, nonce: "ab".repeat(16) };
/** Both keys of the secret 00 01 02 … 1f would do; any sound X25519 and P-256 key does here. */
const PUBLIC = { x: "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=" };

describe("a sealed guarantee", () => {
  it("has the commitment and the bytes that the house computes", async () => {
    expect(await commitOf(TOLD)).toBe("iCxb0K3TI/DNVe8G5T7hHm5/QwrwiUrgKcJa6TERWCc=");
    const plain = plainOf(TOLD);
    expect(plain.length).toBe(1024);
    expect(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", plain.slice())))).toBe("25d2e6778a6b5900441c58e146e99858bdff3c8dd62c467008c0356012ea8bf4");
  });

  it("is equally long whatever it says, and says nothing in the clear", async () => {
    const one = await sealed(TOLD, PUBLIC.x, "bid.example.cn/log/land");
    const other = await sealed({ ...TOLD, issuer: "银".repeat(120), amount: 1 }, PUBLIC.x, "bid.example.cn/log/land");
    expect(atob(one.box).length).toBe(32 + 1024 + 16);
    expect(atob(other.box).length).toBe(atob(one.box).length);
    expect(atob(one.box)).not.toContain("BH-2026-001");
  });

  it("does not cut what does not fit", () => {
    expect(() => plainOf({ ...TOLD, issuer: "银".repeat(400) })).toThrow(RangeError);
    expect(freshNonce()).toMatch(/^[0-9a-f]{32}$/);
  });
});
