import { computed, signal } from "@preact/signals";
import {
  type Fault,
  type Health,
  type JournalEntry,
  type Role,
  SandboxClient,
  type Script,
  type Summary,
} from "../../client/index.ts";
import type { AccessKey } from "../../fc/signature/verdict.ts";
import { mayChange as roleMayChange } from "../../state/roles.ts";
import { DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";
import { addressedSandbox, endpoint } from "./address.ts";
import type { ConfigItems, ShownConfig } from "./configs/configs.ts";
import { NO_RESOURCES } from "./configs/resources.ts";
import type { ListedInvocations } from "./invocations/invocations.ts";
import { token } from "./token.ts";

// What the page knows about its sandbox.

/**
 * States in which retrying is useless: there is no such sandbox, this visitor may not see it, the token was replaced, or this
 * page has deleted the sandbox.
 */
const closedStates = ["missing", "locked", "refused", "ended", "deleted"] as const;
export type ClosedState = (typeof closedStates)[number];

/** The state of the page's connection to its sandbox. */
export type Connection = "connecting" | "live" | "disconnected" | ClosedState;

/** Whether a state is one in which retrying is useless. */
export function isClosed(state: Connection): state is ClosedState {
  return closedStates.some((one) => one === state);
}

/** The latest change, which the page highlights: the config's key, and the changed items. */
export interface LastChange {
  readonly key: string;
  readonly items: readonly (keyof ConfigItems)[];
}

export const connection = signal<Connection>("connecting");
export const summary = signal<Summary | undefined>(undefined);
/** The configs by `keyOf`. */
export const configs = signal<ReadonlyMap<string, ShownConfig>>(new Map());
/** What exists, whether it has configs or not. */
export const resources = signal(NO_RESOURCES);
/** The requests, newest first. */
export const requests = signal<readonly JournalEntry[]>([]);
/** The token of the journal's next page; undefined when all requests are loaded. */
export const olderRequests = signal<string | undefined>(undefined);
/** The newest asynchronous invocations. */
export const invocations = signal<ListedInvocations>({ list: [], hasOlder: false });
export const faults = signal<readonly Fault[]>([]);
/** What functions do when they are invoked, in the order in which they count. */
export const scripts = signal<readonly Script[]>([]);
/** What the server offers to whoever has no sandbox; undefined until it is known. */
export const offers = signal<Health | undefined>(undefined);
/** How often the feed has told that the audit has a new entry. */
export const auditedChanges = signal(0);
export const lastChange = signal<LastChange | undefined>(undefined);
/** The text of the temporary message, which a screen reader announces. */
export const announcement = signal("");

/** The sandbox's id: from the summary, or from the page's address until the summary is loaded. */
export const sandboxId = computed(() => summary.value?.id ?? addressedSandbox ?? DEFAULT_SANDBOX_ID);

/** Whether there is something to show of the sandbox. */
export const hasSomething = computed(
  () =>
    summary.value !== undefined ||
    configs.value.size + requests.value.length + invocations.value.list.length > 0,
);

/** Whether there is nothing to see but the front page of a server whose `default` is locked or off. */
export const isFrontPage = computed(
  () => addressedSandbox === undefined && (connection.value === "locked" || connection.value === "missing"),
);

/** As what this page looks at the sandbox; undefined until that is known. */
export const role = computed((): Role | undefined => summary.value?.role);

/** Whether this page may change the sandbox, by the control plane and by the API. Else it shows no control that would. */
export const mayChange = computed(() => role.value !== undefined && roleMayChange(role.value));

/** The key for signing API requests; undefined when the sandbox does not require signatures. */
export const signingKey = computed((): AccessKey | undefined => {
  const { settings, accessKeyId, accessKeySecret } = summary.value ?? {};
  if (settings?.signatures !== "required" || !accessKeyId || !accessKeySecret) return undefined;
  return { accessKeyId, accessKeySecret };
});

/** A client of the control plane, with this page's token if there is one. */
export function control(): SandboxClient {
  return new SandboxClient({ endpoint, ...(token.value === undefined ? {} : { controlToken: token.value }) });
}
