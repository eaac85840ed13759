import type { JournalEntry } from "../journal/entry.ts";
import type { ShownInvocation } from "../state/invocations.ts";

/** The WebSocket subprotocol of the live feed. */
export const FEED_PROTOCOL = "fc-sandbox";

/**
 * The prefix of a second subprotocol, which carries the control token, percent-encoded: a browser can't send
 * Authorization in a WebSocket's handshake.
 */
export const TOKEN_PROTOCOL = "token.";

/** The subprotocol that carries a control token. Subprotocols have neither separators nor spaces (RFC 9110, 5.6.2). */
export function tokenProtocol(token: string): string {
  const encoded = encodeURIComponent(token).replace(/[()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return TOKEN_PROTOCOL + encoded;
}

/** A message of the live feed. */
export type FeedEvent =
  | { readonly type: "request"; readonly entry: JournalEntry }
  /** An asynchronous invocation began, or went on. */
  | { readonly type: "invocation"; readonly invocation: ShownInvocation }
  /** A part of the sandbox changed. `what` is the part's path below `/_sandbox`. */
  | { readonly type: "change"; readonly what: string };
