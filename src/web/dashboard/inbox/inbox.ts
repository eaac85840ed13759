import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DeliveriesPage } from "../../../client/index.ts";
import { continued, joined, type LoadedPages } from "../loadedPages.ts";
import { connection, control, invocations, summary } from "../sandbox.ts";

/** A delivery as the inbox keeps it. */
export type ShownDelivery = DeliveriesPage["deliveries"][number];

const PAGE_SIZE = 50;
/** How long the page waits before it loads again because something was delivered, in milliseconds. */
const AGAIN_AFTER_MS = 300;

/** The newest deliveries, newest first, and the token of the next page; undefined until they are loaded. */
export const inbox = signal<LoadedPages<ShownDelivery> | undefined>(undefined);

const idOf = ({ id }: ShownDelivery) => id;

async function load(): Promise<void> {
  const page = await control()
    .deliveries.list({}, { limit: PAGE_SIZE })
    .catch(() => undefined);
  // The connection tells when it failed.
  if (page === undefined) return;
  const loaded = { list: page.deliveries, nextToken: page.nextToken };
  inbox.value = continued(loaded, inbox.value, idOf);
}

let isLoadingOlder = false;

/** Loads the next page of older deliveries. */
export async function loadOlderDeliveries(): Promise<void> {
  const nextToken = inbox.value?.nextToken;
  if (nextToken === undefined || isLoadingOlder) return;
  isLoadingOlder = true;
  try {
    const page = await control().deliveries.list({}, { limit: PAGE_SIZE, nextToken });
    if (inbox.value?.nextToken !== nextToken) return;
    inbox.value = { list: joined(inbox.value.list, page.deliveries, idOf), nextToken: page.nextToken };
  } catch {
    // The connection tells.
  } finally {
    isLoadingOlder = false;
  }
}

/** Keeps the inbox in step with the sandbox while a component is drawn. */
export function useInbox(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = effect(() => {
      // What was delivered shows in the invocations, and what was cleared in the counts.
      void invocations.value;
      void summary.value?.counts.deliveries;
      if (connection.value === "disconnected" || timer !== undefined) return;
      timer = setTimeout(
        () => {
          timer = undefined;
          void load();
        },
        inbox.peek() === undefined ? 0 : AGAIN_AFTER_MS,
      );
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
}
