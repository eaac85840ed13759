import type { JournalEntry, Snapshot } from "../../client/index.ts";
import { defaults } from "../../fc/asyncConfig/defaults.ts";
import { type ConfigName, DEFAULT_QUALIFIER } from "../../fc/names.ts";
import { type OperationName, operationNamed } from "../../fc/operations.ts";

/** One config as the dashboard shows it. */
export interface ShownConfig extends ConfigName {
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly items: ConfigItems;
}

/** What can be set of a config; a destination that is not set is empty. */
export interface ConfigItems {
  readonly maxAsyncEventAgeInSeconds: number;
  readonly maxAsyncRetryAttempts: number;
  readonly stateful: boolean;
  readonly onSuccess: string;
  readonly onFailure: string;
}

export const itemLabels: Readonly<Record<keyof ConfigItems, string>> = {
  maxAsyncEventAgeInSeconds: "Maximum event age",
  maxAsyncRetryAttempts: "Retry attempts",
  stateful: "Stateful invocation",
  onSuccess: "On success",
  onFailure: "On failure",
};

/** A config as responses and snapshots write it, whichever their version. */
interface WrittenConfig {
  readonly createdTime?: string | undefined;
  readonly lastModifiedTime?: string | undefined;
  readonly maxAsyncEventAgeInSeconds?: number | null | undefined;
  readonly maxAsyncRetryAttempts?: number | null | undefined;
  readonly stateful?: boolean | undefined;
  readonly statefulInvocation?: boolean | undefined;
  readonly asyncTask?: boolean | undefined;
  readonly destinationConfig?:
    | {
        readonly onSuccess?: { readonly destination?: string | null | undefined } | null | undefined;
        readonly onFailure?: { readonly destination?: string | null | undefined } | null | undefined;
      }
    | null
    | undefined;
}

/** A config's name as one text; no two configs share one. */
export function keyOf({ service, function: name, qualifier }: ConfigName): string {
  return `${service}/${name}/${qualifier}`;
}

/** A config's name for people. */
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

/** Whether a request asked for one of these operations. */
export function asksFor(entry: JournalEntry, ...operations: readonly OperationName[]): boolean {
  const asked = operationNamed(entry.operation ?? "");
  return asked !== undefined && operations.includes(asked);
}

/** Whether a request asked to put or delete a config. */
export function asksForChange(entry: JournalEntry): boolean {
  return asksFor(entry, "PutAsyncInvokeConfig", "DeleteAsyncInvokeConfig");
}

/** Which config a request was for; undefined when it was for none, or for several. */
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

/** The config that a PUT came to; undefined when the journal's copy of the response does not say. */
export function configOfResponse(entry: JournalEntry): ShownConfig | undefined {
  const named = configOfRequest(entry);
  if (named === undefined || !asksFor(entry, "PutAsyncInvokeConfig") || entry.status !== 200) {
    return undefined;
  }
  try {
    return shown(JSON.parse(entry.responseBody), named);
  } catch {
    return undefined; // Longer than the journal keeps.
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
      maxAsyncEventAgeInSeconds: written.maxAsyncEventAgeInSeconds ?? defaults.maxAsyncEventAgeInSeconds,
      maxAsyncRetryAttempts: written.maxAsyncRetryAttempts ?? defaults.maxAsyncRetryAttempts,
      stateful: written.stateful ?? written.statefulInvocation ?? written.asyncTask ?? defaults.stateful,
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

/** The items in which two configs differ; one that is not there has nothing set. */
export function changes(before: ConfigItems | undefined, after: ConfigItems | undefined): ItemChange[] {
  return (Object.keys(itemLabels) as (keyof ConfigItems)[])
    .map((item) => ({ item, before: text(before, item), after: text(after, item) }))
    .filter((change) => change.before !== change.after);
}

function text(items: ConfigItems | undefined, item: keyof ConfigItems): string {
  if (items === undefined) return "";
  return item === "maxAsyncEventAgeInSeconds" ? duration(items[item]) : String(items[item]);
}

/** Seconds for people: `3600 s (1 h)`. */
export function duration(seconds: number): string {
  const units = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
  ] as const;
  const unit = units.find(([size]) => seconds >= size && seconds % size === 0);
  return unit ? `${seconds} s (${seconds / unit[0]} ${unit[1]})` : `${seconds} s`;
}
