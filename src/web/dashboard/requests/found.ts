import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Filter, JournalEntry } from "../../../client/index.ts";
import { continued, joined } from "../loadedPages.ts";
import { route } from "../route.ts";
import { connection, control, olderRequests, requests } from "../sandbox.ts";
import { loadOlderRequests } from "./requestSync.ts";

const PAGE_SIZE = 100;
/** How long the page waits before it searches again because new requests came, in milliseconds. */
const AGAIN_AFTER_MS = 1000;

/** The choices of status: what the address says, and the filter. */
export const statusFilters: Readonly<Record<string, string>> = {
  errors: "4xx,5xx",
  successes: "2xx,3xx",
};

const search = computed(() =>
  route.value.view === "requests" ? (route.value.filters["search"] ?? "").trim() : "",
);
const status = computed(() =>
  route.value.view === "requests" ? statusFilters[route.value.filters["status"] ?? ""] : undefined,
);

/**
 * The filter in the page's address; undefined when there is none, and the list is that of all requests. It stays the
 * same while only what is open changes.
 */
export const filter = computed((): Filter | undefined => {
  if (search.value === "" && status.value === undefined) return undefined;
  return {
    ...(search.value === "" ? {} : { search: search.value }),
    ...(status.value === undefined ? {} : { status: status.value }),
  };
});

interface Found {
  readonly list: readonly JournalEntry[];
  readonly nextToken: string | undefined;
}

const idOf = ({ requestId }: JournalEntry) => requestId;

const found = signal<Found | undefined>(undefined);
/** Why the search failed; empty when it did not. */
export const searchProblem = signal("");

/** Whether the list is that of a search. */
export const isSearching = computed(() => filter.value !== undefined);

/** The requests to show, newest first; undefined while they are loading. */
export const shownRequests = computed((): readonly JournalEntry[] | undefined =>
  filter.value === undefined ? requests.value : found.value?.list,
);

/** Whether the journal has older requests than those shown. */
export const hasOlder = computed(() =>
  filter.value === undefined ? olderRequests.value !== undefined : found.value?.nextToken !== undefined,
);

let isLoadingOlder = false;

/** Loads the next page of older requests. */
export async function loadOlder(): Promise<void> {
  if (isLoadingOlder || !hasOlder.value) return;
  isLoadingOlder = true;
  try {
    const wanted = filter.value;
    if (wanted === undefined) {
      await loadOlderRequests();
      return;
    }
    const nextToken = found.value?.nextToken;
    if (nextToken === undefined) return;
    const page = await control().requests.list(wanted, { limit: PAGE_SIZE, nextToken });
    if (filter.value !== wanted) return;
    found.value = { list: joined(found.value?.list ?? [], page.requests, idOf), nextToken: page.nextToken };
  } catch {
    // The connection tells.
  } finally {
    isLoadingOlder = false;
  }
}

/** Keeps the search's result in step with the address and with new requests, while a component is drawn. */
export function useSearch(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let latest: JournalEntry | undefined;
    const load = async (wanted: Filter, isAgain: boolean) => {
      try {
        const page = await control().requests.list(wanted, { limit: PAGE_SIZE });
        if (filter.value !== wanted) return;
        searchProblem.value = "";
        const loaded: Found = { list: page.requests, nextToken: page.nextToken };
        found.value = continued(loaded, isAgain ? found.value : undefined, idOf);
      } catch (error) {
        if (filter.value !== wanted) return;
        searchProblem.value = error instanceof Error ? error.message : String(error);
        found.value ??= { list: [], nextToken: undefined };
      }
    };
    const stopSearching = effect(() => {
      const wanted = filter.value;
      found.value = undefined;
      searchProblem.value = "";
      if (wanted) void load(wanted, false);
    });
    const stopReconnecting = effect(() => {
      const wanted = filter.peek();
      if (connection.value === "live" && wanted) void load(wanted, true);
    });
    const stopFollowing = effect(() => {
      const [newest] = requests.value;
      const isNew = newest !== latest;
      latest = newest;
      const wanted = filter.peek();
      if (!isNew || wanted === undefined || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        const again = filter.peek();
        if (again) void load(again, true);
      }, AGAIN_AFTER_MS);
    });
    return () => {
      stopSearching();
      stopReconnecting();
      stopFollowing();
      clearTimeout(timer);
    };
  }, []);
}
