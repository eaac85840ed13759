import { DurableObject } from "cloudflare:workers";
import { problem } from "../../documents/problem.ts";
import type { Problem } from "../../documents/responseBodies.ts";
import type { Env } from "../../env.ts";
import { NO_RETRY, ObjectAlarm, type Retry } from "../../lib/alarm.ts";
import { ok, type Result } from "../../lib/result.ts";
import { DAY_MS } from "../../lib/time.ts";
import type { AuditEntry } from "../../state/audit.ts";
import { dayOf, type Origin, requestsUsedUp, type Throttled } from "../../state/quota.ts";
import type {
  CheckedAlerts,
  DeploymentError,
  GivenInvitation,
  Invitation,
  SandboxesQuery,
} from "../../state/registry.ts";
import { variables } from "../../variables.ts";
import { AuditTable, type PlacedAuditEntry } from "../auditTable.ts";
import type {
  RegistryAnswer,
  RegistryRpc,
  SandboxesFound,
  SandboxPosition,
  SandboxReport,
  ShardTotals,
} from "../registryMessages.ts";
import { firstRegistryShard } from "../stubs.ts";
import { DeploymentTables } from "./deploymentTables.ts";
import { InvitationTable, shownInvitation } from "./invitationTable.ts";
import { SandboxTable } from "./sandboxTable.ts";

/** How many rows the daily sweep deletes at a time. */
const SWEPT_AT_ONCE = 500;
const SWEEP_AGAIN_MS = 1000;
/** How often a shard tells the first one how many bytes it has. */
const TOTAL_MS = 60_000;
/** How long an invitation is listed that was revoked, or has expired. */
const INVITATION_KEPT_MS = 90 * DAY_MS;
/** How many invitations a shard has, at most. */
const MAX_INVITATIONS = 1000;

/** The tables of a shard. */
class Tables {
  readonly sandboxes: SandboxTable;
  readonly invitations: InvitationTable;
  readonly deployment: DeploymentTables;
  readonly audit: AuditTable;

  constructor(storage: DurableObjectStorage) {
    this.sandboxes = new SandboxTable(storage);
    this.invitations = new InvitationTable(storage);
    this.deployment = new DeploymentTables(storage);
    this.audit = new AuditTable(storage);
  }
}

/**
 * One shard of the registry: it has the sandboxes of some invitations, and some of those that were created without one. A
 * sandbox is in the shard of its invitation, so creating a sandbox asks one object. The first shard also keeps what is of
 * the deployment as a whole: errors, and the operator's changes.
 */
export class RegistryObject extends DurableObject<Env> implements RegistryRpc {
  #opened: Tables | undefined;
  /** What all shards store, and when this shard learned that, in milliseconds since 1970. */
  #total = { bytes: 0, at: 0 };
  readonly #alarm = new ObjectAlarm(
    this.ctx.storage,
    [{ dueAt: () => this.#sweepAt, run: (now) => this.#sweep(now) }],
    {
      get: () => this.ctx.storage.kv.get<Retry>("retry") ?? NO_RETRY,
      set: (retry) => this.ctx.storage.kv.put("retry", retry),
    },
  );

  get #tables(): Tables {
    this.#opened ??= new Tables(this.ctx.storage);
    return this.#opened;
  }

  /** Whether anything was ever stored: a shard that is only read makes no tables. */
  get #isStored(): boolean {
    return this.ctx.storage.kv.get("sweepAt") !== undefined;
  }

  get #sweepAt(): number | undefined {
    return this.ctx.storage.kv.get<number>("sweepAt");
  }

  async #changing(): Promise<Tables> {
    if (!this.#isStored) {
      this.ctx.storage.kv.put("sweepAt", Date.now() + DAY_MS);
      await this.#alarm.schedule();
    }
    return this.#tables;
  }

  // Sandboxes.

  /** Admits a sandbox that is created by an invitation, and registers it: 403 or 409 when the invitation does not allow it. */
  async admit(id: string, sandbox: string): Promise<Result<Origin, Problem>> {
    const { invitations, sandboxes, deployment } = await this.#changing();
    const full = await this.#totalUsedUp();
    // From here on nothing is waited for: others may be admitted meanwhile.
    const now = Date.now();
    const invitation = invitations.get(id);
    if (invitation === undefined) return problem(403, "There is no such invitation.");
    if (invitation.revoked !== null) return problem(403, "This invitation was revoked.");
    if (invitation.expires <= now) {
      return problem(403, `This invitation expired at ${new Date(invitation.expires).toISOString()}.`);
    }
    const { sandboxes: most, living, team } = invitation;
    if (most !== null && living >= most) {
      return problem(
        409,
        `This invitation allows ${most} sandboxes at a time, and there are ${living}: delete one that is no longer needed.`,
      );
    }
    if (full) return problem(409, `No sandbox can be created now: ${full.reason}.`);
    const origin = { invitation: id, team, requestsPerDay: invitation.requests_per_day };
    this.ctx.storage.transactionSync(() => {
      const today = { day: dayOf(now), requests: 0, posts: 0 };
      const nothing = { bytes: 0, functions: 0, today, throttled: null };
      sandboxes.put({ id: sandbox, origin, createdAt: now, usedAt: now, ...nothing });
      invitations.addLiving(id, 1);
      deployment.addToTotals(1, 0);
    });
    return ok(origin);
  }

  /** Notes what a sandbox uses. Answers which quota of its team, or of the deployment, is used up. */
  async report(report: SandboxReport): Promise<RegistryAnswer> {
    await this.#changing();
    this.#note(report);
    return { throttled: this.#teamUsedUp(report.origin) ?? (await this.#totalUsedUp()) };
  }

  #note(report: SandboxReport): void {
    const { invitations, sandboxes, deployment } = this.#tables;
    this.ctx.storage.transactionSync(() => {
      const known = sandboxes.get(report.id);
      const { day, requests, posts } = report.today;
      const before = known?.day === day ? known : { requests: 0, posts: 0 };
      const added = {
        day,
        requests: Math.max(0, requests - before.requests),
        posts: Math.max(0, posts - before.posts),
      };
      sandboxes.put(report);
      deployment.addToTotals(known ? 0 : 1, report.bytes - (known?.bytes ?? 0));
      deployment.addToDay(added);
      if (report.origin) {
        const { invitation } = report.origin;
        if (!known) invitations.addLiving(invitation, 1);
        invitations.addUsage(invitation, day, added.requests, added.posts);
      }
    });
  }

  #teamUsedUp(origin: Origin | null): Throttled | null {
    const invitation = origin && this.#tables.invitations.get(origin.invitation);
    if (!invitation) return null;
    const { team, requests_per_day: most, day, requests, posts } = invitation;
    const now = Date.now();
    if (most === null || day !== dayOf(now) || requests + posts < most) return null;
    return requestsUsedUp("team's requests", `the team ${team}`, most, now);
  }

  async #totalUsedUp(): Promise<Throttled | null> {
    const { totalBytes } = variables(this.env).quotas;
    if (totalBytes === undefined) return null;
    if (Date.now() >= this.#total.at + TOTAL_MS) await this.#tellTotal();
    if (this.#total.bytes <= totalBytes) return null;
    return {
      kind: "all bytes",
      reason: `this server stores ${this.#total.bytes} bytes, and may store ${totalBytes}: its operator has to delete sandboxes`,
      until: null,
    };
  }

  /** Tells the first shard how many bytes this one has, where somebody asks for that, and learns how many all have. */
  async #tellTotal(): Promise<void> {
    if (variables(this.env).quotas.totalBytes === undefined) return;
    const { bytes } = this.#tables.deployment.totals;
    const shard = this.ctx.id.toString();
    const total = await firstRegistryShard(this.env, this.ctx.id)
      .addBytes(shard, bytes)
      .catch((error) => {
        // What was known last serves for another minute: nobody's sandbox depends on one object.
        console.error(error);
        return Math.max(this.#total.bytes, bytes);
      });
    this.#total = { bytes: total, at: Date.now() };
  }

  /** Notes how many bytes the sandboxes of a shard store. Returns how many all store. */
  async addBytes(shard: string, bytes: number): Promise<number> {
    return (await this.#changing()).deployment.setBytesOf(shard, bytes);
  }

  /** Forgets a sandbox that was erased, and counts what it had used until then. */
  async remove(sandbox: string, last?: SandboxReport): Promise<void> {
    if (!this.#isStored) return;
    if (!this.#tables.sandboxes.get(sandbox)) return;
    if (last) this.#note(last);
    this.#forget([sandbox]);
    await this.#tellTotal();
  }

  #forget(ids: readonly string[]): void {
    const { sandboxes, invitations, deployment } = this.#tables;
    this.ctx.storage.transactionSync(() => {
      for (const id of ids) {
        const known = sandboxes.get(id);
        if (known === undefined) continue;
        sandboxes.remove(id);
        deployment.addToTotals(-1, -known.bytes);
        if (known.invitation !== "") invitations.addLiving(known.invitation, -1);
      }
    });
  }

  async sandboxes(
    query: SandboxesQuery,
    after: SandboxPosition | null,
    most: number,
  ): Promise<SandboxesFound> {
    return this.#isStored
      ? this.#tables.sandboxes.find(query, after, most)
      : { sandboxes: [], reached: null };
  }

  async totals(): Promise<ShardTotals> {
    if (!this.#isStored) return { sandboxes: 0, bytes: 0, days: [] };
    const { deployment } = this.#tables;
    return { ...deployment.totals, days: deployment.days() };
  }

  // Invitations.

  async addInvitation(id: string, given: GivenInvitation): Promise<Result<Invitation, Problem>> {
    const { invitations } = await this.#changing();
    if (invitations.count() >= MAX_INVITATIONS) {
      return problem(409, "There are too many invitations.");
    }
    invitations.add(id, given, Date.now());
    return this.#shownInvitation(id);
  }

  async invitations(): Promise<Invitation[]> {
    return this.#isStored ? this.#tables.invitations.all().map(shownInvitation) : [];
  }

  /** Revokes an invitation: nobody creates sandboxes by it any more, and those that there are stay. */
  async revokeInvitation(id: string): Promise<Result<Invitation, Problem>> {
    if (this.#isStored) this.#tables.invitations.revoke(id, Date.now());
    return this.#shownInvitation(id);
  }

  #shownInvitation(id: string): Result<Invitation, Problem> {
    const row = this.#isStored ? this.#tables.invitations.get(id) : undefined;
    return row ? ok(shownInvitation(row)) : problem(404, "There is no such invitation.");
  }

  // The deployment as a whole.

  async noteError(error: DeploymentError): Promise<void> {
    (await this.#changing()).deployment.noteError(error);
  }

  async errors(): Promise<DeploymentError[]> {
    return this.#isStored ? this.#tables.deployment.errors() : [];
  }

  /** The alerts at the latest check. */
  async alerts(): Promise<CheckedAlerts> {
    return this.ctx.storage.kv.get<CheckedAlerts>("alerts") ?? { checkedAt: 0, alerts: [] };
  }

  async noteAlerts(checked: CheckedAlerts): Promise<void> {
    await this.#changing();
    this.ctx.storage.kv.put("alerts", checked);
  }

  /** Notes a change that the operator made. */
  async noteChange(entry: AuditEntry): Promise<void> {
    (await this.#changing()).audit.add(entry);
  }

  async changes(before: number | undefined, most: number): Promise<PlacedAuditEntry[]> {
    return this.#isStored ? this.#tables.audit.before(before, most) : [];
  }

  // What becomes due.

  override alarm(): Promise<void> {
    return this.#alarm.run();
  }

  /** Forgets sandboxes that must have been erased long ago, and did not say so; and invitations that ended long ago. */
  async #sweep(now: number): Promise<"done"> {
    if (now < (this.#sweepAt ?? Number.POSITIVE_INFINITY)) return "done";
    const { others } = variables(this.env).idleSeconds;
    const forgotten =
      others === 0 ? [] : this.#tables.sandboxes.unusedSince(now - others * 1000 - DAY_MS, SWEPT_AT_ONCE);
    this.#forget(forgotten);
    await this.#tellTotal();
    this.#tables.invitations.deleteEndedBefore(now - INVITATION_KEPT_MS);
    const isDone = forgotten.length < SWEPT_AT_ONCE;
    this.ctx.storage.kv.put("sweepAt", now + (isDone ? DAY_MS : SWEEP_AGAIN_MS));
    return "done";
  }
}
