import type { Env } from "../../env.ts";
import type { FunctionName } from "../../fc/names.ts";
import type { ResourceChange } from "../../fc/resources.ts";
import { type InvocationCounts, NO_INVOCATIONS } from "../../journal/invocationCounts.ts";
import { Journal, type JournalHost } from "../../journal/journal.ts";
import { NO_TRAFFIC, type Traffic } from "../../journal/traffic.ts";
import { NO_RETRY, type Retry } from "../../lib/alarm.ts";
import { type Clock, now, REAL_CLOCK } from "../../state/clock.ts";
import { FIRST_GENERATIONS, type Generations } from "../../state/credentialKinds.ts";
import { type Declared, type Document, withoutLongVersions } from "../../state/declared.ts";
import { declaredChange } from "../../state/declaredChange.ts";
import { concernsFunction } from "../../state/faults.ts";
import { concernsCalls } from "../../state/outcomes.ts";
import type { Origin, Throttled } from "../../state/quota.ts";
import { isEnabled } from "../../state/rules.ts";
import type { Settings } from "../../state/settings.ts";
import { resolveSettings } from "../../state/settings.ts";
import type { SharedState } from "../../state/sharedState.ts";
import { limits, variables } from "../../variables.ts";
import { AuditTable } from "../auditTable.ts";
import type { Imported } from "../rpc.ts";
import { Directory } from "./directory.ts";
import { FaultTable } from "./faultTable.ts";
import { ImportedInvocations } from "./importedInvocations.ts";
import { OutcomeTable } from "./outcomeTable.ts";
import { PactTables } from "./pactTables.ts";
import { ResourceTables } from "./resourceTables.ts";

/** How far an advance goes: to a time, in milliseconds since 1970, or until nothing is due. */
export interface Advancing {
  readonly until: number | "idle";
  /** The clock that the sandbox gets when that time is reached: the clock of the owner's request. */
  readonly clock?: Clock;
}

/** The items that a sandbox stores besides its tables. */
interface Items {
  /** Only what the owner set: the rest follows the deployment's variables. */
  readonly settings: Partial<Settings>;
  readonly clock: Clock;
  /** The declarations of an earlier release, until they are resources. */
  readonly declared: Declared | undefined;
  readonly journalEpoch: number;
  readonly invocationsEpoch: number;
  readonly deliveriesEpoch: number;
  /** The advance that is under way, so that it goes on after it was cut off. */
  readonly advancing: Advancing | undefined;
  /** The counts of functions that were deregistered. */
  readonly deregisteredInvocations: InvocationCounts;
  readonly watched: boolean;
  /** The version of the shared state: each change that functions have to learn of raises it. */
  readonly version: number;
  /** The version of the latest change that concerns every function. */
  readonly versionForAll: number | undefined;
  /** Every function has acknowledged this version, or a later one, but for those in `pendingPushes`. */
  readonly acknowledged: number;
  /** By function, the version that the function has yet to acknowledge. */
  readonly pendingPushes: Readonly<Record<string, number>>;
  readonly retry: Retry;
  /** The counters of functions that were deregistered. */
  readonly deregisteredTraffic: Traffic;
  /** When the sandbox was last used, in milliseconds since 1970. */
  readonly usedAt: number;
  /** When the sandbox was first used; undefined where an earlier release did not note that. */
  readonly createdAt: number | undefined;
  readonly generations: Generations;
  /** The invitation by which the sandbox was created. */
  readonly origin: Origin | undefined;
  /** Requests by day, of the latest days. */
  readonly days: readonly UsedDay[];
  /** How many requests that the sandbox itself answered are in `days`. */
  readonly ownRequests: number;
  readonly throttled: Throttled | null;
  /** What the registry knows of the sandbox. */
  readonly registered: Registered | undefined;
}

/** What the sandbox has used on a day. */
export interface UsedDay {
  /** In UTC, as `dayOf` writes it. */
  readonly day: string;
  readonly requests: number;
  readonly posts: number;
}

/** What the registry was told, and what it said. */
export interface Registered {
  /** When the registry was told, in milliseconds since 1970. */
  readonly at: number;
  /** What it was told of the requests of that day. */
  readonly today: UsedDay;
  /** A quota of the team, or of the deployment, that is used up. */
  readonly throttled: Throttled | null;
}

/** Under which key each item is stored, and its value until then. A stored key is never renamed. */
const items: { readonly [K in keyof Items]: { readonly key: string; readonly initial: Items[K] } } = {
  settings: { key: "settings", initial: {} },
  clock: { key: "clock", initial: REAL_CLOCK },
  declared: { key: "declared", initial: undefined },
  journalEpoch: { key: "journalEpoch", initial: 0 },
  invocationsEpoch: { key: "invocationsEpoch", initial: 0 },
  deliveriesEpoch: { key: "deliveriesEpoch", initial: 0 },
  advancing: { key: "advancing", initial: undefined },
  deregisteredInvocations: { key: "deregisteredInvocations", initial: NO_INVOCATIONS },
  watched: { key: "watched", initial: false },
  version: { key: "version", initial: 0 },
  versionForAll: { key: "versionForAll", initial: undefined },
  acknowledged: { key: "settled", initial: 0 },
  pendingPushes: { key: "pendingPushes", initial: {} },
  retry: { key: "retry", initial: NO_RETRY },
  deregisteredTraffic: { key: "trafficOfLeft", initial: NO_TRAFFIC },
  usedAt: { key: "usedAt", initial: 0 },
  createdAt: { key: "createdAt", initial: undefined },
  generations: { key: "generations", initial: FIRST_GENERATIONS },
  origin: { key: "origin", initial: undefined },
  days: { key: "days", initial: [] },
  ownRequests: { key: "ownRequests", initial: 0 },
  throttled: { key: "throttled", initial: null },
  registered: { key: "registered", initial: undefined },
};

/** Everything that a sandbox stores. */
export class SandboxStore {
  readonly directory: Directory;
  readonly faults: FaultTable;
  readonly outcomes: OutcomeTable;
  readonly importedInvocations: ImportedInvocations;
  readonly pact: PactTables;
  readonly resources: ResourceTables;
  /** The journal of the requests that no function answered. */
  readonly journal: Journal;
  readonly audit: AuditTable;
  readonly #kv: SyncKvStorage;
  readonly #env: () => Env;

  constructor(storage: DurableObjectStorage, env: () => Env, journal: JournalHost) {
    this.directory = new Directory(storage);
    this.faults = new FaultTable(storage);
    this.outcomes = new OutcomeTable(storage);
    this.importedInvocations = new ImportedInvocations(storage);
    this.pact = new PactTables(storage);
    this.resources = new ResourceTables(storage);
    this.journal = new Journal(storage, journal);
    this.audit = new AuditTable(storage);
    this.#kv = storage.kv;
    this.#env = env;
    // A deployment's variables may have changed the size since the object was loaded last.
    this.journal.resize(this.settings.journalSize);
    const declared = this.get("declared");
    if (declared !== undefined) {
      storage.transactionSync(() => {
        this.replaceDeclared(withoutLongVersions(declared));
        storage.kv.delete(items.declared.key);
      });
    }
  }

  get<K extends keyof Items>(item: K): Items[K] {
    return this.#kv.get<Items[K]>(items[item].key) ?? items[item].initial;
  }

  set<K extends keyof Items>(item: K, value: Items[K]): void {
    if (value === undefined) this.#kv.delete(items[item].key);
    else this.#kv.put(items[item].key, value);
  }

  /**
   * What outlasts an erasure, if there is anything: how often credentials were rotated, the team, and a day's quota that is
   * used up. The result stores that again.
   */
  outlasting(): () => void {
    const generations = this.get("generations");
    const origin = this.get("origin");
    const throttled = this.get("throttled");
    const days = this.get("days");
    const isOverDay = throttled !== null && throttled.until !== null && throttled.until > Date.now();
    return () => {
      if (Object.values(generations).some((one) => one > 0)) this.set("generations", generations);
      if (origin) this.set("origin", origin);
      if (isOverDay) {
        this.set("throttled", throttled);
        this.set("days", days);
      }
    };
  }

  get settings(): Settings {
    return resolveSettings(variables(this.#env()), this.get("settings"));
  }

  /** Replaces the owner's settings, and gives the journal the size that they set. */
  replaceSettings(own: Partial<Settings>): void {
    this.set("settings", own);
    this.journal.resize(this.settings.journalSize);
  }

  /** Sets the clock. An advance that is under way, or was cut off, ends with that. */
  replaceClock(clock: Clock): void {
    this.set("clock", clock);
    this.set("advancing", undefined);
  }

  /** The sandbox's time, in milliseconds since 1970. */
  get now(): number {
    return now(this.get("clock"), Date.now());
  }

  /** Has the sandbox have exactly the resources that are declared. */
  replaceDeclared(declared: Document): void {
    this.changeResources(declaredChange(declared, this.resources, this.now));
  }

  /**
   * Changes resources. A function that is deleted loses its configs. A function itself deletes the configs of
   * versions and aliases that are no longer there.
   */
  changeResources(change: ResourceChange): void {
    this.resources.apply(change, limits(this.#env()).sandboxCodeBytes);
    for (const write of change) {
      if (write.kind === "function" && write.value === null && this.directory.get(write.name)) {
        this.directory.replaceConfigs(write.name, []);
      }
    }
  }

  /** What an imported snapshot has of a function, until the function has it. */
  importedFor(name: FunctionName): Imported {
    return {
      configs: this.directory.get(name)?.imported,
      invocations: this.importedInvocations.get(name),
    };
  }

  /** What a function has to know, or the sandbox itself when no function is named. */
  sharedState(name?: FunctionName): SharedState {
    const faults = this.faults.all().filter(isEnabled);
    const outcomes = name ? this.outcomes.all().filter(isEnabled) : [];
    return {
      version: this.get("version"),
      settings: this.get("settings"),
      clock: this.get("clock"),
      faults: name ? faults.filter((fault) => concernsFunction(fault, name)) : faults,
      outcomes: name ? outcomes.filter((script) => concernsCalls(script, name)) : [],
      existence: name ? this.resources.existence(name) : null,
      configsEpoch: (name && this.directory.get(name)?.configsEpoch) ?? 0,
      journalEpoch: this.get("journalEpoch"),
      invocationsEpoch: this.get("invocationsEpoch"),
      deliveriesEpoch: this.get("deliveriesEpoch"),
      watched: this.get("watched"),
      keyGeneration: this.get("generations").accessKey,
      throttled: this.get("throttled"),
    };
  }
}
