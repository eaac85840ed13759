/** Work of an object that becomes due at some time. When, and what is to be done, the object's own storage says. */
export interface DueWork {
  /** When there is something to do, in milliseconds since 1970; undefined when there is nothing. */
  dueAt(now: number): number | undefined;
  /** Does what is due by now; "erased" when the object has no storage any more. Rejects when it is to be tried again. */
  run(now: number): Promise<"done" | "erased">;
}

/** How often in a row the alarm has failed, and the time before which it does not try again. */
export interface Retry {
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const NO_RETRY: Retry = { failures: 0, at: 0 };

const RETRY_MS = 1000;
const MAX_RETRY_MS = 3_600_000;

/**
 * An object has one alarm, which all its due work shares: the alarm is set to the earliest due time. After a failure the
 * alarm waits twice as long each time, since a damaged object may stay damaged.
 */
export class ObjectAlarm {
  readonly #storage: DurableObjectStorage;
  readonly #work: readonly DueWork[];
  readonly #retry: { get(): Retry; set(retry: Retry): void };

  /** `retry` is where the object stores its retries. */
  constructor(
    storage: DurableObjectStorage,
    work: readonly DueWork[],
    retry: { get(): Retry; set(retry: Retry): void },
  ) {
    this.#storage = storage;
    this.#work = work;
    this.#retry = retry;
  }

  /** Sets the alarm to the time at which work is due next. */
  async schedule(): Promise<void> {
    const now = Date.now();
    const times = this.#work.flatMap((work) => work.dueAt(now) ?? []);
    if (times.length === 0) await this.#storage.deleteAlarm();
    else await this.#storage.setAlarm(Math.max(Math.min(...times), this.#retry.get().at));
  }

  /** Forgets failures, for work that is new. */
  forgetFailures(): void {
    if (this.#retry.get().failures > 0) this.#retry.set(NO_RETRY);
  }

  /** Does the work that is due, for the object's `alarm` handler. Never rejects: the platform gives up on an alarm that does. */
  async run(): Promise<void> {
    let failed = false;
    for (const work of this.#work) {
      try {
        if ((await work.run(Date.now())) === "erased") return;
      } catch (error) {
        failed = true;
        console.error(error);
      }
    }
    if (failed) {
      const { failures } = this.#retry.get();
      const wait = Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS);
      this.#retry.set({ failures: failures + 1, at: Date.now() + wait });
    } else this.forgetFailures();
    await this.schedule();
  }
}
