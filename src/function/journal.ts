import type { Json } from "../json.ts";
import { migrate } from "../migrations.ts";
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
} from "./journalEntry.ts";

/**
 * JSON followed by spaces, so that rows of about a size, with `others` characters besides, take just the same room:
 * SQLite then overwrites a slot in place.
 */
function padded(json: string, others: number): string {
  return json.padEnd(Math.ceil((json.length + others) / PADDING) * PADDING - others);
}

const PADDING = 512;

const migrations = [
  `CREATE TABLE journal (slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, entry TEXT NOT NULL) STRICT`,
  "ALTER TABLE journal ADD COLUMN kept TEXT",
];

/** A ring of the latest entries: each takes the slot of the one that is `size` older, so it costs one row. */
export class Journal {
  readonly #sql: SqlStorage;
  /** Tells the entries of one object from those of the others. */
  readonly #source: string;
  #next: number;

  /** Numbers its entries from `first` on, or after those it has. */
  constructor(storage: DurableObjectStorage, source: string, first = 0) {
    migrate(storage, "journal", migrations);
    this.#sql = storage.sql;
    this.#source = source;
    const { last } = this.#sql.exec<{ last: number | null }>("SELECT max(number) AS last FROM journal").one();
    this.#next = Math.max(first, (last ?? -1) + 1);
  }

  /** The number of the entry that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Adds an entry in the place of the one `size` before it, and with it what else its row is to keep. */
  add(entry: Json<JournalEntry>, size: number, kept: string | null = null): void {
    if (size === 0) return;
    const number = this.#next++;
    this.#sql.exec(
      "INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?)",
      number % size,
      number,
      padded(entry, kept?.length ?? 0),
      kept,
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

  /** Keeps the latest `size` entries, each in the slot that this size gives it, and nothing besides. */
  resize(size: number): void {
    const kept = this.#rows().slice(0, size);
    this.#sql.exec("DELETE FROM journal");
    for (const { number, entry } of kept)
      this.#sql.exec(
        "INSERT INTO journal (slot, number, entry) VALUES (?, ?, ?)",
        number % size,
        number,
        entry,
      );
  }

  clear(): void {
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

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM journal").one().count;
  }

  #rows(): { number: number; entry: string }[] {
    return this.#sql
      .exec<{ number: number; entry: string }>("SELECT number, entry FROM journal ORDER BY number DESC")
      .toArray();
  }
}
