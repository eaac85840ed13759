import { createHmac } from "node:crypto";
import autocannon from "autocannon";

export const FUNCTIONS = 32;
const CONNECTIONS = 16;
/** How many different configs a connection puts to a function in turn. */
const CONFIGS = 4;
/**
 * After so many, the functions' journals are full, and their write-ahead logs as long as they get (SQLite starts one
 * anew at 1,000 pages): from then on a PUT writes over what is there, and its commit costs the disk less.
 */
export const PUTS_UNTIL_STEADY = FUNCTIONS * 1000;

/** The path of a function's config; a service can have a qualifier with it. */
export function configPath(name: string, service = "demo"): string {
  return `/2016-08-15/services/${service}/functions/${name}/async-invoke-config`;
}

/** The paths of so many functions' configs. */
export function configPaths(functions: number): string[] {
  return Array.from({ length: functions }, (_, i) => configPath(`f${i}`));
}

/** A config; another for each number: SQLite writes nothing for a row that stays as it was. */
function config(number: number): string {
  return JSON.stringify({
    destinationConfig: {
      onSuccess: { destination: "acs:fc:cn-hangzhou:1234567890123456:services/demo/functions/done" },
      onFailure: { destination: "acs:mns:cn-hangzhou:1234567890123456:/queues/failed/messages" },
    },
    maxAsyncEventAgeInSeconds: 100_000 + number,
    maxAsyncRetryAttempts: 2,
  });
}

/** One round of load: what came of it. Latencies are in milliseconds. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

export interface Load {
  readonly seconds: number;
  /** Default PUT. */
  readonly method?: "PUT" | "GET";
  /** What the requests are signed with, if anything. */
  readonly key?: AccessKey | undefined;
  /**
   * Whether each of the 16 connections asks for every config, all in the same order, so that several come for one together;
   * or for some that no other asks for, as by default unless there are fewer than connections.
   */
  readonly shared?: boolean;
}

/** PUTs or GETs of the configs at these paths, over 16 connections, for some seconds. Throws when a response is not a 2xx. */
export function load(
  url: string,
  paths: readonly string[],
  { seconds, method = "PUT", key, shared = paths.length < CONNECTIONS }: Load,
): Promise<Round> {
  const type = method === "PUT" ? "application/json" : "";
  let connections = 0;
  // Each connection has bodies of its own, made before the load starts: making them must not slow the client down.
  const setupClient = (client: autocannon.Client) => {
    const connection = connections++;
    const its = shared ? paths : paths.filter((_, i) => i % CONNECTIONS === connection);
    const requests = Array.from({ length: CONFIGS }, (_, i) =>
      its.map((path) => ({
        method,
        path,
        headers: { ...(type && { "content-type": type }), ...(key && signature(method, type, path, key)) },
        ...(method === "PUT" ? { body: config(connection * CONFIGS + i) } : {}),
      })),
    );
    client.setRequests(requests.flat());
  };
  return fire({ url, duration: seconds, setupClient });
}

/** Makes sandboxes, over 16 connections, for some seconds. */
export function creation(url: string, seconds: number): Promise<Round> {
  return fire({ url: `${url}/_sandbox/sandboxes`, method: "POST", body: "{}", duration: seconds });
}

async function fire(options: autocannon.Options): Promise<Round> {
  const result = await autocannon({ connections: CONNECTIONS, ...options });
  if (result.non2xx > 0 || result.errors > 0 || result["2xx"] === 0) {
    throw new Error(
      `${options.url}: ${result["2xx"]} answered, ${result.non2xx} not 2xx, ${result.errors} failed`,
    );
  }
  return {
    requestsPerSecond: result["2xx"] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

/** Headers that sign a request by the FC scheme: valid for fifteen minutes. Content-MD5 is not mandatory. */
function signature(method: string, type: string, path: string, { accessKeyId, accessKeySecret }: AccessKey) {
  const date = new Date().toUTCString();
  const text = [method, "", type, date, path].join("\n");
  const signed = createHmac("sha256", accessKeySecret).update(text).digest("base64");
  return { date, authorization: `FC ${accessKeyId}:${signed}` };
}

/** How many times faster one was than another: the median over the rounds that they did one after the other. */
export function ratio(ours: readonly Round[], other: readonly Round[]): number {
  return median(
    ours.map(({ requestsPerSecond }, i) => requestsPerSecond / (other[i]?.requestsPerSecond ?? Number.NaN)),
  );
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
