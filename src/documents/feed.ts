import type { JournalEntry } from "../journal/entry.ts";

/** The subprotocol of the live feed. */
export const FEED_PROTOCOL = "fc-sandbox";

/** A WebSocket's handshake can't carry Authorization from a browser, so the token comes as a subprotocol: after this. */
export const TOKEN_PROTOCOL = "token.";

/** What a watcher of the live feed is told. */
export type FeedEvent =
  | { readonly type: "request"; readonly entry: JournalEntry }
  /** Something of the sandbox changed: what, as its address below `/_sandbox` calls it. */
  | { readonly type: "change"; readonly what: string };
