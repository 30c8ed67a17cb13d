/** Language, theme and sound: what the person chose, else what the browser prefers. */

import { computed, ref, watchEffect } from "vue";
import type { Lang } from "./wire";

export type Theme = "auto" | "light" | "dark";

const KEY = "daylight.";

/** What this browser keeps under a name; null where it keeps nothing. */
export function stored(name: string): string | null {
  try {
    return localStorage.getItem(KEY + name);
  } catch {
    return null;
  }
}

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(KEY + name, value);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

/** Chinese unless the browser asks for something else; odd tags such as en-US@posix are read by their first letters. */
export function preferredLanguage(tags: readonly string[]): Lang {
  const first = tags[0]?.toLowerCase() ?? "zh";
  return first.startsWith("zh") ? "zh" : "en";
}

const chosen = stored("language");
export const lang = ref<Lang>(chosen === "zh" || chosen === "en" ? chosen : preferredLanguage(navigator.languages ?? []));

const theme_ = stored("theme");
export const theme = ref<Theme>(theme_ === "light" || theme_ === "dark" ? theme_ : "auto");
export const sound = ref(stored("sound") === "on");

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const prefersDark = ref(dark.matches);
dark.addEventListener("change", (event) => (prefersDark.value = event.matches));

export const isDark = computed(() => theme.value === "dark" || (theme.value === "auto" && prefersDark.value));

export function chooseLanguage(value: Lang): void {
  lang.value = value;
  store("language", value);
}

export function chooseTheme(value: Theme): void {
  theme.value = value;
  store("theme", value);
}

export function chooseSound(on: boolean): void {
  sound.value = on;
  store("sound", on ? "on" : "off");
}

watchEffect(() => {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset["theme"] = isDark.value ? "dark" : "light";
});
