import { computed, type ReadonlySignal, signal } from "@preact/signals";

export type Filters = Readonly<Record<string, string>>;

/** What a page shows: a view, the thing that is open in it, and the view's filters. */
export interface RouteTo<View extends string> {
  readonly view: View;
  /** The thing that is open, as its view names it. */
  readonly id?: string | undefined;
  /** The view's filters, by name. */
  readonly filters: Filters;
}

/** The routes of a page with views. */
export interface ViewRoutes<View extends string> {
  readonly route: ReadonlySignal<RouteTo<View>>;
  /** Whether the address names no view: then it is the address of the page as a whole. */
  readonly isPlain: ReadonlySignal<boolean>;
  /** The query of a route; filters that are empty are left out. */
  queryOf(route: RouteTo<View>): string;
  /** The address of a view, relative to the page, with the page's fragment. */
  hrefOf(view: View, id?: string, filters?: Filters): string;
  /** Goes to a view. Back returns to the view before it. */
  go(view: View, id?: string, filters?: Filters): void;
  /** Changes filters of this view, whatever is open. Back leaves the view: a filter is no step of its own. */
  filterBy(changes: Filters): void;
  /** Opens a thing of this view, or closes what is open, and keeps the filters. */
  open(id: string | undefined): void;
  /** Follows the browser's back and forward. */
  followHistory(): void;
}

/**
 * Keeps which of its views a page shows in the query of the page's address, so that every view can be shared, and that back
 * and forward work. The first view is that of an address without one. `fragment` is what addresses end in.
 */
export function viewRoutes<View extends string>(
  views: readonly [View, ...View[]],
  fragment: () => string = () => "",
): ViewRoutes<View> {
  const query = signal(location.search);
  const route = computed((): RouteTo<View> => {
    const { view, id, ...filters } = Object.fromEntries(new URLSearchParams(query.value));
    const found = views.find((one) => one === view);
    return { view: found ?? views[0], id: found && id, filters: found ? filters : {} };
  });
  const queryOf = ({ view, id, filters }: RouteTo<View>) => {
    const given = Object.entries(filters).filter(([, value]) => value !== "");
    return `?${new URLSearchParams([["view", view], ...(id === undefined ? [] : [["id", id]]), ...given])}`;
  };
  const hrefOf = (view: View, id?: string, filters: Filters = {}) =>
    queryOf({ view, id, filters }) + fragment();
  const go = (view: View, id?: string, filters: Filters = {}) => {
    history.pushState(null, "", hrefOf(view, id, filters));
    query.value = location.search;
  };
  return {
    route,
    isPlain: computed(() => !new URLSearchParams(query.value).has("view")),
    queryOf,
    hrefOf,
    go,
    filterBy(changes) {
      const { view, id, filters } = route.peek();
      history.replaceState(null, "", hrefOf(view, id, { ...filters, ...changes }));
      query.value = location.search;
    },
    open(id) {
      const { view, filters } = route.peek();
      go(view, id, filters);
    },
    followHistory() {
      window.addEventListener("popstate", () => {
        query.value = location.search;
      });
    },
  };
}
