import { effect, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { JournalEntry } from "../../../client/index.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName } from "../../../fc/names.ts";
import { control, requests } from "../sandbox.ts";
import { type ConfigItems, configOfRequest, keyOf } from "./configs.ts";

/** How many requests of each operation a history is made of, at most: a page of the journal. */
const MOST = 100;

/** A request that changed a config, with what it changed. */
export type ChangingEntry = JournalEntry & { readonly changes: NonNullable<JournalEntry["changes"]> };

/** The requests that changed a function's configs, newest first; undefined while they are loading. */
export type History = readonly ChangingEntry[] | undefined;

/** Loads and keeps the history of a function's configs while a component that uses it is drawn. */
export function useHistory({ service, function: name }: FunctionName): { readonly value: History } {
  const history = useMemo(() => signal<History>(undefined), [service, name]);
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const found = await Promise.all(
        (["PutAsyncInvokeConfig", "DeleteAsyncInvokeConfig"] as const).map((operation) =>
          control().requests.list({ operation, function: name }, { limit: MOST }),
        ),
      ).catch(() => []);
      if (isCurrent)
        history.value = changing(
          [...seenOf(name, requests.peek()), ...found.flatMap((page) => page.requests)],
          service,
        );
    };
    void load();
    const stop = effect(() => {
      // The newest requests come by the feed.
      const seen = seenOf(name, requests.value);
      const known = history.peek();
      const ids = new Set(known?.map(({ requestId }) => requestId));
      if (known && seen.some((entry) => entry.changes && !ids.has(entry.requestId))) {
        history.value = changing([...seen, ...known], service);
      }
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, [service, name]);
  return history;
}

function seenOf(name: string, seen: readonly JournalEntry[]): JournalEntry[] {
  return seen.filter((entry) => entry.function === name);
}

function changing(entries: readonly JournalEntry[], service: string): ChangingEntry[] {
  const byId = new Map(
    entries
      .filter(
        (entry): entry is ChangingEntry => entry.changes !== undefined && (entry.service ?? "") === service,
      )
      .map((entry) => [entry.requestId, entry]),
  );
  return [...byId.values()]
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
    .slice(0, 2 * MOST);
}

/** The part of a function's history that is one config's. */
export function historyOf(history: History, config: ConfigName): readonly ChangingEntry[] {
  return (history ?? []).filter((entry) => {
    const name = configOfRequest(entry);
    return name && keyOf({ ...name, qualifier: name.qualifier || DEFAULT_QUALIFIER }) === keyOf(config);
  });
}

/**
 * The request that set an item of a config to its value: the newest one that changed the item, if it set that value.
 * Undefined when the journal does not have it, and when the value came by an import.
 */
export function setterOf(
  history: readonly ChangingEntry[],
  item: keyof ConfigItems,
  value: ConfigItems[keyof ConfigItems],
): ChangingEntry | undefined {
  const found = history.find(({ changes }) => changes.items.some((change) => change.item === item));
  const set = found?.changes.items.find((change) => change.item === item);
  return (set?.after ?? "") === (value ?? "") ? found : undefined;
}
