import { computed, signal } from "@preact/signals";

// Which view the page shows is in its address's query, as on a sandbox's page. The operator's token is never in the address.

export const views = ["overview", "sandboxes", "teams", "audit"] as const;
export type View = (typeof views)[number];

export type Filters = Readonly<Record<string, string>>;

/** What the page shows: a view, what is open in it, and its filters. */
export interface Route {
  readonly view: View;
  readonly id?: string | undefined;
  readonly filters: Filters;
}

const query = signal(location.search);

export const route = computed((): Route => {
  const { view, id, ...filters } = Object.fromEntries(new URLSearchParams(query.value));
  const found = views.find((one) => one === view);
  return { view: found ?? "overview", id: found && id, filters: found ? filters : {} };
});

/** The address of a view, relative to the page; filters that are empty are left out. */
export function hrefOf(view: View, id?: string, filters: Filters = {}): string {
  const given = Object.entries(filters).filter(([, value]) => value !== "");
  return `?${new URLSearchParams([["view", view], ...(id === undefined ? [] : [["id", id]]), ...given])}`;
}

/** Goes to a view. Back returns to the view before it. */
export function go(view: View, id?: string, filters: Filters = {}): void {
  history.pushState(null, "", hrefOf(view, id, filters));
  query.value = location.search;
}

/** Changes filters of this view. Back leaves the view: a filter is no step of its own. */
export function filterBy(changes: Filters): void {
  const { view, id, filters } = route.peek();
  history.replaceState(null, "", hrefOf(view, id, { ...filters, ...changes }));
  query.value = location.search;
}

/** Closes what is open in this view, and keeps the filters. */
export function closeOpened(): void {
  const { view, filters } = route.peek();
  go(view, undefined, filters);
}

/** Follows the browser's back and forward. */
export function followHistory(): void {
  window.addEventListener("popstate", () => {
    query.value = location.search;
  });
}
