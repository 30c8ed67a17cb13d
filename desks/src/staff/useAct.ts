/** One officer's act on an auction: sent once, asked again while the house is busy, its refusal shown as an answer. */

import { ref, shallowRef } from "vue";
import { sentenceOf } from "../http";
import * as links from "../links";
import { newRef } from "../room/pending";
import type { Text } from "../wire";
import { command, refusalOf, type CommandAnswer } from "./answers";

export function useAct(auction: string) {
  const busy = ref(false);
  const failure = shallowRef<Text | null>(null);
  const done = shallowRef<CommandAnswer | null>(null);

  /** The answer when it was accepted, else null; `failure` then says why. */
  async function act(path: string, body: Record<string, unknown>): Promise<CommandAnswer | null> {
    busy.value = true;
    failure.value = done.value = null;
    try {
      const answer = await command(`${links.api.auction(auction)}/${path}`, { ref: newRef(), ...body });
      failure.value = refusalOf(answer);
      if (failure.value === null) done.value = answer;
    } catch (thrown) {
      failure.value = sentenceOf(thrown);
    } finally {
      busy.value = false;
    }
    return done.value;
  }

  return { busy, failure, done, act };
}
