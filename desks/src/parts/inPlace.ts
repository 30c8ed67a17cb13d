/**
 * What opens in the place of its button: the focus goes into it, Escape closes it, and then the button has the focus again.
 * Without it a keyboard begins anew at the top of the page each time, for the button it stood on is gone.
 */

import { nextTick, watch, type Ref } from "vue";

const FIELDS = "textarea, select, input:not([type=hidden])";
const BUTTONS = "button:not(:disabled), a[href]";

/** `root` holds both the buttons and what opens; `panel` names what opens in it; `close` is what its own way out does. */
export function useInPlace(root: Readonly<Ref<HTMLElement | null>>, open: () => unknown, close: () => void, panel = "form"): void {
  let opener = -1;

  const buttons = (): HTMLElement[] => [...(root.value?.querySelectorAll<HTMLElement>(BUTTONS) ?? [])];

  function key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !open()) return;
    event.stopPropagation();
    close();
  }
  watch(root, (now, before) => {
    before?.removeEventListener("keydown", key);
    now?.addEventListener("keydown", key);
  });

  // Asked before the page is drawn anew: the old button still has the focus.
  watch(open, async (now, before) => {
    const active = document.activeElement;
    if (!now === !before) return;
    if (now) opener = buttons().indexOf(active as HTMLElement);
    // A button that was disabled while it worked has lost the focus to the body; who went elsewhere is left there.
    if (active !== null && active !== document.body && !root.value?.contains(active)) return;
    await nextTick();
    if (now) {
      const opened = root.value?.querySelector(panel);
      (opened?.querySelector<HTMLElement>(FIELDS) ?? opened?.querySelector<HTMLElement>(BUTTONS))?.focus();
    } else {
      const all = buttons();
      (all[opener] ?? all[0])?.focus();
    }
  });
}
