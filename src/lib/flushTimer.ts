/** How long nothing more has to come before a flush. An object that waits is billed, so this is short. */
export const QUIET_MS = 50;
/** How long a flush waits at most, however much comes. */
const LATEST_MS = 1000;

/**
 * Calls `flush` for what waits in memory: once nothing more has come for a moment, and within a second in any case. A flush that
 * fails is logged, and tried again when more comes.
 */
export class FlushTimer {
  readonly #flush: () => Promise<void>;
  readonly #waitUntil: (work: Promise<void>) => void;
  /** Goes up with everything that comes. */
  #came = 0;
  #isSet = false;

  /** `waitUntil` gets the work that the object has to stay for. */
  constructor(flush: () => Promise<void>, waitUntil: (work: Promise<void>) => void) {
    this.#flush = flush;
    this.#waitUntil = waitUntil;
  }

  /** Has `flush` called within a second. */
  set(): void {
    this.#came += 1;
    if (this.#isSet) return;
    this.#isSet = true;
    this.#waitUntil(this.#run());
  }

  async #run(): Promise<void> {
    const latest = Date.now() + LATEST_MS - QUIET_MS;
    let seen: number;
    do {
      seen = this.#came;
      await scheduler.wait(QUIET_MS);
    } while (seen !== this.#came && Date.now() < latest);
    this.#isSet = false;
    try {
      await this.#flush();
    } catch (error) {
      console.error(error);
    }
  }
}
