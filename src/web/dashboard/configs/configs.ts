import type { JournalEntry, Snapshot } from "../../../client/index.ts";
import { defaults } from "../../../fc/asyncConfig/defaults.ts";
import { type ConfigName, DEFAULT_QUALIFIER } from "../../../fc/names.ts";
import { type OperationName, operationNamed } from "../../../fc/operations.ts";
import { text } from "../text/text.ts";

/** One config as the dashboard shows it. */
export interface ShownConfig extends ConfigName {
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly items: ConfigItems;
}

/**
 * The items of a config that can be set. An item that was never set is null; a destination that is not set is
 * "".
 */
export interface ConfigItems {
  readonly maxAsyncEventAgeInSeconds: number | null;
  readonly maxAsyncRetryAttempts: number | null;
  readonly stateful: boolean | null;
  readonly onSuccess: string;
  readonly onFailure: string;
}

/** The names of the items, in the order in which they are shown. */
export const itemNames = [
  "maxAsyncEventAgeInSeconds",
  "maxAsyncRetryAttempts",
  "stateful",
  "onSuccess",
  "onFailure",
] as const satisfies readonly (keyof ConfigItems)[];

/** A config in a snapshot or in a response of any API version. */
interface WrittenConfig {
  readonly createdTime?: string | undefined;
  readonly lastModifiedTime?: string | undefined;
  readonly maxAsyncEventAgeInSeconds?: number | null | undefined;
  readonly maxAsyncRetryAttempts?: number | null | undefined;
  readonly stateful?: boolean | null | undefined;
  readonly statefulInvocation?: boolean | null | undefined;
  readonly asyncTask?: boolean | null | undefined;
  readonly destinationConfig?:
    | {
        readonly onSuccess?: { readonly destination?: string | null | undefined } | null | undefined;
        readonly onFailure?: { readonly destination?: string | null | undefined } | null | undefined;
      }
    | null
    | undefined;
}

/** A config's name as one text, unique among configs. */
export function keyOf({ service, function: name, qualifier }: ConfigName): string {
  return `${service}/${name}/${qualifier}`;
}

/** A config's name for display. */
export function titleOf({ service, function: name, qualifier }: ConfigName): string {
  return `${service ? `${service} / ` : ""}${name} : ${qualifier}`;
}

/** All configs of a snapshot. */
export function configsOf(snapshot: Snapshot): ShownConfig[] {
  return (snapshot.configs ?? []).map((config) =>
    shown(config, {
      service: config.service ?? "",
      function: config.function,
      qualifier: config.qualifier ?? DEFAULT_QUALIFIER,
    }),
  );
}

/** Whether a request was for one of these operations. */
export function asksFor(entry: JournalEntry, ...operations: readonly OperationName[]): boolean {
  const asked = operationNamed(entry.operation ?? "");
  return asked !== undefined && operations.includes(asked);
}

/** Whether a request was a PUT or a DELETE of a config. */
export function asksForChange(entry: JournalEntry): boolean {
  return asksFor(entry, "PutAsyncInvokeConfig", "DeleteAsyncInvokeConfig");
}

/** The config that a request was for; undefined when the request was for no config or for several. */
export function configOfRequest(entry: JournalEntry): ConfigName | undefined {
  if (entry.function === null || !(asksForChange(entry) || asksFor(entry, "GetAsyncInvokeConfig"))) {
    return undefined;
  }
  return {
    service: entry.service ?? "",
    function: entry.function,
    qualifier: entry.qualifier ?? DEFAULT_QUALIFIER,
  };
}

/**
 * The config in a PUT's response; undefined for another request, an error, or a response that the journal
 * cut.
 */
export function configOfResponse(entry: JournalEntry): ShownConfig | undefined {
  const named = configOfRequest(entry);
  if (named === undefined || !asksFor(entry, "PutAsyncInvokeConfig") || entry.status !== 200) {
    return undefined;
  }
  try {
    return shown(JSON.parse(entry.responseBody), named);
  } catch {
    return undefined; // The journal cut the body.
  }
}

function shown(written: WrittenConfig, { service, function: name, qualifier }: ConfigName): ShownConfig {
  const { destinationConfig: destinations } = written;
  return {
    service,
    function: name,
    qualifier,
    createdTime: written.createdTime ?? "",
    lastModifiedTime: written.lastModifiedTime ?? "",
    items: {
      maxAsyncEventAgeInSeconds: written.maxAsyncEventAgeInSeconds ?? null,
      maxAsyncRetryAttempts: written.maxAsyncRetryAttempts ?? null,
      stateful: written.stateful ?? written.statefulInvocation ?? written.asyncTask ?? null,
      onSuccess: destinations?.onSuccess?.destination ?? "",
      onFailure: destinations?.onFailure?.destination ?? "",
    },
  };
}

interface ItemChange {
  readonly item: keyof ConfigItems;
  readonly before: string;
  readonly after: string;
}

/** The items in which two configs differ. An undefined config has no items. */
export function changes(before: ConfigItems | undefined, after: ConfigItems | undefined): ItemChange[] {
  return itemNames
    .map((item) => ({
      item,
      before: before ? itemText(before, item) : "",
      after: after ? itemText(after, item) : "",
    }))
    .filter((change) => change.before !== change.after);
}

/** An item for display. An item that was never set shows the default that invocations use. */
export function itemText(items: ConfigItems, item: keyof ConfigItems): string {
  if (item === "onSuccess" || item === "onFailure") return items[item];
  const value = items[item];
  if (value !== null) return valueText(item, value);
  return text().items.default(valueText(item, defaults[item]));
}

function valueText(item: keyof ConfigItems, value: number | boolean): string {
  if (typeof value === "boolean") return value ? text().common.yes : text().common.no;
  return item === "maxAsyncEventAgeInSeconds" ? secondsText(value) : String(value);
}

/** Seconds for display: `3600 s (1 h)`. */
export function secondsText(seconds: number): string {
  const words = text().units;
  const units = [
    [86_400, words.day],
    [3600, words.hour],
    [60, words.minute],
  ] as const;
  const unit = units.find(([size]) => seconds >= size && seconds % size === 0);
  return words.inSeconds(seconds, unit ? `${seconds / unit[0]} ${unit[1]}` : "");
}

/** A value of an item, as the journal's `changes` have it, for display; empty for a destination that is not set. */
export function changedText(item: keyof ConfigItems, value: string | number | boolean | null): string {
  if (item === "onSuccess" || item === "onFailure") return String(value ?? "");
  return value === null || typeof value === "string" ? "" : valueText(item, value);
}
