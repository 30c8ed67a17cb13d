/** One film as reactive state: its reel, where the playhead stands, and the room somebody saw there. */

import { computed, onUnmounted, ref, shallowRef, watch } from "vue";
import { get, sentenceOf } from "../http";
import type { Room, RoomEvent, Text, You } from "../wire";
import { advance, indexAt, jump, type Mark, type Reel, type Speed } from "./reel";

export interface Shown {
  i: number;
  t: number;
  room: Room;
  you: You | null;
}

type Line = RoomEvent & { at: number };

/** Between two questions while the playhead moves, so that it stays within what the house answers in a second. */
const BREATH_MS = 120;
export const breath = (): Promise<void> => new Promise((go) => setTimeout(go, BREATH_MS));

const PAGE = 1_000;
const LINES = 2_000;
const KEPT = 300;

export function useFilm(base: string) {
  const reel = shallowRef<Reel | null>(null);
  const failure = shallowRef<Text | null>(null);
  const index = ref(0);
  const t = ref(0);
  const playing = ref(false);
  const speed = ref<Speed>(1);
  const audience = ref("auditor");
  const shown = shallowRef<Shown | null>(null);
  /** Why no room can be shown here. */
  const unshown = shallowRef<Text | null>(null);
  const lines = shallowRef<readonly Line[]>([]);

  const frames = computed(() => reel.value?.frames ?? []);
  const frame = computed(() => frames.value[index.value] ?? null);
  /** What this audience had been shown by then. */
  const seen = computed(() => lines.value.filter((line) => line.at <= index.value));

  /** Opens at `first` where it is given, else where the session stands. */
  async function load(first: number | null = null): Promise<void> {
    failure.value = null;
    try {
      let known = reel.value?.frames ?? [];
      for (;;) {
        const part = await get<Reel>(`${base}?start=${known.length}&limit=${PAGE}`);
        known = [...known, ...part.frames];
        if (known.length >= part.size || part.frames.length === 0) {
          const opened = reel.value === null;
          reel.value = { ...part, frames: known };
          // Before anything is drawn of it.
          if (opened) seek(first ?? known.length - 1);
          return;
        }
      }
    } catch (thrown) {
      failure.value = sentenceOf(thrown);
    }
  }

  /** To an entry, at the instant it was recorded. */
  function seek(to: number): void {
    const bounded = Math.min(Math.max(0, to), frames.value.length - 1);
    const target = frames.value[bounded];
    if (!target) return;
    index.value = bounded;
    t.value = target.t;
  }

  /** To an instant; the clocks show it, and the entry is the last one before it. */
  function seekInstant(to: number): void {
    const [first, last] = [frames.value[0], frames.value.at(-1)];
    if (!first || !last) return;
    t.value = Math.max(first.t, to);
    index.value = indexAt(frames.value, t.value);
  }

  function jumpTo(mark: Mark, direction: 1 | -1): boolean {
    const to = jump(frames.value, index.value, mark, direction);
    if (to !== null) seek(to);
    return to !== null;
  }

  // Playing -------------------------------------------------------------------------------

  let last: number | null = null;
  let asked = 0;
  function tick(now: number): void {
    if (!playing.value) return;
    const head = advance(frames.value, { index: index.value, t: t.value }, last === null ? 0 : now - last, speed.value);
    last = now;
    [index.value, t.value] = [head.index, head.t];
    if (head.over) playing.value = false;
    else asked = requestAnimationFrame(tick);
  }
  watch(playing, (on) => {
    cancelAnimationFrame(asked);
    last = null;
    if (!on) return;
    if (index.value >= frames.value.length - 1) seek(0);
    asked = requestAnimationFrame(tick);
  });
  onUnmounted(() => cancelAnimationFrame(asked));

  // The room ------------------------------------------------------------------------------

  const kept = new Map<string, Shown>();
  let busy = false;
  /** Only the newest place is fetched: those passed meanwhile nobody looks at any more. */
  async function draw(): Promise<void> {
    if (busy || reel.value === null || !reel.value.installed) return;
    busy = true;
    for (let done = ""; done !== place(); ) {
      done = place();
      try {
        const cached = kept.get(done);
        shown.value = cached ?? (await get<Shown>(`${base}/room?${done}`));
        unshown.value = null;
        if (!cached) await breath();
        if (!cached && !done.startsWith("t=")) kept.set(done, shown.value);
        if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
      } catch (thrown) {
        shown.value = null;
        unshown.value = sentenceOf(thrown);
      }
    }
    busy = false;
  }
  function place(): string {
    const exact = !playing.value && frame.value !== null && t.value !== frame.value.t;
    return `${exact ? `t=${t.value}` : `i=${index.value}`}&audience=${encodeURIComponent(audience.value)}`;
  }

  async function read(who: string): Promise<void> {
    lines.value = [];
    if (!reel.value?.installed) return;
    let all: readonly Line[] = [];
    try {
      for (let start = 0; start < reel.value.size; start += LINES) {
        const part = await get<{ lines: Line[] }>(`${base}/seen?start=${start}&limit=${LINES}&audience=${encodeURIComponent(who)}`);
        if (who !== audience.value) return;
        all = [...all, ...part.lines];
      }
      lines.value = all;
    } catch (thrown) {
      unshown.value = sentenceOf(thrown);
    }
  }
  watch([index, audience, playing, () => (playing.value ? 0 : t.value), () => reel.value?.size], draw);
  watch([audience, () => reel.value?.size], () => read(audience.value));

  return { reel, failure, frames, frame, index, t, playing, speed, audience, shown, unshown, seen, load, seek, seekInstant, jumpTo };
}

export type Film = ReturnType<typeof useFilm>;
