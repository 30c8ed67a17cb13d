import { afterEach, describe, expect, it } from "vitest";
import { createApp, h, type App } from "vue";
import ClockFace from "../src/room/ClockFace.vue";
import { lang } from "../src/preferences";
import type { Room } from "../src/wire";

const S = 1_000_000;
const stage = { id: "timed", kind: "timed", index: 0, title: { zh: "限时竞价", en: "Timed bidding" }, opens: 0, closes: 300 * S, extensions: 2, sealed: false };
const running = { status: "running", stage, suspended: null, opens: null, programme: [] } as unknown as Room;
const suspended = {
  ...running,
  status: "suspended",
  suspended: { since: 60 * S, reason: "ended_badly", sentence: { zh: "停机", en: "stopped" } },
} as unknown as Room;

let app: App | undefined;
afterEach(() => app?.unmount());

function shown(room: Room, now: number, live: boolean): { face: string; all: string; classes: string } {
  lang.value = "en";
  const box = document.createElement("div");
  app = createApp({ render: () => h(ClockFace, { room, now, live }) });
  app.mount(box);
  return {
    face: box.querySelector("[data-test=clock]")?.textContent ?? "",
    all: box.textContent ?? "",
    classes: box.querySelector(".clock")?.className ?? "",
  };
}

describe("the clock's face", () => {
  it("counts down to the deadline, and is settling after it", () => {
    expect(shown(running, 60 * S, true).face).toBe("04:00");
    expect(shown(running, 270 * S, true).classes).toContain("urgent");
    expect(shown(running, 301 * S, true).face).toBe("Settling");
  });

  it("does not stand at nothing while the house has yet to open", () => {
    const announced = { ...running, status: "announced", stage: null, opens: 60 * S } as unknown as Room;
    expect(shown(announced, 59 * S, true).face).toBe("00:01.0");
    expect(shown(announced, 61 * S, true).face).toBe("…");
  });

  it("marks its figure as unconfirmed while nothing is heard, and never comes to nothing", () => {
    const before = shown(running, 270 * S, false);
    expect(before.face).toBe("00:30");
    expect(before.all).toContain("Unconfirmed");
    expect(before.classes).toContain("stale");
    expect(before.classes).not.toContain("urgent");
    expect(shown(running, 299_500_000, false).face).toBe("unconfirmed");
    const { face, all, classes } = shown(running, 301 * S, false);
    expect(face).toBe("unconfirmed");
    expect(all).toContain("Past the deadline last heard of");
    expect(classes).not.toContain("urgent");
    expect(shown(running, 270 * S, true).all).not.toContain("Unconfirmed");
    expect(shown(suspended, 900 * S, false).all).not.toContain("Unconfirmed");
  });

  it("stands where it was stopped, however late it is now", () => {
    const { face, all, classes } = shown(suspended, 900 * S, true);
    expect(face).toBe("04:00");
    expect(all).toContain("stopped since 08:01:00");
    expect(classes).toContain("still");
    expect(classes).not.toContain("urgent");
  });

  it("says no more than that it is suspended when nothing had begun", () => {
    const { face, all } = shown({ ...suspended, stage: null }, 900 * S, true);
    expect(face).toBe("--:--");
    expect(all).toContain("Suspended");
    expect(all).not.toContain("left");
  });

  it("counts every move of the end, whatever moved it", () => {
    expect(shown(running, 60 * S, true).all).toContain("end moved 2 times");
  });
});
