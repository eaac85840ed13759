import { migrate } from "../../lib/migrations.ts";
import { dayOf } from "../../state/quota.ts";
import { type GivenInvitation, type Invitation, usualExpiry } from "../../state/registry.ts";

const migrations = [
  `CREATE TABLE invitations (
     id TEXT PRIMARY KEY,
     team TEXT NOT NULL,
     created INTEGER NOT NULL,
     expires INTEGER NOT NULL,
     revoked INTEGER,
     sandboxes INTEGER,
     requests_per_day INTEGER,
     living INTEGER NOT NULL,
     day TEXT NOT NULL,
     requests INTEGER NOT NULL,
     posts INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
];

/** An invitation as it is stored. Times are in milliseconds since 1970. */
export type InvitationRow = {
  id: string;
  team: string;
  created: number;
  expires: number;
  revoked: number | null;
  sandboxes: number | null;
  requests_per_day: number | null;
  living: number;
  day: string;
  requests: number;
  posts: number;
};

/** The invitations of one shard of the registry. */
export class InvitationTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "invitations", migrations);
    this.#sql = storage.sql;
  }

  get(id: string): InvitationRow | undefined {
    return this.#sql.exec<InvitationRow>("SELECT * FROM invitations WHERE id = ?", id).toArray()[0];
  }

  all(): InvitationRow[] {
    return this.#sql.exec<InvitationRow>("SELECT * FROM invitations ORDER BY created DESC, id").toArray();
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM invitations").one().count;
  }

  add(id: string, { team, expiresAt, sandboxes, requestsPerDay }: GivenInvitation, now: number): void {
    this.#sql.exec(
      "INSERT INTO invitations VALUES (?, ?, ?, ?, NULL, ?, ?, 0, ?, 0, 0)",
      id,
      team,
      now,
      expiresAt === undefined ? usualExpiry(now) : Date.parse(expiresAt),
      sandboxes ?? null,
      requestsPerDay ?? null,
      dayOf(now),
    );
  }

  revoke(id: string, now: number): void {
    this.#sql.exec("UPDATE invitations SET revoked = ? WHERE id = ? AND revoked IS NULL", now, id);
  }

  /** Forgets invitations that ended before a time, and that no sandbox is of. */
  deleteEndedBefore(time: number): void {
    this.#sql.exec("DELETE FROM invitations WHERE living = 0 AND coalesce(revoked, expires) < ?", time);
  }

  /** Adds to the number of sandboxes that were created by an invitation. */
  addLiving(id: string, sandboxes: number): void {
    this.#sql.exec("UPDATE invitations SET living = max(0, living + ?) WHERE id = ?", sandboxes, id);
  }

  /** Adds to what the sandboxes of an invitation have used on a day. */
  addUsage(id: string, day: string, requests: number, posts: number): void {
    this.#sql.exec(
      `UPDATE invitations SET
         requests = CASE WHEN day = ?1 THEN requests ELSE 0 END + ?2,
         posts = CASE WHEN day = ?1 THEN posts ELSE 0 END + ?3,
         day = ?1
       WHERE id = ?4 AND day <= ?1`,
      day,
      requests,
      posts,
      id,
    );
  }
}

export function shownInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    team: row.team,
    createdAt: new Date(row.created).toISOString(),
    expiresAt: new Date(row.expires).toISOString(),
    revokedAt: row.revoked === null ? null : new Date(row.revoked).toISOString(),
    sandboxes: row.sandboxes,
    requestsPerDay: row.requests_per_day,
    livingSandboxes: row.living,
    latestDay: { day: row.day, requests: row.requests, posts: row.posts },
  };
}
