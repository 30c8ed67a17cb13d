/** Addresses that lead to one entry, and back to it after signing in. */
import { describe, expect, it } from "vitest";
import { afterSignIn, audited, own, signIn, policyAt } from "../src/links";

const at = (address: string): Location => new URL(address, "https://bid.example.cn") as unknown as Location;

describe("an address", () => {
  it("leads to one entry of one auction", () => {
    expect(audited("land")).toBe("/audit#/land");
    expect(audited("land", 7)).toBe("/audit#/land/7");
    expect(audited("land", 0, "q/A+=")).toBe("/audit#/land/0/q%2FA%2B%3D");
    expect(own("land", 7)).toBe("/home#/result/land/7");
  });

  it.each(["/audit#/land/7", "/audit?show=bids&bidder=02#/land/0/q%2FA%2B%3D", "/oversight?figure=premium#/leads/ab-1", "/home#/result/land/7"])("%s is come back to after signing in", (address) => {
    expect(afterSignIn(at(signIn(at(address))))).toBe(address);
  });

  it("of the verification page asks the house whose receipt it is", () => {
    expect(policyAt(at("/verify?auction=land")).policy("land")).toBe("/api/auctions/land/policy");
    const practice = policyAt(at("/verify?auction=land&practice=0123456789abcdef"));
    expect([practice.practice, practice.policy("land")]).toEqual([true, "/api/practice/0123456789abcdef/auctions/land/policy"]);
    expect(policyAt(at("/verify?auction=land&practice=../../x")).policy("land")).toBe("/api/auctions/land/policy");
  });

  it.each(["//elsewhere.example", "/\\\\elsewhere.example", "https://elsewhere.example/", "javascript:alert(1)", "/audit#<b>", "/audit\n//x"])("%s is none of ours", (next) => {
    expect(afterSignIn(at(`/sign-in?next=${encodeURIComponent(next)}`))).toBe("/");
  });
});
