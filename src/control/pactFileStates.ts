import type { PactProviderState } from "../documents/pactFile.ts";
import { nameIn, ofItems } from "../fc/asyncConfig/items.ts";
import type { ErrorCode } from "../fc/errors.ts";
import { DEFAULT_QUALIFIER } from "../fc/names.ts";
import { operationNamed, operations } from "../fc/operations.ts";
import type { ApiVersion } from "../fc/versions.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { isHidden } from "../journal/redaction.ts";
import { type Effect, parseFaultHeader, responds } from "../state/faults.ts";
import { sentBody, targetOf, versionOf } from "./exported.ts";

/** Why an interaction can't be verified: no state describes what it depends on, or nobody can repeat it. */
export type Unverifiable = "state" | "unverifiable";

/** Errors that a request gets by itself, or because there is no config and nothing else. */
const STATELESS: readonly ErrorCode[] = [
  "InvalidArgument",
  "PathNotSupported",
  "InvalidDestinationResources",
  "EntityTooLarge",
  "UnsupportedMediaType",
  "AsyncConfigNotExists",
  "StatefulAsyncInvocationNotFound",
  "AsyncTaskNotFound",
];

/** Errors of signatures, which interactions do not have. */
const OF_SIGNATURES: readonly ErrorCode[] = [
  "MissingRequiredHeader",
  "AccessDenied",
  "SignatureNotMatch",
  "InvalidAccessKeyID",
];

/**
 * The provider states that an entry's interaction needs, as far as the entry shows them: the configs that its response
 * shows or that it changed, and the faults that applied.
 */
export function providerStatesOf(entry: JournalEntry): PactProviderState[] | Unverifiable {
  const effects = effectsOf(entry);
  if (effects.some(({ type }) => type === "broken")) return "unverifiable";
  const faults = effects.map((effect) => faultState(entry, effect));
  const before = effects.find((effect) => responds(effect) && effect.after === undefined);
  if (before !== undefined) return [NO_CONFIGS, ...faults];
  const configs = configStates(entry, effects.some(responds));
  return typeof configs === "string" ? configs : [...configs, ...faults];
}

/** The effects of the faults that applied to a request, with what the response shows of them. */
export function effectsOf(entry: JournalEntry): Effect[] {
  return (entry.effects ?? []).flatMap((text) => {
    const parsed = parseFaultHeader(text);
    return parsed.ok && parsed.value ? [withDetails(parsed.value, entry)] : [];
  });
}

/** An effect with the message, the headers and the body that its text in the journal does not have. */
function withDetails(effect: Effect, entry: JournalEntry): Effect {
  const body = sentBody(entry);
  const json = parsedJson(body);
  if (effect.type === "error") {
    const { ErrorMessage, Message = ErrorMessage } = (json ?? {}) as Readonly<Record<string, unknown>>;
    return typeof Message === "string" ? { ...effect, message: Message } : effect;
  }
  if (effect.type !== "response") return effect;
  const headers = Object.entries(entry.responseHeaders ?? {}).filter(([, value]) => !isHidden(value));
  return {
    ...effect,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(body === "" ? {} : { body }),
  };
}

/** The fault that applies once to requests such as this one. */
function faultState(entry: JournalEntry, effect: Effect): PactProviderState {
  const { operation, version, service, function: name } = entry;
  const match = {
    ...(operation === null ? {} : { operation }),
    version,
    ...(service ? { service } : {}),
    ...(name === null ? {} : { function: name }),
  };
  return { name: "a fault", params: { match, effect, times: 1 } };
}

const NO_CONFIGS: PactProviderState = { name: "no configs" };

/** The states that say which configs exist. `isReplaced` says whether a fault replaced the response. */
function configStates(entry: JournalEntry, isReplaced: boolean): PactProviderState[] | Unverifiable {
  const { operation, changes, status, errorCode } = entry;
  const known = operation === null ? undefined : operationNamed(operation);
  const api = versionOf(entry);
  if (known === "InvokeFunction" && status < 300 && !isReplaced) return invocationStates(entry, api);
  const resource = known && operations[known].resource;
  if (errorCode !== undefined && !isReplaced) {
    if (OF_SIGNATURES.includes(errorCode)) return "unverifiable";
    const isOfResources = resource !== undefined && resource !== "config" && resource !== "invocation";
    const isMissing = errorCode === (api.hasServices ? "ServiceNotFound" : "FunctionNotFound");
    return STATELESS.includes(errorCode) || (isOfResources && isMissing) ? [NO_CONFIGS] : "state";
  }
  if (resource !== "config") return isReplaced ? [NO_CONFIGS] : "state";
  const shown = isReplaced ? undefined : parsedJson(sentBody({ ...entry, method: "GET" }));
  if (changes !== undefined) {
    if (changes.kind === "created") return [NO_CONFIGS];
    const before = Object.fromEntries(changes.items.map(({ item, before: value }) => [item, value]));
    return [configState(entry, { ...itemsOf(shown, api), ...before })];
  }
  if (known === "ListAsyncInvokeConfigs" && shown !== undefined) return listedStates(entry, shown, api);
  return shown === undefined ? [NO_CONFIGS] : [configState(entry, itemsOf(shown, api))];
}

/** Without outcomes of its own, a function returns its event. */
function invocationStates(entry: JournalEntry, version: ApiVersion): PactProviderState[] | Unverifiable {
  const { status, headers, responseHeaders = {}, body, responseBody } = entry;
  const isTask = version.taskIdHeader.toLowerCase() in responseHeaders;
  const saysSo = version.taskSwitchHeader !== undefined && version.taskSwitchHeader.toLowerCase() in headers;
  // A config made it a task, and the entry does not show that config.
  if (isTask && !saysSo) return "state";
  if (status === 202 || "x-sandbox-outcome" in headers) return [NO_CONFIGS];
  const hasFailed = "x-fc-error-type" in responseHeaders;
  return body === responseBody && !hasFailed ? [NO_CONFIGS] : "state";
}

/** The states of a list, of which the entry must show all. */
function listedStates(
  entry: JournalEntry,
  shown: object,
  version: ApiVersion,
): PactProviderState[] | Unverifiable {
  const { configs, nextToken } = shown as { configs?: unknown; nextToken?: unknown };
  if (nextToken || new URLSearchParams(targetOf(entry).query).get("nextToken")) return "state";
  const its = Array.isArray(configs) ? configs : [];
  return [NO_CONFIGS, ...its.map((config) => configState(namesOf(config, entry), itemsOf(config, version)))];
}

type Names = Pick<JournalEntry, "service" | "function" | "qualifier">;

/** The names of a listed config: FC 3.0 shows them in its ARN. */
function namesOf(config: object, entry: JournalEntry): Names {
  const { functionArn, service, function: name, qualifier } = config as Readonly<Record<string, unknown>>;
  if (typeof functionArn !== "string") {
    return { service: String(service), function: String(name), qualifier: String(qualifier) };
  }
  const [, arnFunction = entry.function, arnQualifier = null] =
    /:functions\/([^/]+)(?:\/([^/]+))?$/.exec(functionArn) ?? [];
  return { service: null, function: arnFunction, qualifier: arnQualifier };
}

/** A config's items by the names that all versions share; null where one was never set. */
type Items = Readonly<Record<string, unknown>>;

/** The items of a config that a version's response shows. */
function itemsOf(shown: object | undefined, version: ApiVersion): Items {
  if (shown === undefined) return {};
  const given = shown as Readonly<Record<string, unknown>>;
  const destinations = given["destinationConfig"] as {
    onSuccess: { destination: string } | null;
    onFailure: { destination: string } | null;
  } | null;
  return {
    ...ofItems((item) => given[nameIn(version, item)] ?? null),
    onSuccess: destinations?.onSuccess?.destination ?? null,
    onFailure: destinations?.onFailure?.destination ?? null,
    hasDestinationConfig: destinations !== null,
  };
}

/** The state that a config exists, in the form of a snapshot's config. */
function configState({ service, function: name, qualifier }: Names, items: Items): PactProviderState {
  const { onSuccess = null, onFailure = null, hasDestinationConfig, ...others } = items;
  const set = Object.entries(others).filter(([, value]) => value !== null);
  const destinations = {
    ...(onSuccess === null ? {} : { onSuccess: { destination: onSuccess } }),
    ...(onFailure === null ? {} : { onFailure: { destination: onFailure } }),
  };
  const hasDestinations = hasDestinationConfig || Object.keys(destinations).length > 0;
  return {
    name: "a config exists",
    params: {
      ...(service ? { service } : {}),
      function: name,
      ...(qualifier && qualifier !== DEFAULT_QUALIFIER ? { qualifier } : {}),
      ...Object.fromEntries(set),
      ...(hasDestinations ? { destinationConfig: destinations } : {}),
    },
  };
}

/** The object that a text is the JSON of; undefined for any other text. */
function parsedJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
