/** A config's items as they are sent and shown. */
export interface Items {
  readonly maxAsyncEventAgeInSeconds?: number | undefined;
  readonly maxAsyncRetryAttempts?: number | undefined;
  readonly destinationConfig?: { readonly onSuccess?: Target; readonly onFailure?: Target } | undefined;
}

type Target = { readonly destination?: string | null | undefined } | null | undefined;

/** A config, flat. */
export interface Config {
  readonly age: number;
  readonly retries: number;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
}

const DEFAULT_AGE = 86_400;
const DEFAULT_RETRIES = 3;

/** The items of a config that the server shows. */
export function config(shown: Items): Config {
  return {
    age: shown.maxAsyncEventAgeInSeconds ?? DEFAULT_AGE,
    retries: shown.maxAsyncRetryAttempts ?? DEFAULT_RETRIES,
    onSuccess: shown.destinationConfig?.onSuccess?.destination ?? null,
    onFailure: shown.destinationConfig?.onFailure?.destination ?? null,
  };
}

/** What a config becomes when a PUT gives some items. In FC 3.0 it replaces both destinations when it gives any. */
export function merge(before: Config | undefined, given: Items, isFc3: boolean): Config {
  const { age, retries, ...kept } = before ?? config({});
  const { onSuccess, onFailure } = isFc3 && given.destinationConfig ? config({}) : kept;
  return {
    age: given.maxAsyncEventAgeInSeconds ?? age,
    retries: given.maxAsyncRetryAttempts ?? retries,
    onSuccess: given.destinationConfig?.onSuccess?.destination ?? onSuccess,
    onFailure: given.destinationConfig?.onFailure?.destination ?? onFailure,
  };
}
