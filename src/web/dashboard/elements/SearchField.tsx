import { filterBy, route } from "../route.ts";
import { useTyped } from "./typed.ts";

/** How long typing must pause before the search changes, in milliseconds: each search is a request. */
const PAUSE_MS = 200;

/** A field for the search in the page's address. The key `/` leads to it, see `dashboard.tsx`. */
export function SearchField({ label }: { label: string }) {
  const value = route.value.filters["search"] ?? "";
  const { typed, enter } = useTyped(value, PAUSE_MS, (search) => filterBy({ search }));
  return (
    <input
      type="search"
      class="search"
      aria-label={label}
      placeholder={label}
      value={typed.value}
      onInput={(event) => enter(event.currentTarget.value)}
    />
  );
}
