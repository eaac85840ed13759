/**
 * The gate that every call of an object passes. The object's tables are opened by the first call that needs them, and are
 * reachable only behind the gate, so no call can meet an erasure half-way: an erasure waits for the calls that run, and
 * calls that arrive during it wait until it has ended.
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

  /** `open` makes the tables where there are none; `opened` is called after that. */
  constructor(open: () => Tables, opened: (tables: Tables) => void = () => {}) {
    this.#open = open;
    this.#opened = opened;
  }

  /** How many erasures have begun since the object was loaded. */
  get erasures(): number {
    return this.#erasures;
  }

  /** Whether a call runs or an erasure is under way. */
  get isBusy(): boolean {
    return this.#running > 0 || this.#erasing !== undefined;
  }

  /** The object's tables. Only a call that has passed the gate may ask for them. */
  get tables(): Tables {
    if (this.#tables === undefined) {
      this.#tables = this.#open();
      this.#opened(this.#tables);
    }
    return this.#tables;
  }

  /** Runs a call, after an erasure that is under way. */
  async run<T>(call: () => T | Promise<T>): Promise<T> {
    while (this.#erasing) await this.#erasing;
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Has the next call open the tables anew: a write that was rolled back may have left memory ahead of them. */
  reopen(): void {
    this.#tables = undefined;
  }

  /** Erases the object by `erase`, once no call runs. A second erasure shares the first. Rejects as `erase` does. */
  erase(erase: () => Promise<void>): Promise<void> {
    this.#erasing ??= this.#erase(erase).finally(() => {
      this.#erasing = undefined;
    });
    return this.#erasing;
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
