/** The server's time on pages without a socket: one small request now and then, the same estimate as in the room. */

import { computed, onMounted, onUnmounted, ref } from "vue";
import { get } from "../http";
import { ServerClock } from "../time";

const EVERY_MS = 60_000;
const SAMPLES = 3;

const micros = (): number => Math.round(performance.now() * 1000);

export function usePulse() {
  const clock = new ServerClock();
  const local = ref(micros());
  const learned = ref(0);
  let tick: ReturnType<typeof setInterval> | undefined;
  let ask: ReturnType<typeof setInterval> | undefined;

  async function sample(): Promise<void> {
    const sent = micros();
    try {
      const { now } = await get<{ now: number }>("/api/time");
      clock.add({ sent, serverReceived: now, serverSent: now, received: micros() });
      learned.value += 1;
    } catch {
      // The next sample will tell; meanwhile the estimate runs on.
    }
  }

  onMounted(async () => {
    tick = setInterval(() => (local.value = micros()), 1_000);
    ask = setInterval(() => void sample(), EVERY_MS);
    for (let n = 0; n < SAMPLES; n += 1) await sample();
    local.value = micros();
  });
  onUnmounted(() => {
    clearInterval(tick);
    clearInterval(ask);
  });

  return computed(() => (learned.value > 0 ? clock.now(local.value) : null));
}
