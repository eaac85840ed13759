import { TOKEN_HEADER } from "../../documents/tokens.ts";
import type { DestinationsRule } from "../../fc/asyncConfig/merge.ts";
import type { ErrorCode } from "../../fc/errors.ts";
import type { ConfigName } from "../../fc/names.ts";
import { type OperationName, operations, routeOf } from "../../fc/operations.ts";
import type { AccessKey } from "../../fc/signature/verdict.ts";
import { type ApiVersion, versionById } from "../../fc/versions.ts";
import { definedItems } from "../../lib/definedItems.ts";
import { sign } from "../sign.ts";
import { endpoint } from "./address.ts";
import type { ConfigItems } from "./configs/configs.ts";
import { mayChange } from "./sandbox.ts";
import { text } from "./text/text.ts";
import { token } from "./token.ts";

/** An error response of the API. */
export interface ApiFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** The names in the path of a request. */
export interface PathNames {
  readonly service: string;
  readonly function?: string;
  readonly version?: string;
  readonly alias?: string;
}

const FC2 = versionById("2021-04-06");
const FC3 = versionById("2023-03-30");

/** The version of the API that the dashboard uses: FC 3.0 when there is no service. */
export function versionFor(service: string): ApiVersion {
  return service ? FC2 : FC3;
}

/** The method and the path of an operation. Operations on services are FC 2.0's. */
export function addressOf(operation: OperationName, names: PathNames): Pick<ApiCall, "method" | "path"> {
  const version = operations[operation].resource === "service" ? FC2 : versionFor(names.service);
  const route = routeOf(version, operation);
  if (route === undefined) throw new Error(`${version.id} has no ${operation}`);
  const path = route.path.replace(/:(\w+)/g, (_, name: keyof PathNames) =>
    encodeURIComponent(names[name] ?? ""),
  );
  return { method: route.method, path: `${version.prefixes[0]}${path}` };
}

/** The method and the path of an operation on a qualifier of a function. */
function qualifiedAddress(
  operation: "PutAsyncInvokeConfig" | "DeleteAsyncInvokeConfig" | "InvokeFunction",
  { qualifier, ...name }: ConfigName,
): Pick<ApiCall, "method" | "path"> {
  const { method, path } = addressOf(operation, name);
  return { method, path: qualifier === "" ? path : `${path}?qualifier=${encodeURIComponent(qualifier)}` };
}

/** The request that deletes a config. */
export function configDeletion(name: ConfigName): ApiCall {
  return qualifiedAddress("DeleteAsyncInvokeConfig", name);
}

/** How to invoke a function. */
export interface GivenInvocation {
  /** The event as text. */
  readonly event: string;
  readonly isAsync: boolean;
  /** What comes of the attempts, as the header `X-Sandbox-Outcome` has it; empty for what the sandbox says. */
  readonly outcomes: string;
}

/** How many characters of an event the preview shows. */
const SHOWN_CHARACTERS = 2000;

/** The request that invokes a function. */
export function invocationCall(name: ConfigName, { event, isAsync, outcomes }: GivenInvocation): ApiCall {
  return {
    ...qualifiedAddress("InvokeFunction", name),
    headers: {
      "Content-Type": "application/octet-stream",
      ...(isAsync ? { "X-Fc-Invocation-Type": "Async" } : {}),
      ...(outcomes ? { "X-Sandbox-Outcome": outcomes } : {}),
    },
    body: event,
    ...(event.length > SHOWN_CHARACTERS ? { shownBody: `${event.slice(0, SHOWN_CHARACTERS)}…` } : {}),
  };
}

/** The form's values as typed; `undefined` for an unchanged item. */
export type EnteredItems = { readonly [K in keyof ConfigItems]?: string | undefined };

/** A request to the API, with its body if it has one. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body for display, where the body itself is too long. */
  readonly shownBody?: string;
  /** The error codes that say that what the request is for has been done already. */
  readonly done?: readonly ErrorCode[];
}

/**
 * The requests that save the entered items: usually one PUT with these items. Where a PUT merges
 * destinations, a PUT can't clear a destination, so the config is deleted and put again as a whole. `before`
 * has the stored items as text; an empty text is an item that is not set.
 */
export function callsFor(
  name: ConfigName,
  before: EnteredItems,
  entered: EnteredItems,
  rule: DestinationsRule,
): readonly ApiCall[] {
  const put = (items: EnteredItems): ApiCall => ({
    ...qualifiedAddress("PutAsyncInvokeConfig", name),
    body: putBody(name.service, items),
  });
  const clears = entered.onSuccess === "" || entered.onFailure === "";
  if (rule === "merge" && clears) {
    // An earlier attempt may have deleted the config and then failed to put it.
    const deletion: ApiCall = { ...configDeletion(name), done: ["AsyncConfigNotExists"] };
    return [deletion, put({ ...withoutEmpty(before), ...definedItems(entered) })];
  }
  if (rule === "merge" || !givesDestination(entered)) return [put(entered)];
  const { onSuccess, onFailure } = { ...before, ...definedItems(entered) };
  return [put({ ...entered, onSuccess, onFailure })];
}

/** The number that was typed. Other text stays text, so that the API reports the error. */
export function number(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function givesDestination({ onSuccess, onFailure }: EnteredItems): boolean {
  return onSuccess !== undefined || onFailure !== undefined;
}

function withoutEmpty(items: EnteredItems): EnteredItems {
  return Object.fromEntries(Object.entries(items).filter(([, text]) => text !== ""));
}

/** The body of a PUT with these items. */
function putBody(service: string, entered: EnteredItems): string {
  const destination = (text: string | undefined) => (text ? { destination: text } : undefined);
  return JSON.stringify({
    destinationConfig: givesDestination(entered)
      ? { onSuccess: destination(entered.onSuccess), onFailure: destination(entered.onFailure) }
      : undefined,
    maxAsyncEventAgeInSeconds: number(entered.maxAsyncEventAgeInSeconds),
    maxAsyncRetryAttempts: number(entered.maxAsyncRetryAttempts),
    [service ? "statefulInvocation" : "asyncTask"]:
      entered.stateful === undefined ? undefined : entered.stateful === "true",
  });
}

/** Sends a request to the API, signed if there is a key. Rejects when no answer comes. */
export async function send(
  {
    method,
    path,
    body,
    headers: given = body === undefined ? {} : { "Content-Type": "application/json" },
  }: ApiCall,
  key: AccessKey | undefined,
): Promise<Response> {
  const headers = new Headers(given);
  // Whoever only watches changes nothing by the API either: with the token, the API says so itself.
  if (!mayChange.value && token.value !== undefined) headers.set(TOKEN_HEADER, token.value);
  const url = new URL(endpoint + path);
  if (key) await sign(key, endpoint, method, url, headers);
  return fetch(url, { method, headers, body: body ?? null });
}

/** Sends a request to the API, signed if there is a key. Returns the API's error, or undefined on success. */
export async function sendApi(call: ApiCall, key: AccessKey | undefined): Promise<ApiFailure | undefined> {
  const response = await send(call, key);
  return response.ok ? undefined : failureOf(response);
}

/** The error that a response of the API has. */
export async function failureOf(response: Response): Promise<ApiFailure> {
  const told = await response.json().catch(() => ({}));
  return {
    status: response.status,
    code: told.ErrorCode ?? told.Code ?? "",
    message: told.ErrorMessage ?? told.Message ?? text().common.noMessage,
    requestId: response.headers.get("X-Fc-Request-Id") ?? "",
  };
}
