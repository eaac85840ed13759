/** One official SDK's client, so that a test can call it as it calls every other. */
export interface Adapter {
  /** The SDK's package. */
  readonly sdk: string;
  readonly configs: ConfigOperations;
  /** Waits for a request that the API refuses; what its error says, once it has the shape of that SDK's errors. */
  refusal(request: Promise<unknown>): Promise<Refusal>;
}

/** What the API said in an error. */
export interface Refusal {
  readonly code: string;
  readonly statusCode: number;
  readonly message: string;
}

/** The operations on the configs of functions, which are all in the service `shop` where there are services. */
export interface ConfigOperations {
  /** Without a config it gives the SDK none. */
  put(functionName: string, config?: GivenConfig, qualifier?: string): Promise<ShownConfig>;
  get(functionName: string, qualifier?: string): Promise<ShownConfig>;
  /** What the SDK returns: `deleted`, when all is well. */
  remove(functionName: string, qualifier?: string): Promise<unknown>;
  list(functionName: string, options?: PageOptions): Promise<ShownPage>;
  readonly deleted: unknown;
  /** The items that say whose config it is. */
  identity(functionName: string, qualifier?: string): Readonly<Record<string, string>>;
  /** How the SDK shows the destinations of a config that was given these. */
  destinations(destinations: Destinations): object;
  /** What the SDK shows of items that were never set. */
  readonly unset: Readonly<Record<string, null>>;
  /** The last page of a list. */
  lastPage(configs: readonly ShownConfig[]): object;
  /** Whether a given `destinationConfig` replaces both destinations, or only those that it has. */
  readonly destinationsRule: "merge" | "replace";
  /** A function to send results to, as this version of the API calls it. */
  readonly functionDestination: string;
  readonly statefulItem: "statefulInvocation" | "asyncTask";
  readonly maxEventAgeSeconds: number;
  /** Function names that the API refuses, and the SDK sends. */
  readonly invalidNames: readonly string[];
}

/** A config as a test gives it; an item that is left out is not sent. */
export interface GivenConfig {
  readonly maxAsyncEventAgeInSeconds?: number;
  readonly maxAsyncRetryAttempts?: number;
  readonly stateful?: boolean;
  readonly destinationConfig?: Destinations;
}

export interface Destinations {
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

/** A config as the SDK shows it, as a plain object with the items of its version of the API. */
export interface ShownConfig {
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly destinationConfig?: object | null;
}

export interface PageOptions {
  readonly limit?: number;
  readonly nextToken?: string | undefined;
}

export interface ShownPage {
  readonly configs: ShownConfig[] | null;
  readonly nextToken?: string | undefined;
}

/** Destinations as all versions of the API have them, when those that are not set are left out. */
export function setDestinations(destinations: Destinations): Record<string, { destination: string }> {
  return Object.fromEntries(Object.entries(destinations).map(([on, destination]) => [on, { destination }]));
}

/** The body of an OpenAPI SDK's response as a plain object; the SDK's types say that there may be none. */
export async function bodyOf<T>(response: Promise<{ body?: { toMap(): unknown } }>): Promise<T> {
  const { body } = await response;
  if (body === undefined) throw new Error("the response has no body");
  return body.toMap() as T;
}

/** The error of a request that must be refused. */
// biome-ignore lint/suspicious/noExplicitAny: an SDK's error is what it is.
export async function errorOf(request: Promise<unknown>): Promise<any> {
  try {
    await request;
  } catch (error) {
    return error;
  }
  throw new Error("the request was not refused");
}
