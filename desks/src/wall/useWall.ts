/** A hall's screen as reactive state: the public channel and nothing else, for as long as the screen hangs there. */

import { computed, onMounted, onUnmounted, ref, shallowRef } from "vue";
import { get, sentenceOf } from "../http";
import * as links from "../links";
import { Feed, monotonic, type Link } from "../room/feed";
import * as state from "../room/state";
import type { Frame, Room, Text } from "../wire";

/** After this the page looks again whether the auction is there: it may be published later. */
const AGAIN_MS = 5_000;

export function useWall(auction: string) {
  const knowledge = shallowRef(state.nothing());
  const link = shallowRef<Link>({ state: "connecting", again: false });
  const failure = shallowRef<Text | null>(null);
  const local = ref(monotonic());
  const heard = ref<number | null>(null);
  let again: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  const feed = new Feed(
    {
      address: links.stream(location),
      auction,
      // The hall sees what the public sees, whoever is signed in on the machine behind it.
      csrf: () => null,
      cursors: () => ({ public: 0, ...knowledge.value.cursors }),
      matters: () => !Object.values(knowledge.value.rooms).some(state.isOver),
    },
    {
      link: (next) => {
        link.value = next;
        if (next.state === "ended") retry();
      },
      frame: (frame) => take(frame),
      heard: () => (heard.value = feed.lastHeard),
    },
  );

  function take(frame: Frame): void {
    if (frame.type === "snapshot") knowledge.value = state.snapshot(knowledge.value, frame);
    else if (frame.type === "events") {
      const folded = state.events(knowledge.value, frame);
      knowledge.value = folded.next;
      if (folded.gap) feed.resync();
    }
  }

  async function begin(): Promise<void> {
    try {
      const found = await get<{ room: Room }>(links.api.auction(auction));
      knowledge.value = state.seeded(knowledge.value, found.room);
      failure.value = null;
      feed.open();
    } catch (thrown) {
      failure.value = sentenceOf(thrown);
      retry();
    }
  }

  function retry(): void {
    clearTimeout(again);
    if (!gone) again = setTimeout(() => void begin(), AGAIN_MS);
  }

  const tick = setInterval(() => (local.value = monotonic()), 100);
  const seen = (): void => {
    if (document.visibilityState !== "visible") return;
    feed.distrust();
    void stayAwake();
  };
  const online = (): void => feed.distrust();
  const offline = (): void => feed.cut();
  onMounted(() => {
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    void begin();
    void stayAwake();
  });
  onUnmounted(() => {
    gone = true;
    clearInterval(tick);
    clearTimeout(again);
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    feed.close();
  });

  return {
    room: computed(() => state.shown(knowledge.value, ["public"])),
    events: computed(() => knowledge.value.events),
    now: computed(() => feed.clock.now(local.value)),
    live: computed(() => link.value.state === "live"),
    link,
    failure,
    local,
    heard,
  };
}

/** A screen that goes dark in the last minute is worse than none; not every browser can help it. */
async function stayAwake(): Promise<void> {
  try {
    if ("wakeLock" in navigator) await navigator.wakeLock.request("screen");
  } catch {
    // The hall's machine is set up by its people; here nobody could read a complaint.
  }
}
