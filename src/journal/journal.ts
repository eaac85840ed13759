import type { Json } from "../lib/json.ts";
import { migrate } from "../lib/migrations.ts";
import {
  abridged,
  differences,
  type Filter,
  isAfter,
  type JournalEntry,
  type NearMiss,
  nearest,
  type Placed,
  type Position,
} from "./entry.ts";
import { addTraffic, type CountedRequest, NO_TRAFFIC, type Traffic, trafficOf } from "./traffic.ts";

/**
 * JSON followed by spaces, so that rows of about a size, with `others` characters besides, take just the same room:
 * SQLite then overwrites a slot in place.
 */
function padded(json: string, others: number): string {
  return json.padEnd(Math.ceil((json.length + others) / PADDING) * PADDING - others);
}

/** Two rows of 2,000 share one of SQLite's 4 KiB pages, with what it adds to each. */
const PADDING = 500;

const migrations = [
  `CREATE TABLE journal (slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, entry TEXT NOT NULL) STRICT`,
  "ALTER TABLE journal ADD COLUMN kept TEXT",
  "ALTER TABLE journal ADD COLUMN traffic TEXT",
];

/**
 * A ring of the latest entries: each takes the slot of the one that is `size` older, so it costs one row. With each
 * goes what came until then, so that counting costs no row of its own.
 */
export class Journal {
  readonly #sql: SqlStorage;
  /** Tells the entries of one object from those of the others. */
  readonly #source: string;
  readonly #kv: SyncKvStorage;
  #next: number;
  #traffic: Traffic;

  /** Numbers its entries from `first` on, or after those it has. */
  constructor(storage: DurableObjectStorage, source: string, first = 0) {
    migrate(storage, "journal", migrations);
    this.#sql = storage.sql;
    this.#kv = storage.kv;
    this.#source = source;
    const [latest] = this.#sql
      .exec<{ traffic: string }>(
        "SELECT traffic FROM journal WHERE traffic IS NOT NULL ORDER BY number DESC LIMIT 1",
      )
      .toArray();
    this.#traffic = latest ? JSON.parse(latest.traffic) : (this.#kv.get<Traffic>("traffic") ?? NO_TRAFFIC);
    const { last } = this.#sql.exec<{ last: number | null }>("SELECT max(number) AS last FROM journal").one();
    this.#next = Math.max(first, (last ?? -1) + 1);
  }

  /** The number of the entry that comes next. */
  get next(): number {
    return this.#next;
  }

  /** What came since the object is there; without a journal, since it was last loaded. */
  get traffic(): Traffic {
    return this.#traffic;
  }

  /** Counts rows that were written beside the journal's own. */
  countRows(rowsWritten: number): void {
    this.#traffic = { ...this.#traffic, rowsWritten: this.#traffic.rowsWritten + rowsWritten };
  }

  /**
   * Counts a request, and adds its entry in the place of the one `size` before it, with what else its row is to
   * keep.
   */
  add(entry: Json<JournalEntry>, counted: CountedRequest, size: number, kept: string | null = null): void {
    this.#traffic = addTraffic(this.#traffic, trafficOf(counted));
    if (size === 0) return;
    // The row that this is about to write.
    this.countRows(1);
    const number = this.#next++;
    const traffic = JSON.stringify(this.#traffic);
    this.#sql.exec(
      // By name: a later release may have added columns, and been rolled back.
      "INSERT OR REPLACE INTO journal (slot, number, entry, kept, traffic) VALUES (?, ?, ?, ?, ?)",
      number % size,
      number,
      padded(entry, traffic.length + (kept?.length ?? 0)),
      kept,
      traffic,
    );
  }

  /** What rows from this number on keep besides their entries, oldest first. */
  keptSince(number: number): { readonly number: number; readonly kept: string }[] {
    return this.#sql
      .exec<{ number: number; kept: string }>(
        "SELECT number, kept FROM journal WHERE number >= ? AND kept IS NOT NULL ORDER BY number",
        number,
      )
      .toArray();
  }

  /** Whether every entry is in the slot that this size gives it: the ring then goes on without a change. */
  fits(size: number): boolean {
    const misplaced = this.#sql.exec("SELECT 1 FROM journal WHERE slot IS NOT number % ? LIMIT 1", size);
    return misplaced.toArray().length === 0;
  }

  /** Keeps the entries that a ring of this size would have, each in its slot, and nothing besides. */
  resize(size: number): void {
    if (this.fits(size)) return;
    const oldest = this.#next - size;
    const kept = this.#rows().filter(({ number }) => number >= oldest);
    this.clear();
    for (const { number, entry } of kept)
      this.#sql.exec(
        "INSERT INTO journal (slot, number, entry) VALUES (?, ?, ?)",
        number % size,
        number,
        entry,
      );
  }

  /** Forgets the entries, and keeps what was counted. */
  clear(): void {
    if (this.#traffic !== NO_TRAFFIC) this.#kv.put("traffic", this.#traffic);
    this.#sql.exec("DELETE FROM journal");
  }

  /** Where the entries are that a filter means, newest first: up to `most` that come after a position. */
  find(filter: Filter, after: Position | undefined, most: number): Position[] {
    const found = this.#entries().filter(({ position, entry }) => {
      return (!after || isAfter(position, after)) && differences(entry, filter).length === 0;
    });
    return found.slice(0, most).map(({ position }) => position);
  }

  /** The entries of these numbers, those that are still there. */
  at(numbers: readonly number[]): Placed[] {
    return this.#entries().filter(({ position }) => numbers.includes(position.number));
  }

  /** How many entries a filter means. */
  countOf(filter: Filter): number {
    return this.#entries().filter(({ entry }) => differences(entry, filter).length === 0).length;
  }

  /** The entries that a filter almost means: up to `most` with the fewest differences, their bodies abridged. */
  nearMisses(filter: Filter, most: number): NearMiss[] {
    const compared = this.#entries().map((placed) => ({
      ...placed,
      differences: differences(placed.entry, filter),
    }));
    const misses = compared.filter((placed) => placed.differences.length > 0);
    return nearest(misses, most).map(({ entry, ...placed }) => ({ ...placed, entry: abridged(entry) }));
  }

  #entries(): Placed[] {
    return this.#rows().map(({ number, entry: json }) => {
      const entry: JournalEntry = JSON.parse(json);
      return { entry, position: { time: entry.time, source: this.#source, number } };
    });
  }

  /** How many entries there are. */
  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM journal").one().count;
  }

  #rows(): { number: number; entry: string }[] {
    return this.#sql
      .exec<{ number: number; entry: string }>("SELECT number, entry FROM journal ORDER BY number DESC")
      .toArray();
  }
}
