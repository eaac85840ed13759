import { batch } from "@preact/signals";
import { ControlError, type Fault, type FeedEvent, type JournalEntry } from "../../client/index.ts";
import { FEED_PROTOCOL, TOKEN_PROTOCOL } from "../../documents/feed.ts";
import type { ConfigName } from "../../fc/names.ts";
import { endpoint, tokenInAddress } from "./address.ts";
import {
  asksFor,
  asksForChange,
  changes,
  configOfRequest,
  configOfResponse,
  configsOf,
  keyOf,
  type ShownConfig,
  titleOf,
} from "./configs.ts";
import {
  announcement,
  type ClosedState,
  configs,
  connection,
  control,
  faults,
  lastChange,
  olderRequests,
  requests,
  type SeenRequest,
  summary,
  token,
} from "./sandbox.ts";

// Keeps what the page knows in step with its sandbox.

/** How many requests the page holds; older ones are in the journal. */
const MAX_REQUESTS = 500;
const PAGE_SIZE = 50;
const LONGEST_PAUSE_MS = 10_000;

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
      connection.value = "disconnected";
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
    }
    wake = undefined;
    connection.value = "connecting";
  }
}

/** What the control plane's refusal of the summary means, by its status. */
const closedStates: Readonly<Record<number, ClosedState>> = { 401: "locked", 403: "refused", 404: "missing" };

/** Loads the sandbox and follows its feed until that ends; says whether it makes sense to try again. */
async function followOnce(): Promise<"lived" | "failed" | "ended"> {
  try {
    summary.value = await control().summary();
  } catch (error) {
    if (!(error instanceof ControlError)) return "failed";
    const state = closedStates[error.problem.status];
    if (state === undefined) return "failed";
    batch(() => {
      summary.value = undefined;
      connection.value = state;
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
    connection.value = "live";
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

/** Adds the journal's next page to those shown. */
export async function loadOlderRequests(): Promise<void> {
  const nextToken = olderRequests.value;
  if (nextToken === undefined) return;
  const page = await control().requests.list({}, { limit: PAGE_SIZE, nextToken });
  batch(() => {
    requests.value = [...requests.value, ...page.requests.map((entry) => ({ entry }))];
    olderRequests.value = page.nextToken;
  });
}

/** Requests that the page does not show yet. */
const queue: JournalEntry[] = [];
/** Whether there were more: what they did to configs has to be loaded. */
let hasDropped = false;

function take(event: FeedEvent): void {
  if (event.type === "change") {
    reload({ requests: !["faults", "clock", "functions"].includes(event.what) });
    return;
  }
  queue.push(event.entry);
  // A hidden page draws nothing, but must not hoard either.
  if (queue.length > MAX_REQUESTS) {
    queue.shift();
    hasDropped = true;
  }
  if (queue.length === 1) requestAnimationFrame(takeQueue);
}

/** Takes the requests that came since the last frame, in one step, however many they are. */
function takeQueue(): void {
  const known = new Set(requests.value.map(({ entry }) => entry.requestId));
  const entries = queue.splice(0).filter(({ requestId }) => !known.has(requestId));
  countSoon();
  batch(() => {
    const next = new Map(configs.value);
    const seen = entries.map((entry) => takeRequest(entry, next));
    requests.value = [...seen.reverse(), ...requests.value].slice(0, MAX_REQUESTS);
    configs.value = next;
  });
  // A fault was counted, and after one the response need not be what happened.
  if (hasDropped || entries.some((entry) => entry.faults.length > 0)) reload({ requests: false });
  hasDropped = false;
}

/** Does to these configs what a request did; returns it as the page shows it. */
function takeRequest(entry: JournalEntry, configs: Map<string, ShownConfig>): SeenRequest {
  const name = configOfRequest(entry);
  if (name === undefined) return { entry };
  const before = { items: configs.get(keyOf(name))?.items };
  if (entry.status < 400) takeChange(entry, name, configs);
  return { entry, before };
}

function takeChange(entry: JournalEntry, name: ConfigName, configs: Map<string, ShownConfig>): void {
  if (!asksForChange(entry)) return;
  const isPut = asksFor(entry, "PutAsyncInvokeConfig");
  const key = keyOf(name);
  const before = configs.get(key)?.items;
  const put = configOfResponse(entry);
  if (isPut && put === undefined) {
    reload({ requests: false });
  } else {
    if (put) configs.set(key, put);
    else configs.delete(key);
    overtaking.set(key, put);
  }
  lastChange.value = { key, items: changes(before, configs.get(key)?.items).map(({ item }) => item) };
  announcement.value = `${isPut ? "Config changed" : "Config deleted"}: ${titleOf(name)}`;
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

let isReloading = false;
let isStateStale = false;
let areRequestsStale = false;

/** Loads the state again, and the requests if asked; once at a time. */
function reload(what: { readonly requests: boolean }): void {
  isStateStale = true;
  areRequestsStale ||= what.requests;
  if (!isReloading) void loadStale();
}

async function loadStale(): Promise<void> {
  isReloading = true;
  while (isStateStale) {
    const loads = areRequestsStale ? [loadState, loadRequests] : [loadState];
    isStateStale = areRequestsStale = false;
    try {
      await Promise.all(loads.map((load) => load()));
    } catch {
      socket?.close(); // What is shown may be wrong: start again.
    }
  }
  isReloading = false;
}
