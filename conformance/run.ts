import { createHash, createHmac, randomUUID } from "node:crypto";
import { canonicalRequest } from "../src/api/signature/acs3.ts";
import { fcStringToSign } from "../src/api/signature/fc.ts";
import { type Answer, normalised } from "./recording.ts";
import type { Scenario, Step, Version } from "./scenario.ts";

/** Where the API is, whose key is used, and what may be used there. */
export interface Target {
  /** A URL, perhaps with a path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly account: string;
  readonly region: string;
  /** A service and a function in it, of FC 2.0, and a function of FC 3.0; all have the alias `qualifier`. */
  readonly service: string;
  readonly function: string;
  readonly qualifier: string;
  /** Whether functions that don't exist are refused; a sandbox in `open` mode takes all to exist. */
  readonly checksExistence: boolean;
  /** Whether requests that are not signed rightly are refused. */
  readonly checksSignatures: boolean;
}

/** A step, what came, and in what that is not what was wanted. */
export interface Outcome {
  readonly answer: Answer;
  readonly differences: readonly string[];
}

const HEADERS = ["X-Fc-Request-Id", "Date", "Content-Type"];
/** A name that nothing has. */
const UNKNOWN = `fc-sandbox-none-${randomUUID().slice(0, 8)}`;

const PATIENCE_MS = 30_000;

/**
 * Throws when there is a config that a run would change and delete: it was somebody's before.
 */
export async function refuseToOverwrite(scenarios: readonly Scenario[], target: Target): Promise<void> {
  for (const version of new Set(scenarios.flatMap(({ versions }) => versions))) {
    for (const qualifier of [undefined, target.qualifier]) {
      const named = qualifier === undefined ? {} : { qualifier };
      const step: Step = { name: "look", operation: "get", ...named, expect: { status: 404 } };
      const { status, text } = await send(version, step, target, {});
      // Whatever else it answers, nobody knows what a run would delete.
      if (status !== 404 && status !== 200) {
        throw new Error(
          `whether there is a config already could not be asked: ${status} ${text.slice(0, 200)}`,
        );
      }
      if (status === 200) {
        throw new Error(
          `${target.function}:${qualifier ?? "LATEST"} has a config already (${version}), which the run would delete; name a function without one`,
        );
      }
    }
  }
}

/** Runs the scenarios that a target can be asked, one step after the other, and removes what they made. */
export async function* run(
  scenarios: readonly Scenario[],
  target: Target,
  signal?: AbortSignal,
): AsyncGenerator<Outcome> {
  for (const scenario of scenarios) {
    for (const version of scenario.versions) {
      await cleanUp(version, target);
      try {
        const memory: Record<string, string> = {};
        for (const step of scenario.steps) {
          if (signal?.aborted) return;
          if (step.needsExistence && !target.checksExistence) continue;
          if (step.signature && !target.checksSignatures) continue;
          yield await outcomeOf(scenario, version, step, target, memory);
        }
      } finally {
        await cleanUp(version, target);
      }
    }
  }
}

/** Deletes what a scenario may have put. */
async function cleanUp(version: Version, target: Target): Promise<void> {
  for (const qualifier of [undefined, target.qualifier]) {
    const step: Step = {
      name: "clean up",
      operation: "delete",
      ...(qualifier === undefined ? {} : { qualifier }),
      expect: { status: 204 },
    };
    const { status, text } = await send(version, step, target, {});
    if (status !== 204 && status !== 404) {
      throw new Error(`What the run made could not be removed: ${status} ${text}`);
    }
  }
}

async function outcomeOf(
  { name }: Scenario,
  version: Version,
  step: Step,
  target: Target,
  memory: Record<string, string>,
): Promise<Outcome> {
  const { status, headers, text } = await send(version, step, target, memory);
  const body = parsed(text);
  if (typeof body?.nextToken === "string") memory["nextToken"] = body.nextToken;
  const code = body?.ErrorCode ?? body?.Code;
  const { host } = new URL(target.endpoint);
  const secrets = { accessKeySecret: target.accessKeySecret, accessKeyId: target.accessKeyId, host };
  const names = { ...secrets, ...namesOf(target), unknown: UNKNOWN };
  const answer: Answer = {
    step: `${name} / ${version} / ${step.name}`,
    ...(step.settles ? { settles: step.settles } : {}),
    status,
    ...(body === undefined ? {} : { body: normalised(body, names) }),
    headers: Object.fromEntries(HEADERS.map((header) => [header, headers.has(header)])),
  };
  const { expect } = step;
  const differences: string[] = [];
  if (status !== expect.status)
    differences.push(`status ${status}, not ${expect.status}: ${JSON.stringify(answer.body ?? "")}`);
  else {
    if (expect.code !== undefined && code !== expect.code)
      differences.push(`code ${code}, not ${expect.code}`);
    if (expect.body !== undefined) differences.push(...missing(body, filled(expect.body, names), ""));
    for (const item of expect.without ?? []) {
      if (body !== undefined && item in body) differences.push(`${item} is there`);
    }
    if (!headers.has("X-Fc-Request-Id")) differences.push("no X-Fc-Request-Id");
  }
  return { answer, differences };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever an endpoint answers.
function parsed(text: string): any {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What of a wanted body is not there. */
function missing(came: unknown, wanted: unknown, path: string): string[] {
  if (wanted === "<any>") return came === undefined ? [`${path} is absent`] : [];
  if (wanted === "<text>") return typeof came === "string" ? [] : [`${path} is no text`];
  if (wanted === "<time>") {
    const isTime = typeof came === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(came);
    return isTime ? [] : [`${path} is ${JSON.stringify(came)}, no time in UTC with whole seconds`];
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof came !== "object" || came === null)
      return [`${path || "the body"} is ${JSON.stringify(came)}`];
    const lengths = Array.isArray(wanted) && Array.isArray(came) && wanted.length !== came.length;
    if (lengths)
      return [`${path} has ${(came as unknown[]).length} items, not ${(wanted as unknown[]).length}`];
    return Object.entries(wanted).flatMap(([key, item]) =>
      missing((came as Record<string, unknown>)[key], item, path ? `${path}.${key}` : key),
    );
  }
  return came === wanted ? [] : [`${path} is ${JSON.stringify(came)}, not ${JSON.stringify(wanted)}`];
}

function namesOf({ service, function: name, qualifier, account, region }: Target): Record<string, string> {
  return { account, service, function: name, qualifier, region };
}

/** Placeholders replaced, in all of a value's texts. */
function filled<T>(value: T, names: Readonly<Record<string, string>>): T {
  if (value === undefined) return value;
  const text = JSON.stringify(value).replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
  return JSON.parse(text) as T;
}

async function send(version: Version, step: Step, target: Target, memory: Readonly<Record<string, string>>) {
  const names = { ...namesOf(target), ...memory, unknown: UNKNOWN };
  const { method, path, query } = addressOf(version, filled(step, names), target);
  const body = step.text ?? (step.body === undefined ? undefined : JSON.stringify(filled(step.body, names)));
  const url = new URL(target.endpoint.replace(/\/$/, "") + path + (query && `?${query}`));
  const headers = new Headers(
    body === undefined ? {} : { "Content-Type": step.contentType ?? "application/json" },
  );
  headers.set("host", url.host);
  if (step.signature !== "none")
    sign(version, { method, path, query, headers, body: body ?? "" }, step, target);
  headers.delete("host");
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { method, headers, body: body ?? null, signal });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function addressOf(version: Version, step: Step, target: Target) {
  const service = step.service ?? target.service;
  const name = encodeURIComponent(step.function ?? target.function);
  const isList = step.operation === "list";
  const query = new URLSearchParams(step.query);
  const inPath = version === "2016-08-15" && step.qualifier !== undefined ? `.${step.qualifier}` : "";
  if (version !== "2016-08-15" && step.qualifier !== undefined) query.set("qualifier", step.qualifier);
  const method = { put: "PUT", get: "GET", delete: "DELETE", list: "GET" }[step.operation];
  if (version === "2023-03-30" && isList) {
    query.set("functionName", step.function ?? target.function);
    return { method, path: `/${version}/async-invoke-configs`, query: query.toString() };
  }
  const owner = version === "2023-03-30" ? "" : `/services/${encodeURIComponent(service + inPath)}`;
  const path = `/${version}${owner}/functions/${name}/async-invoke-config${isList ? "s" : ""}`;
  return { method, path, query: query.toString() };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Signs a request by the scheme of its version, as the step wants it. */
function sign(version: Version, sent: Sent, { signature }: Step, target: Target): void {
  const id = signature === "unknown key" ? "LTAI0000000000000000" : target.accessKeyId;
  const secret = signature === "wrong secret" ? "wrong" : target.accessKeySecret;
  const { headers } = sent;
  const request = { ...sent, body: new TextEncoder().encode(sent.body) };
  const hmac = (text: string) => createHmac("sha256", secret).update(text);
  if (version === "2016-08-15") {
    const date = new Date().toUTCString();
    headers.set("X-Fc-Account-Id", target.account);
    headers.set(signature === "no Date" ? "x-fc-date" : "Date", date);
    const text = fcStringToSign(request, date);
    headers.set("Authorization", `FC ${id}:${hmac(text).digest("base64")}`);
    return;
  }
  const hash = createHash("sha256").update(sent.body).digest("hex");
  headers.set("x-acs-version", version);
  headers.set("x-acs-date", new Date().toISOString().replace(/\.\d+/, ""));
  headers.set("x-acs-signature-nonce", randomUUID());
  headers.set("x-acs-content-sha256", hash);
  const signed = [...headers.keys()].filter((name) => name === "host" || name.startsWith("x-acs-")).sort();
  const canonical = canonicalRequest(request, signed, hash);
  const text = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const parts = [
    `Credential=${id}`,
    `SignedHeaders=${signed.join(";")}`,
    `Signature=${hmac(text).digest("hex")}`,
  ];
  headers.set("Authorization", `ACS3-HMAC-SHA256 ${parts.join(",")}`);
}
