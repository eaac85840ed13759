/**
 * One kind of work that an object has to do at some time. The object's storage says what the work is and when
 * it is due.
 */
export interface DueWork {
  /** When the work is due, in milliseconds since 1970; undefined when there is no work. */
  dueAt(now: number): number | undefined;
  /**
   * Does the work that is due. Returns "erased" when it erased the object's storage. Rejects when the work
   * must be retried.
   */
  run(now: number): Promise<"done" | "erased">;
}

/** How often the alarm failed in a row, and the earliest time of its next attempt. */
export interface Retry {
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const NO_RETRY: Retry = { failures: 0, at: 0 };

const RETRY_MS = 1000;
const MAX_RETRY_MS = 3_600_000;

/** The storage that an object's alarm is set in: a Durable Object's. Times are in milliseconds since 1970. */
interface AlarmStorage {
  setAlarm(time: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

/**
 * The one alarm of an object, shared by all kinds of work: it is set to the earliest due time. The wait
 * doubles with each failure in a row, because a damaged object may stay damaged.
 */
export class ObjectAlarm {
  readonly #storage: AlarmStorage;
  readonly #work: readonly DueWork[];
  readonly #retry: { get(): Retry; set(retry: Retry): void };
  /** When the alarm is set for, as far as this instance knows. */
  #setFor: number | undefined;

  /** `retry` reads and writes the retry state in the object's storage. */
  constructor(
    storage: AlarmStorage,
    work: readonly DueWork[],
    retry: { get(): Retry; set(retry: Retry): void },
  ) {
    this.#storage = storage;
    this.#work = work;
    this.#retry = retry;
  }

  /** Sets the alarm to the earliest due time, or deletes it when no work is pending. */
  async schedule(): Promise<void> {
    await this.#set([]);
  }

  /** Sets the alarm to the earliest of these times and those at which work is due. */
  async #set(others: readonly number[]): Promise<void> {
    const now = Date.now();
    const times = [...others, ...this.#work.flatMap((work) => work.dueAt(now) ?? [])];
    if (times.length === 0) {
      this.#setFor = undefined;
      await this.#storage.deleteAlarm();
      return;
    }
    const time = Math.max(Math.min(...times), this.#retry.get().at);
    this.#setFor = time;
    await this.#storage.setAlarm(time);
  }

  /** Sees to it that the alarm rings by a time: for new work, of which nothing else needs to be known. */
  async scheduleBy(time: number): Promise<void> {
    if (this.#setFor === undefined) await this.#set([time]);
    else if (time < this.#setFor) {
      this.#setFor = time;
      await this.#storage.setAlarm(time);
    }
  }

  /** Notes that the storage was erased, and the alarm with it. */
  erased(): void {
    this.#setFor = undefined;
  }

  /** Resets the failure count, so that new work does not wait for the retry of old work. */
  forgetFailures(): void {
    if (this.#retry.get().failures > 0) this.#retry.set(NO_RETRY);
  }

  /**
   * Does all due work; the object's `alarm` handler calls it. Never rejects: the platform gives up on an
   * alarm that rejects.
   */
  async run(): Promise<void> {
    let failed = false;
    this.#setFor = undefined;
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
