import { computed, signal } from "@preact/signals";
import { dashboardFragment, token } from "./token.ts";

// Which view the page shows is in its address's query, so that every view can be shared, and that back and forward
// work. The fragment has the token.

export const views = ["overview", "configs", "requests", "invocations", "inbox", "control", "audit"] as const;
export type View = (typeof views)[number];

/** What the page shows: a view, the thing that is open in it, and the view's filters. */
export interface Route {
  readonly view: View;
  /** The thing that is open, as its view names it. */
  readonly id?: string | undefined;
  /** The view's filters, by name. */
  readonly filters: Readonly<Record<string, string>>;
}

const query = signal(location.search);

export const route = computed((): Route => {
  const { view, id, ...filters } = Object.fromEntries(new URLSearchParams(query.value));
  const found = views.find((one) => one === view);
  return { view: found ?? "overview", id: found && id, filters: found ? filters : {} };
});

/** Whether the address names no view: then it is the address of the sandbox as a whole. */
export const isPlain = computed(() => !new URLSearchParams(query.value).has("view"));

/** The query of a route; filters that are empty are left out. */
function queryOf({ view, id, filters }: Route): string {
  const given = Object.entries(filters).filter(([, value]) => value !== "");
  return `?${new URLSearchParams([["view", view], ...(id === undefined ? [] : [["id", id]]), ...given])}`;
}

/** The address of a view of this page, relative to it, with this page's token. */
export function hrefOf(view: View, id?: string, filters: Route["filters"] = {}): string {
  return `${queryOf({ view, id, filters })}${dashboardFragment(token.value)}`;
}

/** The whole address of a view, to share: without this page's token, so that it gives nobody control. */
export function sharedHref(view: View, id?: string, watchToken?: string): string {
  const address = new URL(queryOf({ view, id, filters: {} }), location.href.replace(/#.*/, "")).href;
  return address + dashboardFragment(watchToken);
}

/** Goes to a view. Back returns to the view before it. */
export function go(view: View, id?: string, filters: Route["filters"] = {}): void {
  history.pushState(null, "", hrefOf(view, id, filters));
  query.value = location.search;
}

/** Changes filters of this view, whatever is open. Back leaves the view: a filter is no step of its own. */
export function filterBy(changes: Route["filters"]): void {
  const { view, id, filters } = route.value;
  history.replaceState(null, "", hrefOf(view, id, { ...filters, ...changes }));
  query.value = location.search;
}

/** Opens a thing of this view, or closes what is open, and keeps the filters. */
export function open(id: string | undefined): void {
  const { view, filters } = route.value;
  go(view, id, filters);
}

/** Follows the browser's back and forward. */
export function followHistory(): void {
  window.addEventListener("popstate", () => {
    query.value = location.search;
  });
}
