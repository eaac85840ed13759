import type { Invocation } from "../../fc/invocations/invocation.ts";
import type {
  FunctionInvocations,
  Payloads,
  PlacedInvocation,
  TaskQuery,
} from "../../fc/invocations/operand.ts";
import type { Outcome, Plan } from "../../fc/invocations/outcome.ts";
import { isMigrated, migrate } from "../../lib/migrations.ts";
import { DAY_MS } from "../../lib/time.ts";
import type { HeldInvocation } from "../../state/invocationSnapshot.ts";

const TABLES = "invocations";

const migrations = [
  `CREATE TABLE invocations (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     qualifier TEXT NOT NULL,
     task INTEGER NOT NULL,
     status TEXT NOT NULL,
     enqueued INTEGER NOT NULL,
     due INTEGER,
     invocation TEXT NOT NULL,
     plan TEXT NOT NULL
   ) STRICT;
   CREATE INDEX invocations_due ON invocations (due, number) WHERE due IS NOT NULL;
   CREATE TABLE payloads (number INTEGER PRIMARY KEY, event BLOB NOT NULL, result BLOB) STRICT;`,
];

/** An invocation with its plan. */
export interface StoredInvocation {
  readonly number: number;
  readonly invocation: Invocation;
  readonly plan: Plan;
}

interface Row extends Record<string, SqlStorageValue> {
  number: number;
  invocation: string;
  plan: string;
}

const NOTHING = new Uint8Array();
const WEEK_MS = 7 * DAY_MS;

/** How many invocations a function keeps, and how many bytes of payloads. */
export interface InvocationLimits {
  readonly invocations: number;
  readonly bytes: number;
}

/**
 * The table of one function's asynchronous invocations. Payloads are in a table of their own, which lists never
 * read. An invocation that has ended is kept for seven days of the sandbox's time, and as long as there is room.
 */
export class InvocationTable implements FunctionInvocations {
  readonly #sql: SqlStorage;
  readonly #limits: () => InvocationLimits;
  readonly #now: () => number;
  #count: number;
  #bytes: number;
  #next: number;

  constructor(storage: DurableObjectStorage, limits: () => InvocationLimits, now: () => number) {
    migrate(storage, TABLES, migrations);
    this.#sql = storage.sql;
    this.#limits = limits;
    this.#now = now;
    const { count, last } = this.#sql
      .exec<{ count: number; last: number | null }>(
        "SELECT count(*) AS count, max(number) AS last FROM invocations",
      )
      .one();
    const { bytes } = this.#sql
      .exec<{ bytes: number }>(
        "SELECT coalesce(sum(length(event) + coalesce(length(result), 0)), 0) AS bytes FROM payloads",
      )
      .one();
    this.#count = count;
    this.#bytes = bytes;
    this.#next = (last ?? 0) + 1;
  }

  /** Whether an object has these tables: they are made by the first invocation. */
  static isThere(storage: DurableObjectStorage): boolean {
    return isMigrated(storage, TABLES);
  }

  /** How many invocations are stored, those included whose seven days are over. */
  get count(): number {
    return this.#count;
  }

  /** How many invocations the lists show. */
  get shown(): number {
    return this.#sql
      .exec<{ shown: number }>(
        `SELECT count(*) AS shown FROM invocations WHERE ${KEPT}`,
        this.#now() - WEEK_MS,
      )
      .one().shown;
  }

  /** An invocation by its id, while it is kept. */
  get(id: string): Invocation | undefined {
    return this.#find(`WHERE ${KEPT} AND id = ?2`, this.#now() - WEEK_MS, id)[0]?.invocation;
  }

  /** An invocation by its id. */
  named(id: string): StoredInvocation | undefined {
    return this.#find("WHERE id = ?", id)[0];
  }

  /** An invocation by its number. */
  numbered(number: number): StoredInvocation | undefined {
    return this.#find("WHERE number = ?", number)[0];
  }

  #find(where: string, ...values: SqlStorageValue[]): StoredInvocation[] {
    return this.#sql
      .exec<Row>(`SELECT number, invocation, plan FROM invocations ${where}`, ...values)
      .toArray()
      .map(fromRow);
  }

  payloads(id: string): Payloads {
    const stored = this.named(id);
    return stored === undefined ? { event: NOTHING, result: NOTHING } : this.payloadsOf(stored);
  }

  /** The payloads of an invocation that has a place in the table. */
  payloadsOf({ number, invocation }: StoredInvocation): Payloads {
    const [row] = this.#sql
      .exec<{ event: ArrayBuffer; result: ArrayBuffer | null }>(
        "SELECT event, result FROM payloads WHERE number = ?",
        number,
      )
      .toArray();
    if (row === undefined) return { event: NOTHING, result: NOTHING };
    const event = new Uint8Array(row.event);
    if (row.result !== null) return { event, result: new Uint8Array(row.result) };
    // What returned its event is stored once.
    return { event, result: invocation.status === "Succeeded" ? event : NOTHING };
  }

  tasks({ qualifier, status, prefix, startedTimeBegin, startedTimeEnd, order, after, most }: TaskQuery) {
    const comes = order === "asc" ? ">" : "<";
    const found = this.#find(
      `WHERE task = 1 AND ${KEPT}
       AND (?2 IS NULL OR qualifier = ?2) AND (?3 IS NULL OR status = ?3)
       AND substr(id, 1, length(?4)) = ?4
       AND (?5 IS NULL OR enqueued >= ?5) AND (?6 IS NULL OR enqueued <= ?6)
       AND (?7 IS NULL OR (enqueued, number) ${comes} (?7, ?8))
       ORDER BY enqueued ${order}, number ${order} LIMIT ?9`,
      this.#now() - WEEK_MS,
      qualifier ?? null,
      status ?? null,
      prefix,
      startedTimeBegin ?? null,
      startedTimeEnd ?? null,
      after?.enqueuedAt ?? null,
      after?.number ?? null,
      most,
    );
    return found.map(placed);
  }

  /** All invocations that are kept, newest first. */
  all(): PlacedInvocation[] {
    const newest = `WHERE ${KEPT} ORDER BY enqueued DESC, number DESC`;
    return this.#find(newest, this.#now() - WEEK_MS).map(placed);
  }

  /** The qualifiers of which there are tasks. */
  qualifiersOfTasks(): string[] {
    return this.#sql
      .exec<{ qualifier: string }>(
        `SELECT DISTINCT qualifier FROM invocations WHERE task = 1 AND ${KEPT}`,
        this.#now() - WEEK_MS,
      )
      .toArray()
      .map(({ qualifier }) => qualifier);
  }

  /** Whether there is room for an event, perhaps by deleting invocations that have ended. */
  hasRoom(eventBytes: number): boolean {
    const { invocations, bytes } = this.#limits();
    if (this.#count < invocations && this.#bytes + eventBytes <= bytes) return true;
    const pending = this.#sql
      .exec<{ count: number; bytes: number }>(
        `SELECT count(*) AS count, coalesce(sum(length(event) + coalesce(length(result), 0)), 0) AS bytes
         FROM invocations JOIN payloads USING (number) WHERE due IS NOT NULL`,
      )
      .one();
    return pending.count < invocations && pending.bytes + eventBytes <= bytes;
  }

  /**
   * Makes a place for an invocation, with its event: deletes what has ended as far as there is no room for both, or
   * seven days are over. The invocation itself has to be inserted in the same turn.
   */
  place(invocation: Invocation, event: Uint8Array, outcomes: readonly Outcome[] | null): StoredInvocation {
    this.#makeRoom(1, event.length);
    // An id is free again after the seven days.
    const former = this.named(invocation.id);
    if (former) this.#delete(former.number);
    return this.#place(invocation, event, { outcomes, counted: {}, outcome: null });
  }

  #place(invocation: Invocation, event: Uint8Array, plan: Plan): StoredInvocation {
    const number = this.#next++;
    this.#sql.exec("INSERT OR REPLACE INTO payloads (number, event) VALUES (?, ?)", number, event);
    this.#count += 1;
    this.#bytes += event.length;
    return { number, invocation, plan };
  }

  /** Writes an invocation for the first time, in the place that was made for it. */
  insert({ number, invocation, plan }: StoredInvocation): void {
    this.#sql.exec(
      "INSERT INTO invocations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      number,
      invocation.id,
      invocation.qualifier,
      invocation.isTask ? 1 : 0,
      invocation.status,
      invocation.enqueuedAt,
      invocation.dueAt,
      JSON.stringify(invocation),
      JSON.stringify(plan),
    );
  }

  /** Deletes what has ended, oldest first, as far as there is no room for more. One invocation stays. */
  #makeRoom(moreInvocations: number, moreBytes: number, besides = 0): void {
    const { invocations, bytes } = this.#limits();
    const tooOld = this.#now() - WEEK_MS;
    for (;;) {
      const isFull = this.#count + moreInvocations > invocations || this.#bytes + moreBytes > bytes;
      const [oldest] = this.#find("WHERE due IS NULL AND number <> ? ORDER BY number LIMIT 1", besides);
      if (oldest === undefined) return;
      if (!isFull && (oldest.invocation.endedAt ?? 0) >= tooOld) return;
      this.#delete(oldest.number);
    }
  }

  #delete(number: number): void {
    const { bytes } = this.#sql
      .exec<{ bytes: number }>(
        "SELECT length(event) + coalesce(length(result), 0) AS bytes FROM payloads WHERE number = ?",
        number,
      )
      .one();
    this.#sql.exec("DELETE FROM payloads WHERE number = ?", number);
    this.#sql.exec("DELETE FROM invocations WHERE number = ?", number);
    this.#count -= 1;
    this.#bytes -= bytes;
  }

  /** Writes what became of an invocation. */
  write({ number, invocation, plan }: StoredInvocation): void {
    this.#sql.exec(
      "UPDATE invocations SET status = ?, due = ?, invocation = ?, plan = ? WHERE number = ?",
      invocation.status,
      invocation.dueAt,
      JSON.stringify(invocation),
      JSON.stringify(plan),
      number,
    );
  }

  /** Stores what an invocation's last attempt returned. Deletes others that have ended if there is no room for it. */
  writeResult(number: number, result: Uint8Array): void {
    this.#makeRoom(0, result.length, number);
    this.#setResult(number, result);
  }

  #setResult(number: number, result: Uint8Array): void {
    this.#sql.exec("UPDATE payloads SET result = ? WHERE number = ?", result, number);
    this.#bytes += result.length;
  }

  event(number: number): Uint8Array<ArrayBuffer> {
    const [row] = this.#sql
      .exec<{ event: ArrayBuffer }>("SELECT event FROM payloads WHERE number = ?", number)
      .toArray();
    return row ? new Uint8Array(row.event) : NOTHING;
  }

  /** When one of the invocations is due next, besides these; undefined when none is. */
  nextDue(besides: ReadonlySet<number>): number | undefined {
    return this.firstDue(Number.MAX_SAFE_INTEGER, besides)?.invocation.dueAt ?? undefined;
  }

  /** The invocation that is due first, by its time and then its number, if it is due by then; besides these. */
  firstDue(until: number, besides: ReadonlySet<number>): StoredInvocation | undefined {
    const rows = this.#sql.exec<Row>(
      "SELECT number, invocation, plan FROM invocations WHERE due <= ? ORDER BY due, number LIMIT ?",
      until,
      besides.size + 1,
    );
    for (const row of rows) if (!besides.has(row.number)) return fromRow(row);
    return undefined;
  }

  /** The invocations that have not ended. */
  pending(): StoredInvocation[] {
    return this.#find("WHERE due IS NOT NULL AND status IN ('Enqueued', 'Running', 'Retrying', 'Stopping')");
  }

  /** All invocations, oldest first, with everything that is stored of them. */
  held(): HeldInvocation[] {
    return this.#find("ORDER BY number").map(({ number, invocation, plan }) => {
      const [row] = this.#sql
        .exec<{ event: ArrayBuffer; result: ArrayBuffer | null }>(
          "SELECT event, result FROM payloads WHERE number = ?",
          number,
        )
        .toArray();
      const text = (bytes: ArrayBuffer) => new Uint8Array(bytes).toBase64();
      return {
        invocation,
        event: row ? text(row.event) : "",
        result: row?.result ? text(row.result) : null,
        plan,
      };
    });
  }

  /** Replaces all invocations by these. */
  replaceAll(all: readonly HeldInvocation[]): void {
    this.clear();
    for (const held of all) this.#insertHeld(held);
  }

  #insertHeld({ invocation, event, result, plan }: HeldInvocation): void {
    const placed = this.#place(invocation, Uint8Array.fromBase64(event), plan);
    this.insert(placed);
    if (result !== null) this.#setResult(placed.number, Uint8Array.fromBase64(result));
  }

  /** Adds an invocation as it is, in the place of one with its id; whether there was room for it. */
  put(held: HeldInvocation): boolean {
    const bytes = ((held.event.length + (held.result?.length ?? 0)) * 3) / 4;
    if (!this.hasRoom(bytes)) return false;
    this.#makeRoom(1, bytes);
    this.remove(held.invocation.id);
    this.#insertHeld(held);
    return true;
  }

  /** Removes an invocation; its number, if it was there. */
  remove(id: string): number | undefined {
    const number = this.named(id)?.number;
    if (number !== undefined) this.#delete(number);
    return number;
  }

  /** Deletes all invocations. */
  clear(): void {
    this.#sql.exec("DELETE FROM payloads");
    this.#sql.exec("DELETE FROM invocations");
    this.#count = 0;
    this.#bytes = 0;
  }
}

/** The condition of rows that are kept: pending, or ended later than the time ?1. */
const KEPT = "(due IS NOT NULL OR coalesce(json_extract(invocation, '$.endedAt'), 0) >= ?1)";

function fromRow({ number, invocation, plan }: Row): StoredInvocation {
  return { number, invocation: JSON.parse(invocation), plan: JSON.parse(plan) };
}

function placed({ number, invocation }: StoredInvocation): PlacedInvocation {
  return { number, enqueuedAt: invocation.enqueuedAt, invocation };
}
