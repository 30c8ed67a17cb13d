/** Where the desk is, from the address after `#`: what one looks at can be sent to a colleague. */

import { onMounted, onUnmounted, ref } from "vue";

export function useHash() {
  const read = (): string[] => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const parts = ref(read());
  const moved = (): void => {
    parts.value = read();
    window.scrollTo(0, 0);
  };
  onMounted(() => window.addEventListener("hashchange", moved));
  onUnmounted(() => window.removeEventListener("hashchange", moved));
  return parts;
}

export function go(...parts: string[]): void {
  location.hash = `#/${parts.map(encodeURIComponent).join("/")}`;
}
