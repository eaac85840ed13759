import type { Pact, PactInteraction } from "../documents/pactFile.ts";
import { DEFAULT_QUALIFIER } from "../fc/names.ts";
import { operationNamed, routeOf } from "../fc/operations.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { isHidden } from "../journal/redaction.ts";
import { type Exported, sentBody, targetOf, versionOf } from "./exported.ts";
import { headerRule, jsonRules, type PactRule, requestIdRule } from "./pactFileRules.ts";
import { effectsOf, providerStatesOf, type Unverifiable } from "./pactFileStates.ts";

/** The names of both sides of a contract. */
export interface Parties {
  readonly consumer: string;
  readonly provider: string;
}

/** The headers that a consumer sends on purpose. All others are about the connection, the client or its signature. */
const CONSUMER_HEADERS = [
  "content-type",
  "if-match",
  "x-fc-invocation-type",
  "x-fc-log-type",
  "x-fc-async-delay",
  "x-fc-stateful-async-invocation-id",
  "x-fc-stateful-async-invocation-enable",
  "x-fc-async-task-id",
  "x-fc-code-checksum",
  "x-sandbox-outcome",
];

/**
 * Journal entries as a Pact file of the specification's version 4. Entries whose interactions are the same are one
 * interaction. The order does not depend on the times of the requests. `maxCharacters` is how much of a URL the journal
 * keeps.
 */
export function pactOf(
  { entries, nextToken }: Exported,
  { consumer, provider }: Parties,
  maxCharacters: number,
): Pact {
  const leftOut = { cut: 0, state: 0, unverifiable: 0 };
  const found = new Map<string, PactInteraction>();
  for (const entry of entries) {
    const interaction = interactionOf(entry, maxCharacters);
    if (typeof interaction === "string") leftOut[interaction] += 1;
    else found.set(JSON.stringify(interaction), interaction);
  }
  const inOrder = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, interaction]) => interaction);
  return {
    consumer: { name: consumer },
    provider: { name: provider },
    interactions: withUniqueDescriptions(inOrder),
    metadata: {
      pactSpecification: { version: "4.0" },
      fcSandbox: { entries: entries.length, leftOut, ...(nextToken === undefined ? {} : { nextToken }) },
    },
  };
}

function withUniqueDescriptions(interactions: readonly PactInteraction[]): PactInteraction[] {
  const seen = new Map<string, number>();
  return interactions.map((interaction) => {
    const { description } = interaction;
    const number = (seen.get(description) ?? 0) + 1;
    seen.set(description, number);
    return number === 1 ? interaction : { ...interaction, description: `${description} (${number})` };
  });
}

/** The interaction of an entry, or why there is none. */
function interactionOf(entry: JournalEntry, maxCharacters: number): PactInteraction | "cut" | Unverifiable {
  if (!isWhole(entry, maxCharacters)) return "cut";
  const states = providerStatesOf(entry);
  if (typeof states === "string") return states;
  return {
    description: descriptionOf(entry),
    type: "Synchronous/HTTP",
    pending: false,
    providerStates: states,
    request: requestOf(entry),
    response: responseOf(entry),
  };
}

/** Whether the journal has all of a request and its response, as text. Earlier releases kept no headers of responses. */
function isWhole(entry: JournalEntry, most: number): boolean {
  const { url, body, bodyCut, responseBody, responseBodyCut, responseHeaders } = entry;
  const isText = !body.includes("\uFFFD") && !responseBody.includes("\uFFFD");
  return isText && !bodyCut && !responseBodyCut && url.length < most && responseHeaders !== undefined;
}

function descriptionOf(entry: JournalEntry): string {
  const { operation, method, service, function: name, qualifier, version, status, errorCode } = entry;
  const outcome = errorCode === undefined ? String(status) : `${status} ${errorCode}`;
  const known = operation === null ? undefined : operationNamed(operation);
  if (known === undefined) return `${method} ${targetOf(entry).path}: ${outcome}`;
  const route = routeOf(versionOf(entry), known);
  const resource = [service, name].filter(Boolean).join("/");
  const at = qualifier && qualifier !== DEFAULT_QUALIFIER ? `:${qualifier}` : "";
  const of = resource === "" ? "" : ` of ${resource}${at}`;
  const what = method === "HEAD" ? `HEAD ${route?.name ?? known}` : (route?.name ?? known);
  return `${what}${of} (${version}): ${outcome}`;
}

function requestOf(entry: JournalEntry): PactInteraction["request"] {
  const { method, headers, body } = entry;
  const { path, query } = targetOf(entry);
  const parameters = new URLSearchParams(query);
  for (const name of new Set(parameters.keys())) {
    if (parameters.getAll(name).some(isHidden)) parameters.delete(name);
  }
  const names = [...new Set(parameters.keys())].sort();
  const sent = CONSUMER_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined || isHidden(value) ? [] : [[name, [value]]];
  });
  return {
    method,
    path,
    ...(names.length > 0
      ? { query: Object.fromEntries(names.map((name) => [name, parameters.getAll(name)])) }
      : {}),
    ...(sent.length > 0 ? { headers: Object.fromEntries(sent) } : {}),
    ...(body === "" ? {} : { body: bodyOf(body, headers["content-type"]) }),
  };
}

type Body = NonNullable<PactInteraction["request"]["body"]>;

/** A body as it is: JSON where that is the same to the byte but for spaces, else base64. */
function bodyOf(text: string, contentType: string | undefined): Body {
  const type = contentType === undefined ? {} : { contentType };
  const json = isJsonType(contentType) ? sameJson(text) : undefined;
  return json === undefined
    ? { content: new TextEncoder().encode(text).toBase64(), ...type, encoded: "base64" }
    : { content: json, ...type, encoded: false };
}

function isJsonType(contentType = ""): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType);
}

/** The object or the array that a text is, provided that writing it again yields the same text but for spaces. */
function sameJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const compact = text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ""));
    return typeof value === "object" && value !== null && JSON.stringify(value) === compact
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function responseOf(entry: JournalEntry): PactInteraction["response"] {
  const { status, responseHeaders = {}, operation } = entry;
  const text = sentBody(entry);
  const headers: Record<string, string[]> = {};
  const rules: Record<string, PactRule> = {};
  const requestId = requestIdRule(versionOf(entry));
  headers["x-fc-request-id"] = [requestId.example];
  rules["x-fc-request-id"] = requestId;
  for (const [name, value] of Object.entries(responseHeaders)) {
    // A value with commas may come as several values.
    if (isHidden(value) || value.includes(",")) continue;
    const rule = headerRule(name);
    headers[name] = [rule?.example ?? value];
    if (rule) rules[name] = rule;
    else delete rules[name];
  }
  const body = bodyOf(text, responseHeaders["content-type"]);
  // What a function returned, or a fault's document, is the same in every run.
  const isGiven =
    (operation === "invoke" && status === 200) || effectsOf(entry).some(({ type }) => type === "response");
  const json = !isGiven && body.encoded === false ? jsonRules(body.content) : undefined;
  return {
    status,
    headers,
    body:
      text === "" ? { content: "", encoded: false } : { ...body, ...(json ? { content: json.example } : {}) },
    matchingRules: { header: matchersOf(rules), body: matchersOf(json?.rules ?? {}) },
  };
}

function matchersOf(rules: Readonly<Record<string, { readonly regex: string }>>) {
  return Object.fromEntries(
    Object.entries(rules).map(([where, { regex }]) => [
      where,
      { combine: "AND" as const, matchers: [{ match: "regex" as const, regex }] },
    ]),
  );
}
