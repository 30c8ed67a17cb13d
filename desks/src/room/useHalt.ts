/** What the room says of a time in which its session stood still, once it goes on: rightly, and not for ever. */

import { computed, ref, type Ref } from "vue";
import { t } from "../i18n";
import { lang } from "../preferences";
import { lasting, when } from "../time";
import type { Room, RoomEvent } from "../wire";
import { TOLD_FOR, lastHalt, type Halt } from "./halts";

/** From when to when, how long, and the end as it is now. */
export function haltWords(halt: Halt, closes: number | null, now: number | null): string {
  const stood = t("halt.stood", { from: when(halt.since, now), to: when(halt.ended, now), n: lasting(halt.ended - halt.since, lang.value) });
  const moved = halt.given !== null && halt.given > 0 ? lasting(halt.given, lang.value) : null;
  // What came after may have moved the end once more.
  const end =
    moved !== null && halt.closes === closes && closes !== null
      ? t("halt.moved", { n: moved, at: when(closes, now) })
      : [moved === null ? "" : t("halt.given", { n: moved }), closes === null ? "" : t("halt.closes", { at: when(closes, now) })].join(lang.value === "zh" ? "" : " ").trim();
  return end === "" ? stood : `${stood}${lang.value === "zh" ? "" : " "}${end}`;
}

export function useHalt(room: Ref<Room | null>, events: Ref<readonly RoomEvent[]>, now: Ref<number | null>) {
  const closed = ref<number | null>(null);
  const last = computed(() => lastHalt(events.value));
  const fresh = computed(() => {
    const halt = last.value;
    if (halt === null || halt.ended === closed.value || room.value?.status !== "running" || now.value === null) return null;
    return now.value - halt.ended < TOLD_FOR ? halt : null;
  });
  const words = computed(() => (fresh.value === null ? null : haltWords(fresh.value, room.value?.stage?.closes ?? null, now.value)));
  return { words, close: () => (closed.value = last.value?.ended ?? null) };
}
