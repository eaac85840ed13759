import { migrate } from "../../lib/migrations.ts";
import { throttledAt } from "../../state/quota.ts";
import type { RegisteredSandbox, SandboxesQuery, SandboxOrder } from "../../state/registry.ts";
import { DEFAULT_SANDBOX_ID, partsOf } from "../../state/sandboxId.ts";
import type { SandboxesFound, SandboxPosition, SandboxReport } from "../registryMessages.ts";

const migrations = [
  `CREATE TABLE sandboxes (
     id TEXT PRIMARY KEY,
     label TEXT NOT NULL,
     team TEXT NOT NULL,
     invitation TEXT NOT NULL,
     created INTEGER NOT NULL,
     used INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     functions INTEGER NOT NULL,
     day TEXT NOT NULL,
     requests INTEGER NOT NULL,
     posts INTEGER NOT NULL,
     throttled TEXT,
     throttled_until INTEGER
   ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX sandboxes_label ON sandboxes (label, id)",
  "CREATE INDEX sandboxes_team ON sandboxes (team, used, id)",
  "CREATE INDEX sandboxes_created ON sandboxes (created, id)",
  "CREATE INDEX sandboxes_used ON sandboxes (used, id)",
  "CREATE INDEX sandboxes_bytes ON sandboxes (bytes, id)",
];

/** How many rows one page may read, whatever the query: a page may so have fewer sandboxes than asked for. */
const MAX_ROWS_READ = 1000;

/** The column that each order sorts by. */
const columns: Readonly<Record<SandboxOrder, "used" | "created" | "bytes" | "label">> = {
  lastUsedAt: "used",
  createdAt: "created",
  bytes: "bytes",
  label: "label",
};

type Row = {
  id: string;
  label: string;
  team: string;
  invitation: string;
  created: number;
  used: number;
  bytes: number;
  functions: number;
  day: string;
  requests: number;
  posts: number;
  throttled: string | null;
  throttled_until: number | null;
};

/** The sandboxes of one shard of the registry. */
export class SandboxTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "sandboxes", migrations);
    this.#sql = storage.sql;
  }

  get(id: string): Row | undefined {
    return this.#sql.exec<Row>("SELECT * FROM sandboxes WHERE id = ?", id).toArray()[0];
  }

  put({ id, origin, createdAt, usedAt, bytes, functions, today, throttled }: SandboxReport): void {
    this.#sql.exec(
      `INSERT INTO sandboxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET used = excluded.used, bytes = excluded.bytes, functions = excluded.functions,
         day = excluded.day, requests = excluded.requests, posts = excluded.posts,
         throttled = excluded.throttled, throttled_until = excluded.throttled_until`,
      id,
      partsOf(id)?.label ?? "",
      origin?.team ?? "",
      origin?.invitation ?? "",
      createdAt,
      usedAt,
      bytes,
      functions,
      today.day,
      today.requests,
      today.posts,
      throttled?.reason ?? null,
      throttled?.until ?? null,
    );
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM sandboxes WHERE id = ?", id);
  }

  /** The ids of sandboxes that were last used before a time: up to `most`. */
  unusedSince(time: number, most: number): string[] {
    return this.#sql
      .exec<{ id: string }>(
        "SELECT id FROM sandboxes WHERE used < ? AND id != ? ORDER BY used LIMIT ?",
        time,
        // It has a lifetime of its own.
        DEFAULT_SANDBOX_ID,
        most,
      )
      .toArray()
      .map(({ id }) => id);
  }

  /**
   * The sandboxes that match a query, in its order, after a position: up to `most`. However many there are, and however few
   * match, a page reads a bounded number of rows.
   */
  find(query: SandboxesQuery, after: SandboxPosition | null, most: number): SandboxesFound {
    const order = orderOf(query);
    const column = columns[order];
    const [operator, direction] = order === "label" ? [">", "ASC"] : ["<", "DESC"];
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (condition: string, ...its: (string | number)[]) => {
      conditions.push(condition);
      values.push(...its);
    };
    if (after) where(`(${column}, id) ${operator} (?, ?)`, after.value, after.id);
    // With an index for it, what does not match is not read.
    if (order === "label" && query.label !== undefined) {
      where("label >= ? AND label < ?", query.label, `${query.label}{`);
    }
    if (order === "lastUsedAt" && query.team !== undefined) where("team = ?", query.team);
    const rows = this.#sql.exec<Row>(
      `SELECT * FROM sandboxes ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
       ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
      ...values,
      MAX_ROWS_READ,
    );
    const sandboxes: RegisteredSandbox[] = [];
    let reached: SandboxPosition | null = null;
    let read = 0;
    for (const row of rows) {
      read += 1;
      reached = { value: row[column], id: row.id };
      if (matches(row, query)) sandboxes.push(shown(row));
      if (sandboxes.length === most) return { sandboxes, reached };
    }
    return { sandboxes, reached: read === MAX_ROWS_READ ? reached : null };
  }
}

/** The order of a query that may not say. */
export function orderOf({ sort, label }: SandboxesQuery): SandboxOrder {
  return sort ?? (label === undefined ? "lastUsedAt" : "label");
}

function matches(row: Row, query: SandboxesQuery): boolean {
  const isBetween = (time: number, after: string | undefined, before: string | undefined) =>
    (after === undefined || time > Date.parse(after)) && (before === undefined || time < Date.parse(before));
  return (
    (query.label === undefined || row.label.startsWith(query.label)) &&
    (query.team === undefined || row.team === query.team) &&
    (query.invitation === undefined || row.invitation === query.invitation) &&
    isBetween(row.created, query.createdAfter, query.createdBefore) &&
    isBetween(row.used, query.usedAfter, query.usedBefore) &&
    row.bytes >= Number(query.minBytes ?? 0) &&
    (query.throttled === undefined || throttledIn(row) !== null)
  );
}

function throttledIn({ throttled, throttled_until: until }: Row): string | null {
  return until !== null && until <= Date.now() ? null : throttled;
}

function shown(row: Row): RegisteredSandbox {
  const { id, created, used, bytes, functions, day, requests, posts } = row;
  return {
    id,
    label: row.label || null,
    team: row.team || null,
    invitation: row.invitation || null,
    createdAt: new Date(created).toISOString(),
    lastUsedAt: new Date(used).toISOString(),
    bytes,
    functions,
    latestDay: { day, requests, posts },
    throttled: throttledIn(row),
  };
}

/** A sandbox as it reports itself. */
export function shownReport({ id, origin, throttled, ...report }: SandboxReport): RegisteredSandbox {
  return {
    id,
    label: partsOf(id)?.label ?? null,
    team: origin?.team ?? null,
    invitation: origin?.invitation ?? null,
    createdAt: new Date(report.createdAt).toISOString(),
    lastUsedAt: new Date(report.usedAt).toISOString(),
    bytes: report.bytes,
    functions: report.functions,
    latestDay: report.today,
    throttled: throttledAt(throttled, Date.now()) ?? null,
  };
}
