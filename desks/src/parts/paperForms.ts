/** The forms in which this house can make papers: those of another install are not offered, and what brings them is said. */

import { ref } from "vue";
import { get } from "../http";
import * as links from "../links";

export const FORMS = ["html", "pdf", "xlsx"] as const;
export type Form = (typeof FORMS)[number];

/** Until the house has said it, what every install has. */
export const forms = ref<readonly Form[]>(["html"]);
/** The extra that an operator would have to install; null where nothing is missing. */
export const lacking = ref<string | null>(null);

export async function learnForms(): Promise<void> {
  const told = await get<{ forms: Form[]; extra: string }>(links.api.paperForms);
  forms.value = told.forms;
  lacking.value = told.forms.length < FORMS.length ? told.extra : null;
}
