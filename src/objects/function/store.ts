import type { JournalHost } from "../../journal/journal.ts";
import { ConfigStore } from "./configs.ts";
import type { InvocationHost } from "./invocationHost.ts";
import { Invocations } from "./invocations.ts";
import { InvocationTable } from "./invocationTable.ts";
import { UsageMeter } from "./usageMeter.ts";

/** Everything that a function stores. Invocations have tables from the first one on: a PUT of a config makes none. */
export class FunctionStore {
  readonly configs: ConfigStore;
  readonly usage: UsageMeter;
  readonly #storage: DurableObjectStorage;
  readonly #host: () => InvocationHost;
  #invocations: Invocations | undefined;

  constructor(storage: DurableObjectStorage, journal: JournalHost, host: () => InvocationHost) {
    this.configs = new ConfigStore(storage, journal);
    this.usage = new UsageMeter(storage, () => this.configs.journal.counted);
    this.#storage = storage;
    this.#host = host;
    if (InvocationTable.isThere(storage)) this.openInvocations();
  }

  /** The function's invocations; undefined when it was never invoked asynchronously. */
  get invocations(): Invocations | undefined {
    return this.#invocations;
  }

  /** The function's invocations. Makes their tables where there are none. */
  openInvocations(): Invocations {
    this.#invocations ??= this.#storage.transactionSync(() => new Invocations(this.#host()));
    return this.#invocations;
  }
}
