import type { Json } from "../lib/json.ts";
import { migrate } from "../lib/migrations.ts";
import { abridged, type JournalEntry } from "./entry.ts";
import { differences, type Filter, matchesOutcome, mayMatch } from "./filter.ts";
import { isAfter, nearest, type Placed, type Position } from "./order.ts";
import {
  addTraffic,
  type CountedRequest,
  NO_OPERATION,
  NO_TRAFFIC,
  type Traffic,
  trafficOf,
} from "./traffic.ts";
import type { Examination } from "./verification.ts";

const migrations = [
  `CREATE TABLE journal (slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, entry TEXT NOT NULL) STRICT`,
  "ALTER TABLE journal ADD COLUMN kept TEXT",
  "ALTER TABLE journal ADD COLUMN traffic TEXT",
];

/** Where the journal began when it was cleared last. */
interface Cleared {
  /** The counters of requests at that time. */
  readonly traffic: Traffic;
  /** The number of the next entry at that time. */
  readonly number: number;
}

const CLEARED = "journalCleared";
const GAP = "journalGap";

/** The object that a journal belongs to. */
export interface JournalHost {
  /** Distinguishes the object's entries from those of others. */
  readonly source: string;
  /** Called when an entry waits in memory: `flush` has to be called soon. */
  flushSoon(): void;
  /** Called in the turn in which the entries up to a number are overwritten, before that. */
  overwriting?(upTo: number): void;
}

/** How an entry is added. */
interface Addition {
  /** The JSON of the change that the request made, for the same row. */
  readonly change?: string | null;
  /** Whether the entry may be written a moment later, with others: see `isRead` of the pipeline. */
  readonly isRead?: boolean;
}

/** An entry that is not written yet. */
interface Pending {
  readonly number: number;
  readonly entry: Json<JournalEntry>;
  readonly change: string | null;
}

/**
 * A ring of the latest entries: each entry overwrites the slot of the entry that is `size` older, so an entry costs one row.
 * The latest row also has the counters, so that counting costs no row of its own. Entries of reads wait in memory, at most as
 * many as the ring takes, until the next entry of a write, or a flush; whatever reads entries here flushes first.
 */
export class Journal {
  readonly #sql: SqlStorage;
  readonly #host: JournalHost;
  readonly #kv: SyncKvStorage;
  /** The latest entries, oldest first. */
  #pending: Pending[] = [];
  /** The size of the ring, as the latest entry came with it. */
  #size = 0;
  #next: number;
  #traffic: Traffic;
  #cleared: Cleared;
  #hasGap: boolean;

  /** Numbers its entries from `first` on, or after the entries that are there. */
  constructor(storage: DurableObjectStorage, host: JournalHost, first = 0) {
    migrate(storage, "journal", migrations);
    this.#sql = storage.sql;
    this.#kv = storage.kv;
    this.#host = host;
    const [latest] = this.#sql
      .exec<{ traffic: string }>(
        "SELECT traffic FROM journal WHERE traffic IS NOT NULL ORDER BY number DESC LIMIT 1",
      )
      .toArray();
    this.#traffic = latest ? JSON.parse(latest.traffic) : (this.#kv.get<Traffic>("traffic") ?? NO_TRAFFIC);
    const { last } = this.#sql.exec<{ last: number | null }>("SELECT max(number) AS last FROM journal").one();
    this.#next = Math.max(first, (last ?? -1) + 1);
    this.#hasGap = this.#kv.get<boolean>(GAP) ?? false;
    this.#cleared = this.#kv.get<Cleared>(CLEARED) ?? { traffic: NO_TRAFFIC, number: first };
  }

  /** The number of the next entry. */
  get next(): number {
    return this.#next;
  }

  /** The counters since the object was made; without a journal, since it was last loaded. */
  get traffic(): Traffic {
    return this.#traffic;
  }

  /** How many requests the counters have. */
  get counted(): number {
    return this.#traffic.requests.reduce((sum, { count }) => sum + count, 0);
  }

  /** Counts rows that were written besides the journal's own. */
  countRows(rowsWritten: number): void {
    this.#traffic = { ...this.#traffic, rowsWritten: this.#traffic.rowsWritten + rowsWritten };
  }

  /**
   * Counts a request, and adds its entry in place of the one that is `size` older. All that waits is written with it, unless
   * it may wait too.
   */
  add(entry: Json<JournalEntry>, counted: CountedRequest, size: number, addition: Addition = {}): void {
    this.#traffic = addTraffic(this.#traffic, trafficOf(counted));
    if (size === 0) {
      this.noteGap();
      return;
    }
    const { change = null, isRead = false } = addition;
    this.#size = size;
    this.#pending.push({ number: this.#next++, entry, change });
    // What is overwritten before it is written needs no row.
    if (this.#pending.length > size) this.#pending.shift();
    if (isRead) this.#host.flushSoon();
    else this.flush();
  }

  /** Writes the entries that wait. Entries whose writing failed wait on. */
  flush(): void {
    const last = this.#pending.at(-1);
    if (last === undefined) return;
    this.#host.overwriting?.(last.number - this.#size);
    this.countRows(this.#pending.length);
    for (const pending of this.#pending) {
      const { number, entry, change } = pending;
      this.#sql.exec(
        // Columns by name: a later release may have added some, and been rolled back.
        "INSERT OR REPLACE INTO journal (slot, number, entry, kept, traffic) VALUES (?, ?, ?, ?, ?)",
        number % this.#size,
        number,
        entry,
        change,
        pending === last ? JSON.stringify(this.#traffic) : null,
      );
    }
    this.#pending = [];
  }

  /** The changes in rows from this number on, oldest first. */
  changesSince(number: number): { readonly number: number; readonly change: string }[] {
    return this.#sql
      .exec<{ number: number; change: string }>(
        "SELECT number, kept AS change FROM journal WHERE number >= ? AND kept IS NOT NULL ORDER BY number",
        number,
      )
      .toArray();
  }

  /** Whether every entry is in the slot that this size gives it: then the ring needs no change. */
  fits(size: number): boolean {
    this.flush();
    const misplaced = this.#sql.exec("SELECT 1 FROM journal WHERE slot IS NOT number % ? LIMIT 1", size);
    return misplaced.toArray().length === 0;
  }

  /** Keeps the entries that a ring of this size has room for, each in its slot, and deletes the rest. */
  resize(size: number): void {
    if (this.fits(size)) return;
    const oldest = this.#next - size;
    const kept = this.#rows().filter(({ number }) => number >= oldest);
    this.#deleteRows();
    for (const { number, entry } of kept)
      this.#sql.exec(
        "INSERT INTO journal (slot, number, entry) VALUES (?, ?, ?)",
        number % size,
        number,
        entry,
      );
  }

  /** Deletes the entries, and keeps the counters: what came before is not missing. */
  clear(): void {
    this.#deleteRows();
    const { requests } = this.#traffic;
    this.#cleared = { traffic: { ...NO_TRAFFIC, requests }, number: this.#next };
    this.#kv.put(CLEARED, this.#cleared);
    if (this.#hasGap) this.#kv.delete(GAP);
    this.#hasGap = false;
  }

  #deleteRows(): void {
    this.#pending = [];
    if (this.#traffic !== NO_TRAFFIC) this.#kv.put("traffic", this.#traffic);
    this.#sql.exec("DELETE FROM journal");
  }

  /** The positions of the entries that match a filter, newest first: up to `most` after a position. */
  find(filter: Filter, after: Position | undefined, most: number): Position[] {
    const found = this.#entries().filter(({ position, entry }) => {
      return (!after || isAfter(position, after)) && differences(entry, filter).length === 0;
    });
    return found.slice(0, most).map(({ position }) => position);
  }

  /** The entries of these numbers, as far as they are still there. */
  at(numbers: readonly number[]): Placed[] {
    return this.#entries().filter(({ position }) => numbers.includes(position.number));
  }

  /** What the journal knows of a filter, and up to `most` entries that almost match, with the fewest differences. */
  examine(filter: Filter, most: number): Examination {
    const compared = this.#entries().map((placed) => ({
      ...placed,
      differences: differences(placed.entry, filter),
    }));
    const count = compared.filter((placed) => placed.differences.length === 0).length;
    const misses = compared.filter((placed) => placed.differences.length > 0);
    return {
      findings: {
        count,
        cut: misses.filter((placed) => mayMatch(placed.differences)).length,
        // A request id is one request's.
        dropped: filter.requestId !== undefined && count > 0 ? 0 : this.#droppedOf(compared, filter),
        hasGap: this.hasGap,
      },
      nearMisses: nearest(misses, most).map(({ entry, ...placed }) => ({
        ...placed,
        entry: abridged(entry),
      })),
    };
  }

  /** How many entries there are, and how many were dropped since the journal was cleared. */
  counts(): { readonly entries: number; readonly dropped: number } {
    this.flush();
    const { entries, oldest } = this.#sql
      .exec<{ entries: number; oldest: number | null }>(
        "SELECT count(*) AS entries, min(number) AS oldest FROM journal",
      )
      .one();
    return { entries, dropped: this.#droppedBefore(oldest ?? this.#next) };
  }

  /** How many entries were dropped since the journal was cleared, when this is the number of the oldest one that is there. */
  #droppedBefore(oldest: number): number {
    return Math.max(0, oldest - this.#cleared.number);
  }

  /** How many requests were dropped, since the journal was cleared, that may match a filter. `entries` are all there are. */
  #droppedOf(entries: readonly Placed[], filter: Filter): number {
    const oldest = entries.at(-1);
    if (filter.since !== undefined && oldest) {
      const { time, durationMs } = oldest.entry;
      // Entries are numbered as their requests end, so what was dropped had ended by then.
      if (Date.parse(time) + durationMs < Date.parse(filter.since)) return 0;
    }
    const present = entries
      .map(({ entry }) => trafficOf({ ...entry, faultsStruck: 0 }))
      .reduce(addTraffic, NO_TRAFFIC);
    const before = addTraffic(this.#cleared.traffic, present);
    let all = 0;
    let matching = 0;
    for (const { operation, status, count } of this.#traffic.requests) {
      const known = before.requests.find((one) => one.operation === operation && one.status === status);
      const dropped = Math.max(0, count - (known?.count ?? 0));
      all += dropped;
      if (matchesOutcome(operation === NO_OPERATION ? null : operation, status, filter)) matching += dropped;
    }
    // Earlier commits did not count requests, but they numbered entries.
    return matching + Math.max(0, this.#droppedBefore(oldest?.position.number ?? this.#next) - all);
  }

  /** Whether there were requests, since the journal was cleared, that it never kept. */
  get hasGap(): boolean {
    return this.#hasGap;
  }

  /** Notes that there was a request that the journal does not keep. */
  noteGap(): void {
    if (this.#hasGap) return;
    this.#hasGap = true;
    this.#kv.put(GAP, true);
  }

  #entries(): Placed[] {
    return this.#rows().map(({ number, entry: json }) => {
      const entry: JournalEntry = JSON.parse(json);
      return { entry, position: { time: entry.time, source: this.#host.source, number } };
    });
  }

  #rows(): { number: number; entry: string }[] {
    this.flush();
    return this.#sql
      .exec<{ number: number; entry: string }>("SELECT number, entry FROM journal ORDER BY number DESC")
      .toArray();
  }
}
