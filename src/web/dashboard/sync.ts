import { batch } from "@preact/signals";
import {
  ControlError,
  type Fault,
  type FeedEvent,
  type JournalEntry,
  type Script,
} from "../../client/index.ts";
import { FEED_PROTOCOL, tokenProtocol } from "../../documents/feed.ts";
import { TOKEN_REPLACED } from "../../documents/tokens.ts";
import type { ConfigName } from "../../fc/names.ts";
import { endpoint } from "./address.ts";
import {
  asksFor,
  asksForChange,
  configOfRequest,
  configOfResponse,
  configsOf,
  keyOf,
  type ShownConfig,
  titleOf,
} from "./configs/configs.ts";
import { hasLost, resourcesOf } from "./configs/resources.ts";
import {
  forgetOlderInvocations,
  loadInvocations,
  mayHaveMissed,
  takeInvocations,
} from "./invocations/invocationSync.ts";
import type { ShownInvocation } from "./invocations/invocations.ts";
import { settled } from "./ownership.ts";
import { Reloading } from "./reloading.ts";
import { addRequests, loadRequests } from "./requests/requestSync.ts";
import { route, type View } from "./route.ts";
import {
  announcement,
  auditedChanges,
  type ClosedState,
  configs,
  connection,
  control,
  faults,
  lastChange,
  offers,
  resources,
  scripts,
  summary,
} from "./sandbox.ts";
import { text } from "./text/text.ts";
import { followToken, token } from "./token.ts";

// Keeps the page's state in sync with its sandbox.

/** How many requests, or states of invocations, a page keeps that draws no frames. */
const MAX_QUEUED = 500;
const LONGEST_PAUSE_MS = 10_000;

async function loadOffers(): Promise<void> {
  offers.value = await fetch(`${endpoint}/_sandbox/health`)
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
}

/** Starts to keep the page in sync with its sandbox; reconnects when a connection is lost. */
export function watch(): void {
  const takeToken = () => {
    const before = token.peek();
    followToken();
    if (token.peek() !== before) retryNow();
  };
  window.addEventListener("hashchange", takeToken);
  // Where the view changes too, browsers tell of no hash.
  window.addEventListener("popstate", takeToken);
  window.addEventListener("online", retryNow);
  void follow();
  void loadOffers();
}

let wake: (() => void) | undefined;
let socket: WebSocket | undefined;

/** Reconnects at once. */
export function retryNow(): void {
  socket?.close();
  wake?.();
}

async function follow(): Promise<void> {
  for (let failures = 0; ; failures++) {
    const outcome = await followOnce();
    await settled();
    if (outcome === "lived" || outcome === "dismissed") failures = 0;
    if (outcome === "ended" || connection.peek() === "deleted") {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    } else if (outcome !== "dismissed") {
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

/** The meaning of a refused summary, by status. */
const closedStates: Readonly<Record<number, ClosedState>> = { 401: "locked", 403: "refused", 404: "missing" };

/** What each view shows, where that is not a little of everything. */
const loadedFirst: Readonly<Partial<Record<View, () => Promise<void>>>> = {
  configs: loadState,
  requests: loadRequests,
  invocations: loadInvocations,
  control: loadState,
};

let isFirst = true;

/** The code with which the server closes the feed of whoever may watch no longer. */
const DISMISSED = 1008;

/**
 * Loads the sandbox and follows its feed until the feed closes. After "ended", retrying is useless; after "dismissed", the
 * summary says why at once.
 */
async function followOnce(): Promise<"lived" | "dismissed" | "failed" | "ended"> {
  // What the view shows comes before all else: the summary and the feed ask all functions of the sandbox, too. It is
  // loaded again once the feed is open.
  if (isFirst) await loadedFirst[route.peek().view]?.().catch(() => undefined);
  isFirst = false;
  const refusal = await refusedSummary();
  if (refusal !== undefined) return refusal;
  const protocols = [FEED_PROTOCOL, ...(token.value === undefined ? [] : [tokenProtocol(token.value)])];
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
    // The feed opens first, so that no change between the feed and the loaded state is missed.
    try {
      await Promise.all([loadState(), loadRequests(), loadInvocations()]);
    } catch {
      feed.close();
      return;
    }
    loaded = lived = true;
    for (const event of waiting) take(event, true);
    connection.value = "live";
    countSoon();
  });
  const { code } = await new Promise<CloseEvent>((resolve) => feed.addEventListener("close", resolve));
  if (!lived) return "failed";
  return code === DISMISSED ? "dismissed" : "lived";
}

/** Loads the summary. Returns undefined, or what its refusal means for the page. */
async function refusedSummary(): Promise<"failed" | "ended" | undefined> {
  try {
    summary.value = await control().summary();
    return undefined;
  } catch (error) {
    if (!(error instanceof ControlError)) return "failed";
    const { status, detail } = error.problem;
    const state = detail === TOKEN_REPLACED ? "ended" : closedStates[status];
    if (state === undefined) return "failed";
    batch(() => {
      summary.value = undefined;
      connection.value = state;
    });
    return "ended";
  }
}

/** Changes of configs by requests while the state is loading; these are newer than the loaded state. */
const overtaking = new Map<string, ShownConfig | undefined>();

let isLoadingState = false;

async function loadState(): Promise<void> {
  overtaking.clear();
  const client = control();
  isLoadingState = true;
  // At first, the summary has just been loaded; `countSoon` loads it again.
  const summarized = connection.peek() === "connecting" ? summary.peek() : client.summary();
  const [newSummary, snapshot] = await Promise.all([summarized, client.snapshot.export()]).finally(() => {
    isLoadingState = false;
  });
  const loaded = new Map(configsOf(snapshot).map((config) => [keyOf(config), config]));
  for (const [key, config] of overtaking) {
    if (config) loaded.set(key, config);
    else loaded.delete(key);
  }
  batch(() => {
    if (newSummary) summary.value = newSummary;
    configs.value = loaded;
    resources.value = resourcesOf(snapshot.functions ?? {});
    faults.value = (snapshot.faults ?? []) as Fault[];
    scripts.value = (snapshot.outcomes ?? []) as Script[];
  });
}

/** Loads what the summary says alone: the credentials, and whether requests are refused. */
async function loadSummary(): Promise<void> {
  summary.value = await control().summary();
}

/** Loads what exists; the rest of the state only if something is gone, and configs may be gone with it. */
async function loadResources(): Promise<void> {
  const loaded = resourcesOf(await control().functions.get({ details: true }));
  if (hasLost(resources.value, loaded)) {
    forgetOlderInvocations();
    reloading.reload("state", "invocations");
  } else resources.value = loaded;
}

/** Loads the faults, whose counts have changed. */
async function loadFaults(): Promise<void> {
  faults.value = await control().faults.list();
}

/** Requests received but not shown yet. */
const queue: JournalEntry[] = [];
/** The states of invocations received but not shown yet. */
const invocationQueue: ShownInvocation[] = [];
/** Whether something was dropped from a queue, so that the changes have to be loaded. */
let hasDropped = false;

/** What to load again after a change, by the part of the sandbox that changed; after any other change, everything. */
const concerned: Readonly<Record<string, readonly Loaded[]>> = {
  faults: ["state"],
  settings: ["state", "requests"],
  requests: ["state", "requests"],
  clock: ["state", "invocations"],
  invocations: ["invocations"],
  deliveries: ["invocations"],
  outcomes: ["state"],
  quota: ["summary"],
};

/** Applies an event. The state that the page has may be from before the event, or from after it, in part. */
function take(event: FeedEvent, overtookState = isLoadingState): void {
  if (event.type === "request") takeLater(queue, event.entry);
  else if (event.type === "invocation") takeLater(invocationQueue, event.invocation);
  else if (event.what === "audit") auditedChanges.value += 1;
  // Whose token was replaced is dismissed first.
  else if (event.what === "credentials") reloading.reloadSoon("summary");
  else if (event.what === "functions")
    reloading.reload(...(overtookState ? (["state", "invocations"] as const) : (["resources"] as const)));
  else {
    const parts = concerned[event.what] ?? ["state", "requests", "invocations"];
    // What came before the change may be deleted by now.
    if (parts.includes("invocations")) invocationQueue.length = 0;
    if (parts.includes("invocations") && event.what !== "clock") forgetOlderInvocations();
    reloading.reload(...parts);
  }
}

/** Adds to one of the two queues, and has both applied in the next frame. */
function takeLater<T>(to: T[], item: T): void {
  const isFirst = queue.length + invocationQueue.length === 0;
  to.push(item);
  // A hidden page draws no frames, and a queue must not grow without limit.
  if (to.length > MAX_QUEUED) {
    to.shift();
    hasDropped = true;
  }
  if (isFirst) requestAnimationFrame(takeQueues);
}

/** Applies all that was received since the last frame, in one update. */
function takeQueues(): void {
  countSoon();
  batch(() => {
    takeInvocations(invocationQueue.splice(0));
    takeRequests(queue.splice(0));
  });
  if (hasDropped) reloading.reload("state", "invocations");
  hasDropped = false;
}

function takeRequests(received: readonly JournalEntry[]): void {
  addRequests(received);
  // A request that the list has already may have come after the state was loaded.
  if (received.some(asksForChange)) {
    const next = new Map(configs.value);
    for (const entry of received) takeRequest(entry, next);
    configs.value = next;
  }
  const struck = received.filter((entry) => entry.faults.length > 0);
  // The response need not show what the request did.
  if (struck.some((entry) => entry.changes)) reloading.reloadSoon("state");
  else if (struck.length > 0) reloading.reloadSoon("faults");
}

/** Applies a request's change to `configs`. */
function takeRequest(entry: JournalEntry, configs: Map<string, ShownConfig>): void {
  const name = configOfRequest(entry);
  if (name !== undefined && entry.status < 400) takeChange(entry, name, configs);
}

function takeChange(entry: JournalEntry, name: ConfigName, configs: Map<string, ShownConfig>): void {
  if (!asksForChange(entry)) return;
  const isPut = asksFor(entry, "PutAsyncInvokeConfig");
  const key = keyOf(name);
  const put = configOfResponse(entry);
  if (isPut && put === undefined) {
    reloading.reload("state");
  } else {
    if (put) configs.set(key, put);
    else configs.delete(key);
    overtaking.set(key, put);
  }
  lastChange.value = { key, items: entry.changes?.items.map(({ item }) => item) ?? [] };
  const { configChanged, configDeleted } = text().announce;
  announcement.value = isPut ? configChanged(titleOf(name)) : configDeleted(titleOf(name));
}

const COUNT_AFTER_MS = 2000;
let isCounting = false;

/** Loads the summary again, some time after requests arrive, because its counts cover all functions. */
function countSoon(): void {
  if (isCounting) return;
  isCounting = true;
  setTimeout(async () => {
    isCounting = false;
    if (mayHaveMissed()) reloading.reload("invocations");
    // If this fails, the feed fails too, and reconnects.
    const counted = await control()
      .summary()
      .catch(() => undefined);
    if (counted) summary.value = counted;
  }, COUNT_AFTER_MS);
}

const loads = {
  summary: loadSummary,
  state: loadState,
  resources: loadResources,
  requests: loadRequests,
  invocations: loadInvocations,
  faults: loadFaults,
};
type Loaded = keyof typeof loads;

const reloading = new Reloading<Loaded>(
  loads,
  { resources: "state", faults: "state", summary: "state" },
  // Reconnecting loads everything.
  () => socket?.close(),
);
