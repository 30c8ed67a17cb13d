/** Who is signed in on this page. */

import { computed, ref } from "vue";
import { me } from "./http";
import type { Me } from "./wire";

export type Role = "bidder" | "staff" | "approver" | "auditor";

export const who = ref<Me | null>(null);
export const signedIn = computed(() => who.value?.account != null);

export function has(role: Role): boolean {
  return who.value?.roles?.includes(role) ?? false;
}

export async function load(): Promise<void> {
  who.value = await me();
}
