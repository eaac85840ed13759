/**
 * A client of the sandbox's control plane, for tests. It has no dependencies and runs wherever `fetch` does.
 * Its types are inferred from the schemas that the control plane validates with.
 */
import { type Call, type ClientOptions, caller, parsedLines, queryOf, withoutSlash } from "./call.ts";
import type {
  AdvancedClock,
  Audit,
  AuditEntry,
  CredentialKind,
  Credentials,
  Declared,
  DeliveriesPage,
  DeliveryFilter,
  DeliveryVerification,
  Fault,
  Filter,
  GivenClock,
  GivenFault,
  GivenScript,
  Har,
  InvocationDetails,
  InvocationFilter,
  InvocationOwner,
  InvocationsPage,
  JournalEntry,
  Pact,
  PactStates,
  Part,
  RecordQuery,
  RequestsPage,
  SandboxAccess,
  Script,
  Settings,
  ShownClock,
  ShownRecord,
  Snapshot,
  StateValues,
  Summary,
  Verification,
} from "./documents.ts";

export { type ClientOptions, ControlError } from "./call.ts";
export type * from "./documents.ts";
export {
  type RequestFilter,
  type RequestFilterOptions,
  requestFilter,
  type ServedRequest,
  type SignatureScheme,
} from "./requestFilter.ts";

export interface CreationOptions {
  readonly label?: string;
  readonly settings?: Partial<Settings>;
  readonly snapshot?: Snapshot;
  /** The key of an invitation, or the operator's token, where creating needs one. */
  readonly invitation?: string;
}

export interface VerifyOptions {
  readonly exactly?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface PageOptions {
  readonly limit?: number;
  readonly nextToken?: string;
}

/** Which entries of the journal to export: those that match the filter, at most `limit`, the newest first. */
export interface ExportOptions extends PageOptions {
  readonly filter?: Filter;
}

/** The names of both sides of a contract. */
export interface Parties {
  readonly consumer: string;
  readonly provider: string;
}

interface ExportRequests {
  (format: "har", options?: ExportOptions): Promise<Har>;
  (format: "pact", options: ExportOptions & Parties): Promise<Pact>;
}

/** A request or a delivery that almost matches. */
export interface Miss {
  readonly differences: readonly string[];
  /** What it is, in words. */
  readonly what: string;
  /** The request's entry in the journal; undefined for a delivery. */
  readonly entry?: JournalEntry;
}

/**
 * The number of matching requests or deliveries was not the number that `verify` wanted. The message lists the
 * nearest misses.
 */
export class VerificationError extends Error {
  readonly count: number;
  readonly nearMisses: readonly Miss[];
  constructor(wanted: string, count: number, nearMisses: readonly Miss[]) {
    const misses = nearMisses.map(({ what, differences }) => `\n  ${what}: ${differences.join("; ")}`);
    super(`wanted ${wanted}, but there were ${count}${misses.length ? `; nearest:${misses.join("")}` : ""}`);
    this.name = "VerificationError";
    this.count = count;
    this.nearMisses = nearMisses;
  }
}

/**
 * Creates a sandbox on a server. `server` is the URL at which this client reaches the server or its proxy,
 * such as `http://127.0.0.1:8787`; the sandbox's endpoint begins with that URL. Throws a ControlError when
 * the control plane refuses, and an Error when the server is no sandbox server.
 */
export async function createSandbox(
  server: string,
  { label, settings, snapshot, invitation }: CreationOptions = {},
  options: ClientOptions = {},
): Promise<SandboxClient> {
  // A sandbox's endpoint also identifies the server.
  const address = withoutSlash(server).replace(/\/s\/[^/]+$/, "");
  const call = caller(`${address}/_sandbox`, () => invitation, options);
  const access = await call<SandboxAccess>("POST", "/sandboxes", { label, settings, snapshot });
  return new SandboxClient({ ...access, endpoint: `${address}/s/${access.id}` }, options);
}

/** Controls one sandbox. Every method throws a ControlError when the control plane refuses the request. */
export class SandboxClient {
  #access: Pick<SandboxAccess, "endpoint"> & Partial<SandboxAccess>;
  readonly #call: Call;

  /**
   * `access` is the `access` of a created sandbox, or only the endpoint of an existing one, with its control token, or with
   * its watch token to read it.
   */
  constructor(access: Pick<SandboxAccess, "endpoint"> & Partial<SandboxAccess>, options: ClientOptions = {}) {
    this.#access = { ...access, endpoint: withoutSlash(access.endpoint) };
    const token = () => this.#access.controlToken ?? this.#access.watchToken;
    this.#call = caller(`${this.endpoint}/_sandbox`, token, options);
  }

  get access(): Pick<SandboxAccess, "endpoint"> & Partial<SandboxAccess> {
    return this.#access;
  }

  get endpoint(): string {
    return this.access.endpoint;
  }

  summary(): Promise<Summary> {
    return this.#call("GET", "");
  }

  settings(changes: Partial<Settings>): Promise<Settings> {
    return this.#call("PATCH", "/settings", changes);
  }

  /** Resets the named parts of the sandbox, or all parts. */
  reset(...parts: Part[]): Promise<void> {
    return this.#call("POST", "/reset", parts.length > 0 ? { parts } : {});
  }

  /**
   * Replaces the named credentials, or all of them: the former ones are refused from then on. Returns the credentials. This
   * client goes on with the new ones, which `access` shows.
   */
  async rotate(
    kinds: readonly CredentialKind[] = ["accessKey", "controlToken", "watchToken"],
  ): Promise<Credentials> {
    const made = await this.#call<Credentials>("POST", "/credentials/rotate", { credentials: kinds });
    const items = kinds.flatMap((kind) =>
      kind === "accessKey" ? ["accessKeyId", "accessKeySecret"] : [kind as string],
    );
    const replaced = Object.entries(made).filter(([item]) => items.includes(item));
    this.#access = { ...this.#access, ...Object.fromEntries(replaced) };
    return made;
  }

  /** Erases the sandbox with everything in it. Its id stays valid, and leads to an empty sandbox. */
  async delete(): Promise<void> {
    const id = this.access.id ?? (await this.summary()).id;
    await this.#call("DELETE", `/sandboxes/${encodeURIComponent(id)}`);
  }

  /** The changes that the control plane made. */
  readonly audit = {
    /** One page of the changes, the latest first, with at most `limit` entries. */
    list: (page: PageOptions = {}) => this.#call<Audit>("GET", `/audit?${queryOf({ ...page })}`),
    /** All changes that are kept, the latest first. */
    export: () => this.#call<AuditEntry[]>("GET", "/audit?format=ndjson", undefined, parsedLines),
  };

  readonly faults = {
    list: async () => (await this.#call<{ faults: Fault[] }>("GET", "/faults")).faults,
    add: (fault: GivenFault) => this.#call<Fault>("POST", "/faults", fault),
    /** Replaces a fault, which keeps its id and its place; with `enabled: false` it applies to nothing. */
    replace: (id: string, fault: GivenFault) =>
      this.#call<Fault>("PUT", `/faults/${encodeURIComponent(id)}`, fault),
    remove: (id: string) => this.#call<void>("DELETE", `/faults/${encodeURIComponent(id)}`),
    clear: () => this.#call<void>("DELETE", "/faults"),
  };

  readonly clock = {
    get: () => this.#call<ShownClock>("GET", "/clock"),
    /** Sets the clock. To a later time, all that is due until then happens before the call returns. */
    set: (clock: GivenClock) => this.#call<AdvancedClock>("PUT", "/clock", clock),
    /** Freezes the clock at its present time, or at a time in RFC 3339. */
    freeze: (time?: string) =>
      this.#call<ShownClock>("PUT", "/clock", { mode: "frozen", ...(time === undefined ? {} : { time }) }),
    /** Sets the clock to real time plus some seconds. */
    shift: (offsetSeconds: number) =>
      this.#call<ShownClock>("PUT", "/clock", { mode: "shifted", offsetSeconds }),
    /** Advances the clock; all that is due on the way happens before the call returns. */
    advance: (seconds: number) => this.#call<AdvancedClock>("POST", "/clock/advance", { seconds }),
    /** Advances the clock to what is due next. */
    toNext: () => this.#call<AdvancedClock>("POST", "/clock/advance", { to: "next" }),
    /** Advances the clock until nothing is due. Throws an Error when there is more to do than one call does. */
    toIdle: async () => {
      const clock = await this.#call<AdvancedClock>("POST", "/clock/advance", { to: "idle" });
      if (clock.advance?.reached === false) {
        throw new Error(
          `${clock.advance.steps} steps were made, and more is due at ${clock.advance.nextDueAt}`,
        );
      }
      return clock;
    },
  };

  readonly outcomes = {
    list: async () => (await this.#call<{ outcomes: Script[] }>("GET", "/outcomes")).outcomes,
    /** Says what functions do when they are invoked, attempt by attempt; the last outcome repeats. */
    add: (outcomes: GivenScript) => this.#call<Script>("POST", "/outcomes", outcomes),
    /** Replaces a list of outcomes, which keeps its id and its place; with `enabled: false` it applies to nothing. */
    replace: (id: string, outcomes: GivenScript) =>
      this.#call<Script>("PUT", `/outcomes/${encodeURIComponent(id)}`, outcomes),
    remove: (id: string) => this.#call<void>("DELETE", `/outcomes/${encodeURIComponent(id)}`),
    clear: () => this.#call<void>("DELETE", "/outcomes"),
  };

  readonly invocations = {
    /** One page of the asynchronous invocations, newest first, with at most `limit` entries. */
    list: (filter: InvocationFilter = {}, page: PageOptions = {}) =>
      this.#call<InvocationsPage>("GET", `/invocations?${queryOf({ ...filter, ...page })}`),
    /** An invocation with its payloads. */
    get: (id: string, owner: InvocationOwner = {}) =>
      this.#call<InvocationDetails>("GET", `/invocations/${encodeURIComponent(id)}?${queryOf({ ...owner })}`),
    /** The record that the destination got or gets; of an invocation that has not ended, what it would get now. */
    record: (id: string, query: RecordQuery = {}) =>
      this.#call<ShownRecord>(
        "GET",
        `/invocations/${encodeURIComponent(id)}/record?${queryOf({ ...query })}`,
      ),
    stop: (id: string, owner: InvocationOwner = {}) =>
      this.#call<void>("POST", `/invocations/${encodeURIComponent(id)}/stop?${queryOf({ ...owner })}`),
    /** Deletes all invocations, those that have not ended too. */
    clear: () => this.#call<void>("DELETE", "/invocations"),
  };

  readonly deliveries = {
    /** One page of the inbox, newest first, with at most `limit` entries. */
    list: (filter: DeliveryFilter = {}, page: PageOptions = {}) => {
      const { message, requestPayload, responsePayload, ...others } = filter;
      const json = { message, requestPayload, responsePayload };
      return this.#call<DeliveriesPage>("GET", `/deliveries?${queryOf({ ...others, ...page }, json)}`);
    },
    count: async (filter: DeliveryFilter = {}) =>
      (await this.#call<{ count: number }>("POST", "/deliveries/count", filter)).count,
    /**
     * Throws a VerificationError unless so many deliveries match the filter; at least one when no number is
     * given.
     */
    verify: async (filter: DeliveryFilter, times: VerifyOptions = {}): Promise<void> => {
      const {
        verified,
        count,
        nearMisses = [],
      } = await this.#call<DeliveryVerification>("POST", "/deliveries/verify", { filter, ...times });
      if (verified) return;
      const misses = nearMisses.map(({ differences, delivery }) => ({
        differences,
        what: `${delivery.condition} of ${delivery.service ? `${delivery.service}/` : ""}${delivery.function} to ${delivery.destination} (${delivery.status})`,
      }));
      throw new VerificationError(JSON.stringify({ ...filter, ...times }), count, misses);
    },
    /** Empties the inbox. */
    clear: () => this.#call<void>("DELETE", "/deliveries"),
  };

  readonly requests = {
    /** An entry of the journal, by its request id. */
    get: (id: string) => this.#call<JournalEntry>("GET", `/requests/${encodeURIComponent(id)}`),
    /**
     * Entries of the journal as one document: an HTTP Archive, or a Pact file between a consumer and a provider. The
     * document says whether there are more entries than it has.
     */
    export: (<D>(format: string, { filter = {}, ...others }: ExportOptions & Partial<Parties> = {}) => {
      const { body, ...items } = filter;
      return this.#call<D>("GET", `/requests?${queryOf({ ...items, ...others, format }, { body })}`);
    }) as ExportRequests,
    /** One page of the journal, newest first, with at most `limit` entries. */
    list: ({ body, ...filter }: Filter = {}, page: PageOptions = {}) =>
      this.#call<RequestsPage>("GET", `/requests?${queryOf({ ...filter, ...page }, { body })}`),
    count: async (filter: Filter = {}) =>
      (await this.#call<{ count: number }>("POST", "/requests/count", filter)).count,
    /**
     * Throws a VerificationError unless so many requests match the filter; at least one when no number is
     * given.
     */
    verify: async (filter: Filter, times: VerifyOptions = {}): Promise<void> => {
      const {
        verified,
        count,
        nearMisses = [],
      } = await this.#call<Verification>("POST", "/requests/verify", { filter, ...times });
      if (verified) return;
      const misses = nearMisses.map(({ differences, entry }) => ({
        differences,
        entry,
        what: `${entry.method} ${entry.url} (${entry.status})`,
      }));
      throw new VerificationError(JSON.stringify({ ...filter, ...times }), count, misses);
    },
    clear: () => this.#call<void>("DELETE", "/requests"),
  };

  /** Pact's provider states. */
  readonly pact = {
    /** Sets a state up, as the verifier does. Returns the values that it made, for the generators of a contract. */
    setUp: (state: string, params: Readonly<Record<string, unknown>> = {}) =>
      this.#call<StateValues>("POST", "/pact/provider-states", { state, params, action: "setup" }),
    /** Puts back what the setup of the state, with the same parameters, replaced. */
    tearDown: async (state: string, params: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      await this.#call("POST", "/pact/provider-states", { state, params, action: "teardown" });
    },
    /** The states that were defined for this sandbox, and the names of the built-in ones. */
    list: () => this.#call<PactStates>("GET", "/pact/states"),
    get: (name: string) => this.#call<Snapshot>("GET", `/pact/states/${encodeURIComponent(name)}`),
    /** Defines a state by a snapshot, or replaces it. */
    define: (name: string, snapshot: Snapshot) =>
      this.#call<void>("PUT", `/pact/states/${encodeURIComponent(name)}`, snapshot),
    remove: (name: string) => this.#call<void>("DELETE", `/pact/states/${encodeURIComponent(name)}`),
  };

  readonly functions = {
    /** What exists, by names; with `details` also the items, ids and times. */
    get: ({ details = false }: { details?: boolean } = {}) =>
      this.#call<Declared>("GET", details ? "/functions?details=true" : "/functions"),
    /** Replaces the declarations. A function that is no longer declared loses its configs. */
    declare: (declared: Declared) => this.#call<Declared>("PUT", "/functions", declared),
  };

  readonly snapshot = {
    /** The whole state; with `invocations` also the invocations and the deliveries. */
    export: ({ invocations = false }: { invocations?: boolean } = {}) =>
      this.#call<Snapshot>("GET", invocations ? "/snapshot?invocations=true" : "/snapshot"),
    import: (snapshot: Snapshot) => this.#call<void>("PUT", "/snapshot", snapshot),
  };
}
