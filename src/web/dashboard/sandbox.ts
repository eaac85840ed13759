import { computed, signal } from "@preact/signals";
import { type Fault, type JournalEntry, SandboxClient, type Summary } from "../../client/index.ts";
import type { AccessKey } from "../../fc/signature/verdict.ts";
import { DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";
import { endpoint, tokenInAddress } from "./address.ts";
import type { ConfigItems, ShownConfig } from "./configs.ts";

// What the page knows of its sandbox.

/** A request of the journal, and the config it was for as it was before, where that is known. */
export interface SeenRequest {
  readonly entry: JournalEntry;
  readonly before?: { readonly items: ConfigItems | undefined };
}

/** Nothing to wait for: there is no such sandbox, or it is not for this visitor. */
export type ClosedState = "missing" | "locked" | "refused";

/** How the page stands with its sandbox. */
export type Connection = "connecting" | "live" | "disconnected" | ClosedState;

export function isClosed(state: Connection): state is ClosedState {
  return state === "missing" || state === "locked" || state === "refused";
}

/** What happened to a config that the page marks as changed last. */
export interface LastChange {
  readonly key: string;
  readonly items: readonly (keyof ConfigItems)[];
}

/** The control token; undefined for who only watches. */
export const token = signal(tokenInAddress());
export const connection = signal<Connection>("connecting");
export const summary = signal<Summary | undefined>(undefined);
/** By `keyOf`. */
export const configs = signal<ReadonlyMap<string, ShownConfig>>(new Map());
/** Newest first. */
export const requests = signal<readonly SeenRequest[]>([]);
/** The token of the journal's next page; undefined when the page has all there is. */
export const olderRequests = signal<string | undefined>(undefined);
export const faults = signal<readonly Fault[]>([]);
export const lastChange = signal<LastChange | undefined>(undefined);
/** What a screen reader is told, and what a passing message says. */
export const announcement = signal("");

/** Which sandbox this is, as far as the page's address tells before the sandbox itself does. */
export const sandboxId = computed(
  () => summary.value?.id ?? /\/s\/([^/]+)$/.exec(endpoint)?.[1] ?? DEFAULT_SANDBOX_ID,
);

/** Whether the visitor may change things: without a token only where nobody needs one. */
export const mayControl = computed(
  () => summary.value !== undefined && (token.value !== undefined || summary.value.id === DEFAULT_SANDBOX_ID),
);

/** The key that API requests must be signed with; undefined where they need not be. */
export const signingKey = computed((): AccessKey | undefined => {
  const { settings, accessKeyId, accessKeySecret } = summary.value ?? {};
  if (settings?.signatures !== "required" || !accessKeyId || !accessKeySecret) return undefined;
  return { accessKeyId, accessKeySecret };
});

/** The control plane, as this visitor may use it. */
export function control(): SandboxClient {
  return new SandboxClient({ endpoint, ...(token.value === undefined ? {} : { controlToken: token.value }) });
}
