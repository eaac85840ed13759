import type { JournalEntry } from "../journal/entry.ts";
import type { ShownInvocation } from "../state/invocations.ts";

/** The WebSocket subprotocol of the live feed. */
export const FEED_PROTOCOL = "fc-sandbox";

/**
 * The prefix of a second subprotocol, which carries the control token: a browser can't send Authorization in
 * a WebSocket's handshake.
 */
export const TOKEN_PROTOCOL = "token.";

/** A message of the live feed. */
export type FeedEvent =
  | { readonly type: "request"; readonly entry: JournalEntry }
  /** An asynchronous invocation began, or went on. */
  | { readonly type: "invocation"; readonly invocation: ShownInvocation }
  /** A part of the sandbox changed. `what` is the part's path below `/_sandbox`. */
  | { readonly type: "change"; readonly what: string };
