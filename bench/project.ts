import { createSandbox } from "../src/client/index.ts";
import { CONNECTIONS, config, configPath, median, percentile, type Round } from "./load.ts";

const FUNCTIONS_OF_LIST = 500;
const PAGE = 100;
const FUNCTIONS_OF_PROJECT = 100;
/** How many requests apply a project: four for each function. */
export const REQUESTS_OF_PROJECT = 4 * FUNCTIONS_OF_PROJECT;

/** What a function has besides its name. Its code is an empty zip file, which is the smallest. */
const FUNCTION = {
  runtime: "python3.10",
  handler: "index.handler",
  code: { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
};
const FUNCTIONS = "/2023-03-30/functions";

interface Request {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: string;
}

/** The paths, in a new sandbox with 500 functions, of the pages of their list, each with 100 functions. */
export async function pagesOfFunctions(url: string): Promise<string[]> {
  const { endpoint } = await createSandbox(url);
  const names = Array.from({ length: FUNCTIONS_OF_LIST }, (_, i) => `f${i}`);
  await send(
    endpoint,
    names.map((name) => [creation(name)]),
  );
  const pages: string[] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const path = `${FUNCTIONS}?limit=${PAGE}${token && `&nextToken=${encodeURIComponent(token)}`}`;
    const { functions, nextToken } = JSON.parse(await answered(endpoint, { method: "GET", path }));
    if (functions.length !== PAGE) throw new Error(`${path}: ${functions.length} functions`);
    pages.push(new URL(endpoint).pathname + path);
    token = nextToken || undefined;
  }
  if (pages.length !== FUNCTIONS_OF_LIST / PAGE) throw new Error(`${pages.length} pages`);
  return pages;
}

/**
 * Applies a project to a new sandbox, 16 functions at a time: 100 functions, each with a version, an alias of
 * the version, and a config of the alias.
 */
export async function applyProject(url: string): Promise<Round> {
  const { endpoint } = await createSandbox(url);
  return send(endpoint, projectNames().map(functionOfProject));
}

/** Sends the baseline as many requests as a project has, in the same order: PUTs to functions that are new. */
export async function applyPuts(url: string, round: number): Promise<Round> {
  const puts = projectNames().map((name) =>
    functionOfProject(name).map(
      (_, i): Request => ({
        method: "PUT",
        path: configPath(`${name}-of-project-${round}`),
        body: config(i),
      }),
    ),
  );
  return send(url, puts);
}

function projectNames(): string[] {
  return Array.from({ length: FUNCTIONS_OF_PROJECT }, (_, i) => `f${i}`);
}

function functionOfProject(name: string): Request[] {
  const path = `${FUNCTIONS}/${name}`;
  return [
    creation(name),
    { method: "POST", path: `${path}/versions`, body: "{}" },
    {
      method: "POST",
      path: `${path}/aliases`,
      body: JSON.stringify({ aliasName: "prod", versionId: "1" }),
    },
    { method: "PUT", path: `${path}/async-invoke-config?qualifier=prod`, body: config(0) },
  ];
}

function creation(functionName: string): Request {
  return { method: "POST", path: FUNCTIONS, body: JSON.stringify({ functionName, ...FUNCTION }) };
}

/** Sends each series of requests in its order, 16 series at a time. Rejects when a response is not a 2xx. */
async function send(url: string, series: readonly (readonly Request[])[]): Promise<Round> {
  const latencies: number[] = [];
  const waiting = series.values();
  const started = performance.now();
  const connection = async () => {
    for (const requests of waiting) {
      for (const request of requests) {
        const sent = performance.now();
        await answered(url, request);
        latencies.push(performance.now() - sent);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return {
    requestsPerSecond: latencies.length / ((performance.now() - started) / 1000),
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
  };
}

async function answered(url: string, { method, path, body }: Request): Promise<string> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}
