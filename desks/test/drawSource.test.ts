import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import { lang } from "../src/preferences";
import DrawSource from "../src/room/DrawSource.vue";
import type { Draws } from "../src/wire";

const party = (id: string, en: string, committed = false, revealed = false): Draws["parties"][number] => ({ id, title: { zh: en, en }, committed, revealed });
const draws: Draws = {
  what: null,
  source: "COMMIT_REVEAL",
  named: { zh: "秘密值共同生成。", en: "Secrets give the chance together." },
  needed: 2,
  parties: [party("centre", "the centre"), party("notary", "the notary")],
  round: null,
  at: null,
  typed: 0,
  awaits: null,
};

let app: App | undefined;
afterEach(() => app?.unmount());

function shown(more: Partial<Draws> = {}): HTMLElement {
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(DrawSource, { draws: { ...draws, ...more } }) });
  app.mount(box);
  return box;
}

describe("a draw, as everybody watches it", () => {
  it("names its source before anything is drawn", () => {
    const box = shown();
    expect(box.textContent).toContain("Secrets give the chance together.");
    expect(box.querySelector("[role=status]")).toBeNull();
  });

  it("says who is waited for, and how far each party is", () => {
    const parties = [party("centre", "the centre", true, true), party("notary", "the notary", true)];
    const box = shown({ parties, awaits: { zh: "等待公证处。", en: "Secrets are awaited from the notary." } });
    expect(box.querySelector("[role=status]")?.textContent).toBe("Secrets are awaited from the notary.");
    expect([...box.querySelectorAll("li")].map((line) => line.textContent)).toEqual(["the centrerevealed", "the notarycommitted"]);
  });

  it("tells the number of a public figure and its hour", () => {
    expect(shown({ source: "BEACON", parties: [], round: 7, at: 1_772_413_200_000_000 }).textContent).toContain("Number 7 counts");
  });
});
