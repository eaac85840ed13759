import { batch, computed, signal } from "@preact/signals";
import type { AccessKey } from "../../api/signature/verdict.ts";
import {
  ControlError,
  type Fault,
  type FeedEvent,
  type JournalEntry,
  SandboxClient,
  type Summary,
} from "../../client/index.ts";
import { FEED_PROTOCOL, TOKEN_PROTOCOL } from "../../sandbox/feedProtocol.ts";
import { endpoint, tokenInAddress } from "./address.ts";
import {
  type ConfigItems,
  changes,
  configOfRequest,
  configOfResponse,
  configsOf,
  keyOf,
  type ShownConfig,
} from "./configs.ts";

/** How many requests the page holds; older ones are in the journal. */
const MAX_REQUESTS = 500;
const PAGE_SIZE = 50;
const DEFAULT_SANDBOX = "default";
const LONGEST_PAUSE_MS = 10_000;

/** A request of the journal, and the config it was for as it was before, where that is known. */
export interface SeenRequest {
  readonly entry: JournalEntry;
  readonly before?: { readonly items: ConfigItems | undefined };
}

/** How the page stands with its sandbox. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "disconnected"; readonly retryAt: number }
  /** Nothing to wait for: there is no such sandbox, or it is not for this visitor. */
  | { readonly state: "missing" | "locked" | "refused"; readonly detail: string };

/** What happened to a config that the page marks as changed last. */
export interface LastChange {
  readonly key: string;
  readonly items: readonly (keyof ConfigItems)[];
}

export const token = signal(tokenInAddress());
export const connection = signal<Connection>({ state: "connecting" });
export const summary = signal<Summary | undefined>(undefined);
export const configs = signal<ReadonlyMap<string, ShownConfig>>(new Map());
export const requests = signal<readonly SeenRequest[]>([]);
export const olderRequests = signal<string | undefined>(undefined);
export const faults = signal<readonly Fault[]>([]);
export const lastChange = signal<LastChange | undefined>(undefined);
/** What a screen reader is told, and what a passing message says. */
export const announcement = signal("");

/** Which sandbox this is, as far as the page's address tells before the sandbox itself does. */
export const sandboxId = computed(
  () => summary.value?.id ?? /\/s\/([^/]+)$/.exec(endpoint)?.[1] ?? DEFAULT_SANDBOX,
);

/** Whether the visitor may change things: without a token only where nobody needs one. */
export const mayControl = computed(
  () => summary.value !== undefined && (token.value !== undefined || summary.value.id === DEFAULT_SANDBOX),
);

/** The key that API requests must be signed with; undefined where they need not be. */
export const signingKey = computed((): AccessKey | undefined => {
  const { settings, accessKeyId, accessKeySecret } = summary.value ?? {};
  if (settings?.signatures !== "required" || !accessKeyId || !accessKeySecret) return undefined;
  return { accessKeyId, accessKeySecret };
});

export function control(): SandboxClient {
  return new SandboxClient({ endpoint, ...(token.value === undefined ? {} : { controlToken: token.value }) });
}

/** Keeps the page in step with its sandbox from now on, across lost connections. */
export function watch(): void {
  window.addEventListener("hashchange", () => {
    token.value = tokenInAddress();
    retryNow();
  });
  window.addEventListener("online", retryNow);
  void follow();
}

let wake: (() => void) | undefined;
let socket: WebSocket | undefined;

/** Connects again at once. */
export function retryNow(): void {
  socket?.close();
  wake?.();
}

async function follow(): Promise<void> {
  for (let failures = 0; ; failures++) {
    const outcome = await followOnce();
    if (outcome === "lived") failures = 0;
    if (outcome === "ended") {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    } else {
      const pause = Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
      connection.value = { state: "disconnected", retryAt: Date.now() + pause };
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
    }
    wake = undefined;
    connection.value = { state: "connecting" };
  }
}

/** Loads the sandbox and follows its feed until that ends; says whether it makes sense to try again. */
async function followOnce(): Promise<"lived" | "failed" | "ended"> {
  try {
    summary.value = await control().summary();
  } catch (error) {
    if (!(error instanceof ControlError)) return "failed";
    const { status, detail } = error.problem;
    const state = ({ 401: "locked", 403: "refused", 404: "missing" } as const)[status];
    if (state === undefined) return "failed";
    batch(() => {
      summary.value = undefined;
      connection.value = { state, detail };
    });
    return "ended";
  }
  const protocols = [FEED_PROTOCOL, ...(token.value === undefined ? [] : [TOKEN_PROTOCOL + token.value])];
  const feed = new WebSocket(`${endpoint.replace(/^http/, "ws")}/_sandbox/events`, protocols);
  socket = feed;
  const waiting: FeedEvent[] = [];
  let loaded = false;
  let lived = false;
  feed.addEventListener("message", ({ data }) => {
    const event: FeedEvent = JSON.parse(data);
    if (loaded) take(event);
    else waiting.push(event);
  });
  feed.addEventListener("open", async () => {
    // The feed first, so that nothing falls between it and what is loaded.
    try {
      await Promise.all([loadState(), loadRequests()]);
    } catch {
      feed.close();
      return;
    }
    loaded = lived = true;
    for (const event of waiting) take(event);
    connection.value = { state: "live" };
  });
  await new Promise((resolve) => feed.addEventListener("close", resolve));
  return lived ? "lived" : "failed";
}

/** What requests did to configs while the state was being loaded: that is newer than what comes. */
const overtaking = new Map<string, ShownConfig | undefined>();

async function loadState(): Promise<void> {
  overtaking.clear();
  const client = control();
  const [newSummary, snapshot] = await Promise.all([client.summary(), client.snapshot.export()]);
  const loaded = new Map(configsOf(snapshot).map((config) => [keyOf(config), config]));
  for (const [key, config] of overtaking) {
    if (config) loaded.set(key, config);
    else loaded.delete(key);
  }
  batch(() => {
    summary.value = newSummary;
    configs.value = loaded;
    faults.value = (snapshot.faults ?? []) as Fault[];
  });
}

async function loadRequests(): Promise<void> {
  const page = await control().requests.list({}, { limit: PAGE_SIZE });
  const known = new Map(requests.value.map((seen) => [seen.entry.requestId, seen]));
  batch(() => {
    requests.value = page.requests.map((entry) => known.get(entry.requestId) ?? { entry });
    olderRequests.value = page.nextToken;
  });
}

export async function loadOlderRequests(): Promise<void> {
  const nextToken = olderRequests.value;
  if (nextToken === undefined) return;
  const page = await control().requests.list({}, { limit: PAGE_SIZE, nextToken });
  batch(() => {
    requests.value = [...requests.value, ...page.requests.map((entry) => ({ entry }))];
    olderRequests.value = page.nextToken;
  });
}

const queue: JournalEntry[] = [];
/** What has to be loaded again; undefined while that is not being done. */
let stale: { state: boolean; requests: boolean } | undefined;

function take(event: FeedEvent): void {
  if (event.type === "change") {
    reload({ requests: !["faults", "clock", "functions"].includes(event.what) });
    return;
  }
  queue.push(event.entry);
  // A hidden page draws nothing, but must not hoard either.
  if (queue.length > MAX_REQUESTS) queue.shift();
  if (queue.length === 1) requestAnimationFrame(takeQueue);
}

/** Takes the requests that came since the last frame, in one step, however many they are. */
function takeQueue(): void {
  const entries = queue.splice(0);
  const known = new Set(requests.value.map(({ entry }) => entry.requestId));
  const seen: SeenRequest[] = [];
  countSoon();
  const next = new Map(configs.value);
  let change = lastChange.value;
  for (const entry of entries) {
    if (known.has(entry.requestId)) continue;
    const named = configOfRequest(entry);
    const key = named && keyOf(named);
    const before = key ? { items: next.get(key)?.items } : undefined;
    seen.push({ entry, ...(before ? { before } : {}) });
    if (key === undefined || entry.status >= 400) continue;
    const put = configOfResponse(entry);
    if (put) next.set(key, put);
    else if (entry.operation === "put") reload({ requests: false });
    else if (entry.operation === "delete") next.delete(key);
    else continue;
    overtaking.set(key, next.get(key));
    change = { key, items: changes(before?.items, next.get(key)?.items).map(({ item }) => item) };
    announcement.value = `${entry.operation === "put" ? "Config changed" : "Config deleted"}: ${titleOf(named)}`;
  }
  // A fault was counted, and after one the response need not be what happened.
  if (entries.some((entry) => entry.faults.length > 0)) reload({ requests: false });
  batch(() => {
    requests.value = [...seen.reverse(), ...requests.value].slice(0, MAX_REQUESTS);
    configs.value = next;
    lastChange.value = change;
  });
}

const COUNT_AFTER_MS = 2000;
let isCounting = false;

/** Has the figures counted anew, some time after requests came: they are for all functions together. */
function countSoon(): void {
  if (isCounting) return;
  isCounting = true;
  setTimeout(async () => {
    isCounting = false;
    // When it fails, so does the feed, which starts again.
    const counted = await control()
      .summary()
      .catch(() => undefined);
    if (counted) summary.value = counted;
  }, COUNT_AFTER_MS);
}

/** Loads the state again, and the requests if asked; once at a time. */
function reload(what: { readonly requests: boolean }): void {
  const isBusy = stale !== undefined;
  stale = { state: true, requests: what.requests || (stale?.requests ?? false) };
  if (!isBusy) void loadStale();
}

async function loadStale(): Promise<void> {
  while (stale?.state) {
    const { requests: alsoRequests } = stale;
    stale = { state: false, requests: false };
    try {
      await Promise.all([loadState(), ...(alsoRequests ? [loadRequests()] : [])]);
    } catch {
      socket?.close(); // What is shown may be wrong: start again.
    }
  }
  stale = undefined;
}

/** A config's name for people. */
export function titleOf(named: Pick<ShownConfig, "service" | "function" | "qualifier"> | undefined): string {
  if (named === undefined) return "";
  return `${named.service ? `${named.service} / ` : ""}${named.function} : ${named.qualifier}`;
}
