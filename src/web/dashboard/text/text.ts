import { signal } from "@preact/signals";
import { remember, remembered } from "../preferences.ts";
import { en } from "./en.ts";

/** A dictionary's shape: the texts of the English one, whatever their words are. */
export type Widened<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> };

/** All texts of the pages in one language. */
export type Dictionary = Widened<typeof en>;

/** The languages, by their codes in BCP 47, each by its own name. */
export const languages = { en: "English", zh: "中文" } as const;

export type Language = keyof typeof languages;

const dictionary = signal<Dictionary>(en);
export const language = signal<Language>("en");

/** The texts in the language that was chosen. A component that reads them is drawn again when that changes. */
export function text(): Dictionary {
  return dictionary.value;
}

/** Changes the language, and remembers it in this browser. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  remember("language", chosen);
  await use(chosen);
}

/** Uses the language that was chosen in this browser, or else the browser's. */
export async function useRememberedLanguage(): Promise<void> {
  const chosen = remembered("language") ?? navigator.language.split("-")[0] ?? "en";
  await use(chosen in languages ? (chosen as Language) : "en");
}

async function use(chosen: Language): Promise<void> {
  dictionary.value = chosen === "zh" ? (await import("./zh.ts")).zh : en;
  language.value = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : chosen;
}
