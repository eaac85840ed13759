import {
  abridgedDelivery,
  type DeliveryExamination,
  type DeliveryFilter,
  deliveryDifferences,
  type InboxDelivery,
  mayMatchDelivery,
} from "../../journal/delivery.ts";
import {
  comparePositions,
  type Found,
  isAfter,
  nearest,
  type Placed,
  type Position,
} from "../../journal/order.ts";
import { migrate } from "../../lib/migrations.ts";
import type { InvocationLimits } from "./invocationTable.ts";

const migrations = [
  "CREATE TABLE deliveries (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, delivery TEXT NOT NULL) STRICT",
];

/** A row holds 2 MB, of which escaping may take most. */
const MAX_ROW_BYTES = 1_900_000;
/** What is kept of the message of a delivery that would be larger than that. */
const KEPT_CHARACTERS = 250_000;

/** How many deliveries the inbox dropped since it was cleared. */
const DROPPED = "droppedDeliveries";

/** The inbox of one function: what became of its invocations' deliveries, the latest ones. */
export class DeliveryTable {
  readonly #sql: SqlStorage;
  readonly #kv: SyncKvStorage;
  readonly #source: string;
  readonly #most: () => InvocationLimits;
  #count: number;
  /** The characters of all deliveries. */
  #size: number;
  #next: number;

  /** `source` distinguishes the deliveries from those of other functions. Of one time, they are listed by it. */
  constructor(storage: DurableObjectStorage, source: string, most: () => InvocationLimits) {
    migrate(storage, "deliveries", migrations);
    this.#sql = storage.sql;
    this.#kv = storage.kv;
    this.#source = source;
    this.#most = most;
    const { count, size, last } = this.#sql
      .exec<{ count: number; size: number; last: number | null }>(
        `SELECT count(*) AS count, coalesce(sum(length(delivery)), 0) AS size, max(number) AS last
         FROM deliveries`,
      )
      .one();
    this.#count = count;
    this.#size = size;
    this.#next = (last ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** How many deliveries were dropped since the inbox was cleared. */
  get dropped(): number {
    return this.#kv.get<number>(DROPPED) ?? 0;
  }

  /** A delivery by its id, while it is in the inbox. */
  get(id: string): InboxDelivery | undefined {
    const [row] = this.#sql
      .exec<{ delivery: string }>("SELECT delivery FROM deliveries WHERE id = ?", id)
      .toArray();
    return row && JSON.parse(row.delivery);
  }

  /** Adds a delivery, unless it is there, and drops the oldest ones where they are too many, or too large. */
  add(delivery: InboxDelivery): void {
    const added = this.#write(
      "INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?)",
      this.#next,
      delivery.id,
      rowOf(delivery),
    );
    if (added === undefined) return;
    this.#next += 1;
    this.#count += 1;
    this.#size += added;
    const { invocations, bytes } = this.#most();
    let excess = 0;
    while (this.#count > 1 && (this.#count > invocations || this.#size > bytes)) {
      const oldest = "DELETE FROM deliveries WHERE number = (SELECT min(number) FROM deliveries)";
      this.#size -= this.#write(oldest) ?? 0;
      this.#count -= 1;
      excess += 1;
    }
    if (excess > 0) this.#kv.put(DROPPED, this.dropped + excess);
  }

  /** Writes or deletes a row. Returns the characters of its delivery; undefined when there was nothing to do. */
  #write(statement: string, ...values: SqlStorageValue[]): number | undefined {
    const [row] = this.#sql
      .exec<{ size: number }>(`${statement} RETURNING length(delivery) AS size`, ...values)
      .toArray();
    return row?.size;
  }

  /** Where up to `most` deliveries are that match a filter, newest first, after a position. */
  find(filter: DeliveryFilter, after: Position | undefined, most: number): Found[] {
    const found = this.#all().filter(
      ({ position, entry }) =>
        (!after || isAfter(position, after)) && deliveryDifferences(entry, filter).length === 0,
    );
    // Later deliveries may have earlier times: the clock may have been set back.
    return found
      .sort((a, b) => comparePositions(a.position, b.position))
      .slice(0, most)
      .map(({ position, characters }) => ({ position, characters }));
  }

  /** The deliveries of these numbers, newest first. */
  at(numbers: readonly number[]): Placed<InboxDelivery>[] {
    const these = "WHERE number IN (SELECT value FROM json_each(?))";
    return this.#select(these, JSON.stringify(numbers)).map(({ position, entry }) => ({ position, entry }));
  }

  /** What the inbox knows of a filter, and up to `most` deliveries that almost match. */
  examine(filter: DeliveryFilter, most: number): DeliveryExamination {
    const compared = this.#all().map(({ position, entry }) => ({
      position,
      entry,
      differences: deliveryDifferences(entry, filter),
    }));
    const misses = compared.filter(({ differences }) => differences.length > 0);
    return {
      findings: {
        count: compared.length - misses.length,
        cut: misses.filter(({ differences }) => mayMatchDelivery(differences)).length,
        dropped: this.dropped,
        hasGap: false,
      },
      nearMisses: nearest(misses, most).map((miss) => ({ ...miss, entry: abridgedDelivery(miss.entry) })),
    };
  }

  /** All deliveries, oldest first. */
  held(): InboxDelivery[] {
    return this.#all()
      .map(({ entry }) => entry)
      .reverse();
  }

  /** Replaces all deliveries by these. */
  replaceAll(all: readonly InboxDelivery[]): void {
    this.clear();
    for (const delivery of all) this.add(delivery);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM deliveries");
    this.#count = 0;
    this.#size = 0;
    this.#kv.delete(DROPPED);
  }

  #all(): (Placed<InboxDelivery> & Found)[] {
    return this.#select("");
  }

  #select(where: string, ...values: SqlStorageValue[]): (Placed<InboxDelivery> & Found)[] {
    return this.#sql
      .exec<{ number: number; delivery: string }>(
        `SELECT number, delivery FROM deliveries ${where} ORDER BY number DESC`,
        ...values,
      )
      .toArray()
      .map(({ number, delivery }) => {
        const entry: InboxDelivery = JSON.parse(delivery);
        const position = { time: entry.time, source: this.#source, number };
        return { entry, position, characters: delivery.length };
      });
  }
}

/** A delivery as JSON that a row can hold: of a message that is too large, with its beginning. */
function rowOf(delivery: InboxDelivery): string {
  const json = JSON.stringify(delivery);
  if (new TextEncoder().encode(json).length <= MAX_ROW_BYTES) return json;
  const message = delivery.message.slice(0, KEPT_CHARACTERS);
  return JSON.stringify({ ...delivery, message, messageCut: true } satisfies InboxDelivery);
}
