import { effect, signal } from "@preact/signals";
import { language, type Widened } from "../../dashboard/text/text.ts";
import { en } from "./en.ts";

/** The texts of the operator's page in one language. What all pages say is in the dashboard's dictionary. */
export type OperatorDictionary = Widened<typeof en>;

const dictionary = signal<OperatorDictionary>(en);

/** The texts of this page in the language that was chosen. */
export function words(): OperatorDictionary {
  return dictionary.value;
}

/** Uses the language of the pages from now on. Fulfilled when the texts of the present one are there. */
export function followLanguage(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      const chosen = language.value;
      const texts = chosen === "zh" ? import("./zh.ts").then(({ zh }) => zh) : Promise.resolve(en);
      texts
        .then((found) => {
          if (language.peek() === chosen) dictionary.value = found;
        })
        // English is there in any case.
        .catch(() => undefined)
        .finally(resolve);
    });
  });
}
