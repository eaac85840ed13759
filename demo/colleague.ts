/** The colleague in the story that the dashboard presents: a program with an SDK, beside the page. */
import { setTimeout } from "node:timers/promises";
import Fc2 from "@alicloud/fc2";
import type { SandboxClient } from "../src/client/index.ts";
import { FEED_PROTOCOL, type FeedEvent, TOKEN_PROTOCOL } from "../src/documents/feed.ts";
import type { JournalEntry } from "../src/journal/entry.ts";

/** The header of the request by which the page says that the colleague's turn has come, in lower case. */
const CUE = "x-story-cue";
/** What the colleague's PUT allows. */
const RETRIES = 4;
const RECONNECT_MS = 500;

export interface ColleagueOptions {
  /** Ends the part. */
  readonly signal: AbortSignal;
  /** Gets a line for each PUT, or the reason why it failed. */
  readonly tell?: (line: string) => void;
}

/**
 * Follows the sandbox, and sends a PUT with an SDK for each cue. Resolves when it follows; it goes on until the signal
 * ends it, and follows again after a lost connection.
 */
export async function playColleague(
  sandbox: SandboxClient,
  { signal, tell = () => {} }: ColleagueOptions,
): Promise<void> {
  await new Promise<void>((resolve) => {
    void follow(sandbox, { signal, tell }, resolve);
  });
}

async function follow(
  sandbox: SandboxClient,
  { signal, tell }: Required<ColleagueOptions>,
  onOpen: () => void,
): Promise<void> {
  const { endpoint, access } = sandbox;
  const token = access.controlToken;
  const protocols = [FEED_PROTOCOL, ...(token === undefined ? [] : [TOKEN_PROTOCOL + token])];
  while (!signal.aborted) {
    const feed = new WebSocket(`${endpoint.replace(/^http/, "ws")}/_sandbox/events`, protocols);
    const close = () => feed.close();
    signal.addEventListener("abort", close);
    feed.addEventListener("open", onOpen);
    feed.addEventListener("message", ({ data }) => {
      const event: FeedEvent = JSON.parse(data);
      if (event.type !== "request" || event.entry.headers[CUE] === undefined) return;
      put(sandbox, event.entry).then(tell, (error) => tell(`The colleague's PUT failed: ${error.message}`));
    });
    await new Promise((resolve) => {
      feed.addEventListener("close", resolve);
      feed.addEventListener("error", resolve);
    });
    signal.removeEventListener("abort", close);
    await setTimeout(RECONNECT_MS, undefined, { signal }).catch(() => {});
  }
  onOpen();
}

/** Allows more retries in the config for which the cue asked. Returns what happened. */
async function put(sandbox: SandboxClient, { service, function: name, qualifier }: JournalEntry) {
  const { settings, accessKeyId = "any-id", accessKeySecret = "any-secret" } = await sandbox.summary();
  const { accountId, region } = settings;
  const { endpoint } = sandbox;
  const client = new Fc2(accountId, { accessKeyID: accessKeyId, accessKeySecret, region, endpoint });
  const options = { maxAsyncRetryAttempts: RETRIES };
  await client.putFunctionAsyncConfig(service ?? "", name ?? "", qualifier ?? undefined, options);
  return `A colleague allowed ${RETRIES} retries of ${service} / ${name}, with @alicloud/fc2.`;
}
