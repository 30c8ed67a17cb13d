import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import "../src/i18n/faces";
import { lang } from "../src/preferences";
import Deposit from "../src/room/Deposit.vue";
import type { Mine } from "../src/wire";

const S = 1_000_000;
const BY = 1_772_413_200 * S;
let app: App | undefined;
afterEach(() => app?.unmount());

function said(pay: Mine["pay"], paid: number, now: number): string {
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(Deposit, { deposit: { required: 5_000_000, paid, ok: false }, pay, now }) });
  app.mount(box);
  return box.textContent ?? "";
}

describe("a deposit that is not there", () => {
  const account = "6222000012345678";

  it("says how much, where to and until when", () => {
    const words = said({ by: BY, account }, 0, BY - 90 * S);
    for (const one of ["50,000.00 CNY", "6222 0000 1234 5678", "2026-03-02 09:00:00", "01:30 left"]) expect(words).toContain(one);
  });

  it("asks only for what is missing", () => {
    expect(said({ by: BY, account }, 2_000_000, BY - S)).toContain("30,000.00 CNYdue 50,000.00 CNY, received 20,000.00 CNY");
  });

  it("names no end where there is none", () => {
    const words = said({ by: null, account }, 0, BY);
    expect(words).toContain("until bidding is over");
    expect(words).not.toContain("To arrive before");
  });

  it("sends nobody to an account once it is too late", () => {
    const words = said({ by: BY, account }, 0, BY);
    expect(words).toContain("The time for deposits is over");
    expect(words).not.toContain("6222");
  });
});
