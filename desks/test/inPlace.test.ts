import { afterEach, beforeEach, expect, it } from "vitest";
import { createApp, defineComponent, h, nextTick, ref, useTemplateRef, type App } from "vue";
import { useInPlace } from "../src/parts/inPlace";

const open = ref(false);
const Act = defineComponent({
  setup() {
    useInPlace(useTemplateRef<HTMLElement>("root"), () => open.value, () => (open.value = false));
    return () =>
      h("section", { ref: "root" }, [
        open.value
          ? h("form", [h("textarea"), h("button", { type: "button", onClick: () => (open.value = false) }, "do")])
          : [h("button", { type: "button", id: "first" }, "first"), h("button", { type: "button", id: "act", onClick: () => (open.value = true) }, "act")],
      ]);
  },
});

let app: App;
let page: HTMLElement;
const at = (what: string): HTMLElement => page.querySelector<HTMLElement>(what)!;

beforeEach(() => {
  open.value = false;
  page = document.createElement("div");
  document.body.append(page, Object.assign(document.createElement("input"), { id: "elsewhere" }));
  app = createApp(Act);
  app.mount(page);
});
afterEach(() => {
  app.unmount();
  document.body.replaceChildren();
});

async function begun(): Promise<void> {
  at("#act").focus();
  at("#act").click();
  await nextTick();
  await nextTick();
}

it("has the focus when it opens, and gives it back to its button when it is done", async () => {
  await begun();
  expect(document.activeElement).toBe(at("textarea"));
  at("form button").click();
  await nextTick();
  await nextTick();
  expect(document.activeElement).toBe(at("#act"));
});

it("is closed by Escape", async () => {
  await begun();
  at("textarea").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await nextTick();
  await nextTick();
  expect(open.value).toBe(false);
  expect(document.activeElement).toBe(at("#act"));
});

it("takes the focus from nobody who is elsewhere", async () => {
  await begun();
  document.querySelector<HTMLElement>("#elsewhere")!.focus();
  open.value = false;
  await nextTick();
  await nextTick();
  expect(document.activeElement?.id).toBe("elsewhere");
});
