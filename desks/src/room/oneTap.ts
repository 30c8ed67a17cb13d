/** Whether one tap bids in the last minute: chosen by an account for one auction, and by nobody else in this browser. */

import { ref } from "vue";
import { shelf } from "../links";
import { store, stored } from "../preferences";

const chosen = ref<Record<string, boolean>>({});

const key = (account: string, auction: string): string => `one_tap.${JSON.stringify([account, shelf(auction)])}`;

/** Off until this account has chosen it here. */
export function taps(account: string | null, auction: string): boolean {
  if (account === null) return false;
  const name = key(account, auction);
  return chosen.value[name] ?? stored(name) === "on";
}

export function chooseTaps(account: string | null, auction: string, on: boolean): void {
  if (account === null) return;
  const name = key(account, auction);
  chosen.value = { ...chosen.value, [name]: on };
  store(name, on ? "on" : "off");
}
