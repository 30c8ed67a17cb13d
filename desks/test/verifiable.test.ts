import { createApp, type App } from "vue";
import { afterEach, expect, it, vi } from "vitest";
import "../src/i18n/pages";
import { lang } from "../src/preferences";

const why = { zh: "本场允许自动出价，档案不公开。", en: "The archive holds secret limits." };
let app: App | undefined;
afterEach(() => {
  app?.unmount();
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function opened(answer: object): Promise<HTMLElement> {
  history.replaceState(null, "", "/verify?auction=a");
  const answers: Record<string, object> = { "/api/me": { account: null, csrf: "c" }, "/api/auctions/a/verifiable": answer };
  vi.stubGlobal("fetch", async (path: string) => new Response(path in answers ? JSON.stringify(answers[path]) : "policy\n", { headers: { "Content-Type": "application/json" } }));
  // The page reads the address when it is loaded.
  const { default: Desk } = await import("../src/verify/Desk.vue");
  const place = document.createElement("div");
  app = createApp(Desk);
  app.mount(place);
  await vi.waitFor(() => expect(place.querySelector("textarea")?.value).toBe("policy\n"));
  return place;
}

it("says calmly why an archive is not public, and what can be kept instead", async () => {
  lang.value = "zh";
  const place = await opened({ archive: false, why, checkpoint: "log\n3\nroot\n" });
  const told = place.querySelector("[data-test=withheld]")!;
  expect(told.textContent).toContain(why.zh);
  expect(told.querySelector("[data-test=checkpoint]")?.getAttribute("download")).toBe("a.checkpoint");
  expect(place.querySelector("[data-test=fetch-archive], [data-test=failure], [role=alert].bad:not([data-test=unable])")).toBeNull();
});

it("offers the archive where it may be had", async () => {
  const place = await opened({ archive: true, why: null, checkpoint: "log\n3\nroot\n" });
  expect(place.querySelector("[data-test=fetch-archive]")).not.toBeNull();
  expect(place.querySelector("[data-test=withheld]")).toBeNull();
});
