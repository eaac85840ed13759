import { effect, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { continued, joined, type LoadedPages } from "./loadedPages.ts";
import { connection } from "./sandbox.ts";

const PAGE_SIZE = 50;
/** How long a list waits before it is loaded again because of further changes, in milliseconds. */
const AGAIN_AFTER_MS = 300;

/** A list of the sandbox that a view shows, newest first. */
export interface PagedList<T> {
  /** What was loaded; undefined until something is. */
  readonly pages: Signal<LoadedPages<T> | undefined>;
  /** Loads the next page of older items. */
  loadOlder(): Promise<void>;
  /** Keeps the list in step with the sandbox while a component is drawn. */
  useList(): void;
}

/**
 * A list that `read` loads page by page. `idOf` identifies an item. `follow` reads the signals after whose changes the list is
 * loaded again, and says whether it may be read now.
 */
export function pagedList<T>({
  read,
  idOf,
  follow,
}: {
  readonly read: (page: { readonly limit: number; readonly nextToken?: string }) => Promise<LoadedPages<T>>;
  readonly idOf: (item: T) => string;
  readonly follow: () => boolean;
}): PagedList<T> {
  const pages = signal<LoadedPages<T> | undefined>(undefined);
  let isLoadingOlder = false;

  const load = async () => {
    const loaded = await read({ limit: PAGE_SIZE }).catch(() => undefined);
    // The connection tells when it failed.
    if (loaded !== undefined) pages.value = continued(loaded, pages.value, idOf);
  };
  const loadOlder = async () => {
    const nextToken = pages.value?.nextToken;
    if (nextToken === undefined || isLoadingOlder) return;
    isLoadingOlder = true;
    try {
      const older = await read({ limit: PAGE_SIZE, nextToken });
      if (pages.value?.nextToken !== nextToken) return;
      pages.value = { list: joined(pages.value.list, older.list, idOf), nextToken: older.nextToken };
    } catch {
      // The connection tells.
    } finally {
      isLoadingOlder = false;
    }
  };
  const useList = () => {
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = effect(() => {
        if (!follow() || connection.value === "disconnected" || timer !== undefined) return;
        timer = setTimeout(
          () => {
            timer = undefined;
            void load();
          },
          pages.peek() === undefined ? 0 : AGAIN_AFTER_MS,
        );
      });
      return () => {
        stop();
        clearTimeout(timer);
      };
    }, []);
  };
  return { pages, loadOlder, useList };
}
