import type { Err } from "../../lib/result.ts";
import { type ApiError, failure } from "../errors.ts";
import type { FunctionName } from "../names.ts";
import type { ListTokens } from "../paging.ts";
import type { Handler, OperationCall } from "../request.ts";
import type { ApiVersion, Place } from "../versions.ts";
import type { DestinationsSetting } from "./merge.ts";
import { renderConfig } from "./render.ts";
import type { StoredAsyncConfig } from "./schema.ts";

/** The stored configs of one function. */
export interface Configs {
  get(qualifier: string): StoredAsyncConfig | undefined;
  /** Up to `most` configs whose qualifier comes after this one, in the order of their bytes. */
  after(qualifier: string, most: number): readonly StoredAsyncConfig[];
  readonly count: number;
}

/** What an operation makes of one config: null deletes it. */
export interface ConfigChange {
  readonly qualifier: string;
  readonly config: StoredAsyncConfig | null;
}

/** What a sandbox's settings say of configs. */
export interface ConfigSettings extends Place {
  readonly destinations: DestinationsSetting;
}

/** One function's configs, and what an operation on them needs. */
export interface ConfigOperand {
  readonly name: FunctionName;
  /** The qualifier that the request names. */
  readonly qualifier: string;
  readonly version: ApiVersion;
  readonly configs: Configs;
  readonly tokens: ListTokens;
  readonly settings: ConfigSettings;
  /** The sandbox's time, in milliseconds since 1970. */
  readonly now: number;
  /** How many configs the function may have. */
  readonly maxConfigs: number;
}

/** An operation on one function's configs. */
export type ConfigHandler<C extends OperationCall> = Handler<C, ConfigOperand, ConfigChange>;

/** A config as the version of the request shows it. */
export function show(config: StoredAsyncConfig, { name, version, settings }: ConfigOperand): object {
  return renderConfig(version, { ...name, qualifier: config.qualifier }, settings, config);
}

export function notFound({ name, qualifier }: Pick<ConfigOperand, "name" | "qualifier">): Err<ApiError> {
  return failure("AsyncConfigNotExists", name.function, qualifier);
}
