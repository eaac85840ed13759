/**
 * The gate that every call of an object passes, and the only access to the object's tables. An erasure waits
 * for running calls, and calls that arrive during an erasure wait until it ends, so no call sees a
 * half-erased object.
 */
export class Lifecycle<Tables> {
  readonly #open: () => Tables;
  readonly #opened: (tables: Tables) => void;
  #tables: Tables | undefined;
  #running = 0;
  #erasing: Promise<void> | undefined;
  #erasures = 0;
  /** Resumes an erasure once no call runs. */
  #onIdle: (() => void) | undefined;

  /** `open` creates the tables where there are none; `opened` is called with them afterwards. */
  constructor(open: () => Tables, opened: (tables: Tables) => void = () => {}) {
    this.#open = open;
    this.#opened = opened;
  }

  /** How many erasures started since the object was loaded. */
  get erasures(): number {
    return this.#erasures;
  }

  get isErasing(): boolean {
    return this.#erasing !== undefined;
  }

  /** Whether an erasure waits for calls that run. */
  get awaitsCalls(): boolean {
    return this.#erasing !== undefined && this.#running > 0;
  }

  /** Whether a call or an erasure is running. */
  get isBusy(): boolean {
    return this.#running > 0 || this.#erasing !== undefined;
  }

  /** The object's tables, opened on first use. Only a call inside `run` may use them. */
  get tables(): Tables {
    if (this.#tables === undefined) {
      this.#tables = this.#open();
      this.#opened(this.#tables);
    }
    return this.#tables;
  }

  /** Runs a call, after any erasure that is running. Rejects when the call does. */
  async run<T>(call: () => T | Promise<T>): Promise<T> {
    // An erasure that is rejected concerns its caller, and not the calls that wait.
    while (this.#erasing) await this.#erasing.catch(() => {});
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Runs a call on the tables, after any erasure that is running, unless they are closed: it opens none. */
  runIfOpen(call: (tables: Tables) => void): Promise<void> {
    return this.run(() => {
      if (this.#tables !== undefined) call(this.#tables);
    });
  }

  /**
   * Makes the next call open the tables again: after a rollback, values in memory may differ from the stored
   * ones.
   */
  reopen(): void {
    this.#tables = undefined;
  }

  /** Calls `erase` once no call runs. Concurrent erasures share one. Rejects when `erase` does. */
  erase(erase: () => Promise<void>): Promise<void> {
    this.#erasing ??= this.#erase(erase).finally(() => {
      this.#erasing = undefined;
    });
    return this.#erasing;
  }

  /**
   * Calls `last` once no call and no erasure runs, and returns its result. When the result says that the object ends,
   * calls that arrive from then on wait until it has, and are cut off. Otherwise they go on, also when `last` rejects.
   */
  async end<T>(last: () => Promise<{ readonly result: T; readonly ends: boolean }>): Promise<T> {
    while (this.#erasing) await this.#erasing.catch(() => {});
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.erase(async () => {
      const { result, ends } = await last();
      resolve(result);
      if (ends) await new Promise(() => {});
    }).catch(reject);
    return promise;
  }

  async #erase(erase: () => Promise<void>): Promise<void> {
    this.#erasures += 1;
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      this.#onIdle = undefined;
    }
    try {
      await erase();
    } finally {
      this.#tables = undefined;
    }
  }
}
