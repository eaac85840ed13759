import type { FunctionUsage } from "../../state/quota.ts";

/** How many requests a function answers before it reports, until its sandbox says otherwise. */
const REPORT_AFTER = 16;

/** What was reported last, as it is stored. */
interface Reported {
  /** All requests until then. */
  readonly requests: number;
  /** What the journal had counted then. */
  readonly counted: number;
  /** After how many further requests the next report is due. */
  readonly reportAfter: number;
}

const NOTHING: Reported = { requests: 0, counted: 0, reportAfter: REPORT_AFTER };

/**
 * Counts what a function uses, so that its sandbox learns of it in time. The journal's counters, which are stored with each
 * entry, tell how many requests came since the latest report: so counting writes no row, and reporting writes one.
 */
export class UsageMeter {
  readonly #storage: DurableObjectStorage;
  readonly #counted: () => number;
  #reported: Reported;
  /** Whether a report is under way. */
  #isReporting = false;

  /** `counted` is how many requests the journal has counted. */
  constructor(storage: DurableObjectStorage, counted: () => number) {
    this.#storage = storage;
    this.#counted = counted;
    this.#reported = storage.kv.get<Reported>("usage") ?? NOTHING;
    // Without a journal, its counters begin anew when the object is loaded.
    const { requests, reportAfter } = this.#reported;
    if (counted() < this.#reported.counted) this.#reported = { requests, counted: counted(), reportAfter };
  }

  get #unreported(): number {
    return this.#counted() - this.#reported.counted;
  }

  get usage(): FunctionUsage {
    return {
      requests: this.#reported.requests + this.#unreported,
      posts: this.#storage.kv.get<number>("posts") ?? 0,
      bytes: this.#storage.sql.databaseSize,
    };
  }

  /** Whether a report is due. */
  get isDue(): boolean {
    return !this.#isReporting && this.#unreported >= this.#reported.reportAfter;
  }

  /** Counts a request that the function sends. */
  posted(): void {
    this.#storage.kv.put("posts", (this.#storage.kv.get<number>("posts") ?? 0) + 1);
  }

  /** The next report is due after so many requests: the function has just registered. */
  registered(reportAfter: number): void {
    if (reportAfter !== this.#reported.reportAfter) this.#store({ ...this.#reported, reportAfter });
  }

  /** Begins a report of this usage. */
  begin(): FunctionUsage {
    this.#isReporting = true;
    return this.usage;
  }

  /** Ends a report: the sandbox has this usage, and wants the next report after so many requests. */
  end({ requests }: FunctionUsage, reportAfter: number): void {
    const counted = this.#reported.counted + requests - this.#reported.requests;
    this.#store({ requests, counted, reportAfter });
    this.#isReporting = false;
  }

  /** Ends a report that did not reach the sandbox. */
  failed(): void {
    this.#isReporting = false;
  }

  #store(reported: Reported): void {
    this.#reported = reported;
    this.#storage.kv.put("usage", reported);
  }
}
