import { createHmac } from "node:crypto";
import autocannon from "autocannon";

export const FUNCTIONS = 32;
export const CONNECTIONS = 16;
/** How many different configs a connection PUTs to each function, in turn. */
const CONFIGS = 4;
/**
 * After so many PUTs, the functions' journals and write-ahead logs have reached their full size (SQLite
 * restarts a log at 1,000 pages). A PUT then overwrites existing pages, so its commit costs the disk less.
 */
export const PUTS_UNTIL_STEADY = FUNCTIONS * 1000;

/** The path of a function's config. `service` may include a qualifier, as in `demo.prod`. */
export function configPath(name: string, service = "demo"): string {
  return `/2016-08-15/services/${service}/functions/${name}/async-invoke-config`;
}

/** The paths of the configs of so many functions. */
export function configPaths(functions: number): string[] {
  return Array.from({ length: functions }, (_, i) => configPath(`f${i}`));
}

/** A config that differs for each number, because SQLite writes nothing for an unchanged row. */
export function config(number: number): string {
  return JSON.stringify({
    destinationConfig: {
      onSuccess: { destination: "acs:fc:cn-hangzhou:1234567890123456:services/demo/functions/done" },
      onFailure: { destination: "acs:mns:cn-hangzhou:1234567890123456:/queues/failed/messages" },
    },
    maxAsyncEventAgeInSeconds: 100_000 + number,
    maxAsyncRetryAttempts: 2,
  });
}

/** The result of one round of load. Latencies are in milliseconds. */
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
  readonly method?: "PUT" | "GET" | "POST";
  /** Headers of each request, besides those that its method and key need. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of a PUT or POST, which differs for each number. Default a config. */
  readonly body?: (number: number) => string;
  /** The access key that signs the requests; unsigned without one. */
  readonly key?: AccessKey | undefined;
  /**
   * Whether each of the 16 connections requests every config, all in the same order, so that requests for one
   * config arrive together. Otherwise each connection has its own configs. Default: true if there are fewer
   * configs than connections.
   */
  readonly shared?: boolean;
}

/** PUTs or GETs the configs at these paths, or POSTs there, over 16 connections. Rejects when a response is not a 2xx. */
export function load(
  url: string,
  paths: readonly string[],
  { seconds, method = "PUT", headers, body = config, key, shared = paths.length < CONNECTIONS }: Load,
): Promise<Round> {
  const type = method === "GET" ? "" : "application/json";
  let connections = 0;
  // Each connection's requests are made before the load starts, so that making them does not slow down the
  // client.
  const setupClient = (client: autocannon.Client) => {
    const connection = connections++;
    const its = shared ? paths : paths.filter((_, i) => i % CONNECTIONS === connection);
    const requests = Array.from({ length: CONFIGS }, (_, i) =>
      its.map((path) => ({
        method,
        path,
        headers: {
          ...(type && { "content-type": type }),
          ...headers,
          ...(key && signature(method, type, path, key)),
        },
        ...(method === "GET" ? {} : { body: body(connection * CONFIGS + i) }),
      })),
    );
    client.setRequests(requests.flat());
  };
  return fire({ url, duration: seconds, setupClient });
}

/** PUTs each path once, over 16 connections, so that what is measured later makes no configs. */
export async function touch(url: string, paths: readonly string[]): Promise<void> {
  const waiting = paths.entries();
  const headers = { "content-type": "application/json" };
  const connection = async () => {
    for (const [i, path] of waiting) {
      const response = await fetch(url + path, { method: "PUT", headers, body: config(i) });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

/** Creates sandboxes, over 16 connections, for some seconds. */
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

/**
 * Headers that sign a request by the FC scheme, valid for 15 minutes. The scheme does not require
 * Content-MD5.
 */
function signature(method: string, type: string, path: string, { accessKeyId, accessKeySecret }: AccessKey) {
  const date = new Date().toUTCString();
  const text = [method, "", type, date, path].join("\n");
  const signed = createHmac("sha256", accessKeySecret).update(text).digest("base64");
  return { date, authorization: `FC ${accessKeyId}:${signed}` };
}

/** How many times faster the first target was: the median of the ratios of adjacent rounds. */
export function ratio(ours: readonly Round[], other: readonly Round[]): number {
  return median(
    ours.map(({ requestsPerSecond }, i) => requestsPerSecond / (other[i]?.requestsPerSecond ?? Number.NaN)),
  );
}

/** The median: the middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
