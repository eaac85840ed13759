import { type ReadonlySignal, signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Refusal, refusalOf } from "../dashboard/elements/refusal.ts";

/** How often everything was to be loaded again. */
export const refreshes = signal(0);
/** When something was loaded last, in milliseconds since 1970. */
export const loadedAt = signal<number | undefined>(undefined);

/** Loads again what the view shows. */
export function refresh(): void {
  refreshes.value++;
}

/** What was loaded, and why the latest attempt failed, if it did. */
export interface Loaded<T> {
  readonly value: ReadonlySignal<T | undefined>;
  readonly refusal: ReadonlySignal<Refusal | undefined>;
  readonly isLoading: ReadonlySignal<boolean>;
  /** Changes what was loaded, as the server will say it from now on. */
  set(value: T): void;
}

/** Loads something for a component, and again when the key changes or the operator refreshes the page. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const value = useSignal<T | undefined>(undefined);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isLoading = useSignal(true);
  const latest = useRef(0);
  const shownKey = useRef(key);
  useEffect(() => {
    const mine = ++latest.current;
    const isLatest = () => mine === latest.current;
    isLoading.value = true;
    if (shownKey.current !== key) value.value = undefined;
    shownKey.current = key;
    void refusalOf(async () => {
      const found = await load();
      if (isLatest()) value.value = found;
    }).then((why) => {
      if (!isLatest()) return;
      refusal.value = why;
      isLoading.value = false;
      if (why === undefined) loadedAt.value = Date.now();
    });
    return () => {
      latest.current++;
    };
  }, [key, refreshes.value]);
  return { value, refusal, isLoading, set: (given) => (value.value = given) };
}
