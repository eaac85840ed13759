import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { filterBy, route } from "../route.ts";

/** How long typing must pause before the search changes, in milliseconds: each search is a request. */
const PAUSE_MS = 200;

/** A field for the search in the page's address. The key `/` leads to it, see `dashboard.tsx`. */
export function SearchField({ label }: { label: string }) {
  const value = route.value.filters["search"] ?? "";
  const typed = useSignal(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by itself, such as by going back.
    if (value !== sent.current) typed.value = value;
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (given: string) => {
    typed.value = given;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = given;
      filterBy({ search: given });
    }, PAUSE_MS);
  };
  return (
    <input
      type="search"
      class="search"
      aria-label={label}
      placeholder={label}
      value={typed.value}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}
