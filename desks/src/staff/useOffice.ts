/** What the auction asks of this officer, read again whenever the record grows. */

import { onMounted, onUnmounted, shallowRef, watch, type Ref } from "vue";
import { get } from "../http";
import * as links from "../links";
import type { Office } from "./office";

/** A stage may begin to ask for something at an instant nobody acts. */
const REFRESH_MS = 5_000;

export function useOffice(auction: string, grown: Readonly<Ref<number>>) {
  const office = shallowRef<Office | null>(null);

  async function read(): Promise<void> {
    try {
      office.value = await get<Office>(`${links.api.auction(auction)}/office`);
    } catch {
      // The room's own connection says that the house cannot be reached; what was asked stays.
    }
  }

  let timer: ReturnType<typeof setInterval> | undefined;
  watch(grown, () => void read());
  onMounted(() => {
    void read();
    timer = setInterval(() => void read(), REFRESH_MS);
  });
  onUnmounted(() => clearInterval(timer));
  return { office, read };
}
