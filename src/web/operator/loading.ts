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
  /** Changes what was loaded, as the server will say it from now on. */
  set(value: T): void;
}

/** Loads something for a component, and again when the key changes or the operator refreshes the page. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const value = useSignal<T | undefined>(undefined);
  const refusal = useSignal<Refusal | undefined>(undefined);
  /** The number of the load that was begun last, and of the one whose result is shown. */
  const numbers = useRef({ begun: 0, shown: 0 });
  const current = useRef<string | undefined>(key);
  useEffect(() => {
    const mine = ++numbers.current.begun;
    if (current.current !== key) value.value = undefined;
    current.current = key;
    let found: T | undefined;
    void refusalOf(async () => {
      found = await load();
    }).then((why) => {
      // Whoever refreshes often sees each result, unless a later one has come before it.
      if (current.current !== key || mine < numbers.current.shown) return;
      numbers.current.shown = mine;
      refusal.value = why;
      if (why !== undefined) return;
      value.value = found;
      loadedAt.value = Date.now();
    });
  }, [key, refreshes.value]);
  useEffect(
    () => () => {
      current.current = undefined;
    },
    [],
  );
  return { value, refusal, set: (given) => (value.value = given) };
}
