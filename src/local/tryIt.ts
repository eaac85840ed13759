import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import type { Summary } from "../documents/responseBodies.ts";
import type { HttpsOptions } from "./httpsOptions.ts";
import type { Sandbox } from "./startSandbox.ts";

/** How long the sandbox may take to say what it has. */
const PATIENCE_MS = 2000;
const FUNCTION = { service: "demo", function: "hello" };

/**
 * A command that works in a shell as it is; undefined when none is known to work. It puts a config into `default`, or else
 * creates a sandbox, which every server does.
 */
export async function tryIt(
  { url, caFile }: Sandbox,
  httpsOptions: HttpsOptions,
): Promise<string | undefined> {
  // The user's own certificate may be for other hosts, and curl may not trust it.
  if (typeof httpsOptions === "object" && "certificateFile" in httpsOptions) return undefined;
  const curl = caFile === undefined ? "curl" : `curl --cacert ${shellWord(caFile)}`;
  const summary = await defaultSandbox(url);
  if (summary === undefined || !takesConfig(summary)) {
    return `${curl} -X POST ${shellWord(`${url}/_sandbox/sandboxes`)}`;
  }
  const { service, function: name } = FUNCTION;
  const config = shellWord(`${url}/2016-08-15/services/${service}/functions/${name}/async-invoke-config`);
  return `${curl} -X PUT ${config} -H 'Content-Type: application/json' -d '{"maxAsyncRetryAttempts": 1}'`;
}

/** Whether anyone can put the function's config, by what the sandbox has kept from an earlier start. */
function takesConfig({ settings, faults, functions, limits }: Summary): boolean {
  const isKnown = functions.some(
    (one) => one.service === FUNCTION.service && one.function === FUNCTION.function,
  );
  const hasRoom = isKnown || functions.length < (limits["functions"] ?? 0);
  return settings.signatures !== "required" && settings.functions !== "declared" && faults === 0 && hasRoom;
}

/** The summary of `default`; undefined unless everyone may read it. */
async function defaultSandbox(url: string): Promise<Summary | undefined> {
  const { get } = url.startsWith("https:") ? https : http;
  // The server was just started here, so its certificate, which may be for other hosts, need not be verified.
  const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(PATIENCE_MS) };
  try {
    const [response] = await once(get(`${url}/_sandbox`, options), "response");
    const answer = await text(response);
    return response.statusCode === 200 ? JSON.parse(answer) : undefined;
  } catch {
    return undefined;
  }
}

/** Quotes a text as one word of a shell command. */
export function shellWord(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
