import { type FunctionUsage, REPORT_AFTER } from "../../state/quota.ts";

/** What was reported last, as it is stored. */
interface Reported {
  /** All requests until then. */
  readonly requests: number;
  /** What the journal had counted then. */
  readonly counted: number;
  /** All requests that were sent until then. */
  readonly posts: number;
  /** What was stored then, in bytes. */
  readonly bytes: number;
  /** After how many further requests the next report is due. */
  readonly reportAfter: number;
}

/** How many bytes more are reported, however few requests came. */
const REPORT_BYTES = 1_048_576;

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
    // What earlier releases counted, nobody asked for.
    this.#reported = storage.kv.get<Reported>("usage") ?? {
      requests: 0,
      counted: counted(),
      posts: 0,
      bytes: 0,
      reportAfter: REPORT_AFTER.first,
    };
    // Without a journal, its counters begin anew when the object is loaded.
    if (counted() < this.#reported.counted) this.#reported = { ...this.#reported, counted: counted() };
  }

  get #unreported(): number {
    return this.#counted() - this.#reported.counted;
  }

  get usage(): FunctionUsage {
    return {
      requests: this.#reported.requests + this.#unreported,
      posts: this.#posts,
      bytes: this.#storage.sql.databaseSize,
    };
  }

  get #posts(): number {
    return this.#storage.kv.get<number>("posts") ?? 0;
  }

  /** Whether a report is due, by the requests that came. */
  get isDue(): boolean {
    return !this.#isReporting && this.#unreported >= this.#reported.reportAfter;
  }

  /** Whether a report is due, by what was sent and stored without a request. */
  get isDueOtherwise(): boolean {
    if (this.#isReporting) return false;
    const { posts, bytes, reportAfter } = this.#reported;
    return this.#posts - posts >= reportAfter || this.#storage.sql.databaseSize - bytes >= REPORT_BYTES;
  }

  /** Counts a request that the function sends. */
  posted(): void {
    this.#storage.kv.put("posts", this.#posts + 1);
  }

  /** The next report is due after so many requests: the function has just registered. */
  registered(reportAfter: number): void {
    this.#store({ ...this.#reported, reportAfter });
  }

  /** Begins a report of this usage. */
  begin(): FunctionUsage {
    this.#isReporting = true;
    return this.usage;
  }

  /** Ends a report: the sandbox has this usage, and wants the next report after so many requests. */
  end({ requests, posts, bytes }: FunctionUsage, reportAfter: number): void {
    const counted = this.#reported.counted + requests - this.#reported.requests;
    this.#store({ requests, counted, posts, bytes, reportAfter });
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
