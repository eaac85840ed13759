import type { Env } from "../../env.ts";
import type { FunctionName } from "../../fc/names.ts";
import { Journal } from "../../journal/journal.ts";
import { NO_TRAFFIC, type Traffic } from "../../journal/traffic.ts";
import { type Clock, REAL_CLOCK } from "../../state/clock.ts";
import { type Declared, existenceOf } from "../../state/existence.ts";
import type { Settings } from "../../state/settings.ts";
import { resolveSettings, type SharedState } from "../../state/sharedState.ts";
import { Directory } from "./directory.ts";
import { FaultTable } from "./faultTable.ts";

/** The items that a sandbox keeps beside its tables; what was never set is as in `initial`. */
interface Items {
  /** Only what its owner set: the rest follows the deployment's variables. */
  readonly settings: Partial<Settings>;
  readonly clock: Clock;
  readonly declared: Declared;
  readonly journalEpoch: number;
  readonly watched: boolean;
  /** Goes up with each change that the functions have to learn of. */
  readonly version: number;
  /** The version that all functions are known to have. */
  readonly settled: number;
  /** How often in a row the alarm has failed, and before when it is not to try again; times are as in `usedAt`. */
  readonly retry: { readonly failures: number; readonly at: number };
  /** What came to functions that are no longer there. */
  readonly trafficOfLeft: Traffic;
  /** When the sandbox was last used, in milliseconds since 1970. */
  readonly usedAt: number;
}

export const NO_RETRY: Items["retry"] = { failures: 0, at: 0 };

const initial: Items = {
  settings: {},
  clock: REAL_CLOCK,
  declared: {},
  journalEpoch: 0,
  watched: false,
  version: 0,
  settled: 0,
  retry: NO_RETRY,
  trafficOfLeft: NO_TRAFFIC,
  usedAt: 0,
};

/** All that a sandbox keeps. */
export class SandboxStore {
  readonly directory: Directory;
  readonly faults: FaultTable;
  /** Of the requests that no function answered. */
  readonly journal: Journal;
  readonly #kv: SyncKvStorage;
  readonly #env: Env;

  constructor(storage: DurableObjectStorage, env: Env, source: string) {
    this.directory = new Directory(storage);
    this.faults = new FaultTable(storage);
    this.journal = new Journal(storage, source);
    this.#kv = storage.kv;
    this.#env = env;
    // A deployment's variables may have changed the size since the object was last here.
    this.journal.resize(this.settings.journalSize);
  }

  get<K extends keyof Items>(item: K): Items[K] {
    return this.#kv.get<Items[K]>(item) ?? initial[item];
  }

  set<K extends keyof Items>(item: K, value: Items[K]): void {
    this.#kv.put(item, value);
  }

  get settings(): Settings {
    return resolveSettings(this.#env, this.get("settings"));
  }

  /** What a function, or the sandbox itself when none is named, has to know. */
  sharedState(name?: FunctionName): SharedState {
    return {
      version: this.get("version"),
      settings: this.get("settings"),
      clock: this.get("clock"),
      faults: this.faults.all(),
      existence: name ? existenceOf(this.get("declared"), name) : null,
      configsEpoch: (name && this.directory.get(name)?.configsEpoch) ?? 0,
      journalEpoch: this.get("journalEpoch"),
      watched: this.get("watched"),
    };
  }
}
