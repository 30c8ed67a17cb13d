import { createApp, h, nextTick } from "vue";
import { afterEach, expect, it, vi } from "vitest";
import "../src/i18n/pages";
import Transcripts from "../src/parts/Transcripts.vue";
import { lang } from "../src/preferences";

afterEach(() => vi.unstubAllGlobals());

async function offered(forms: string[]): Promise<{ buttons: string[]; text: string }> {
  lang.value = "zh";
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ forms, extra: "report" }), { headers: { "Content-Type": "application/json" } }));
  const place = document.createElement("div");
  const app = createApp({ render: () => h(Transcripts, { auction: "a", audience: "public" }) });
  app.mount(place);
  await vi.waitFor(() => expect(place.querySelectorAll("button")).toHaveLength(2 * forms.length));
  await nextTick();
  const found = { buttons: [...place.querySelectorAll("button")].map((one) => one.textContent ?? ""), text: place.textContent ?? "" };
  app.unmount();
  return found;
}

it("offers the papers that this house can make, and says what brings the others", async () => {
  const all = await offered(["html", "pdf", "xlsx"]);
  expect(all.buttons).toEqual(["HTML", "PDF", "XLSX", "HTML", "PDF", "XLSX"]);
  expect(all.text).not.toContain("report");
  const plain = await offered(["html"]);
  expect(plain.buttons).toEqual(["HTML", "HTML"]);
  expect(plain.text).toContain("需要附加组件 report");
});
