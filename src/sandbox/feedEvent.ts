import type { JournalEntry } from "../function/journalEntry.ts";

/** What a watcher of the live feed is told. */
export type FeedEvent =
  | { readonly type: "request"; readonly entry: JournalEntry }
  /** Something of the sandbox changed: what, as its address below `/_sandbox` calls it. */
  | { readonly type: "change"; readonly what: string };
