import type { Problem } from "../documents/responseBodies.ts";
import type { Result } from "../lib/result.ts";
import type { AuditEntry } from "../state/audit.ts";
import type { Origin, Throttled } from "../state/quota.ts";
import type {
  CheckedAlerts,
  DeploymentError,
  GivenInvitation,
  Invitation,
  RegisteredSandbox,
  SandboxesQuery,
  UsageOfDay,
} from "../state/registry.ts";
import type { PlacedAuditEntry } from "./auditTable.ts";

// What the registry's objects are told and asked. Each is a shard, which has some of the sandboxes and invitations.

/** What a sandbox tells the registry. Times are in milliseconds since 1970. */
export interface SandboxReport {
  readonly id: string;
  readonly origin: Origin | null;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly bytes: number;
  readonly functions: number;
  readonly today: UsageOfDay;
  readonly throttled: Throttled | null;
}

/** What the registry answers: a quota of the team or of the deployment that is used up. */
export interface RegistryAnswer {
  readonly throttled: Throttled | null;
}

/** A position in a list of sandboxes: the value that the list is sorted by, and the id. */
export interface SandboxPosition {
  readonly value: string | number;
  readonly id: string;
}

/** What one shard has of a page. */
export interface SandboxesFound {
  readonly sandboxes: readonly RegisteredSandbox[];
  /** How far the shard has looked; null when it has looked at all that it has. */
  readonly reached: SandboxPosition | null;
}

/** All that a shard has, in numbers. */
export interface ShardTotals {
  readonly sandboxes: number;
  readonly bytes: number;
  readonly days: readonly UsageOfDay[];
}

export interface RegistryRpc extends Rpc.DurableObjectBranded {
  admit(invitation: string, sandbox: string): Promise<Result<Origin, Problem>>;
  report(report: SandboxReport): Promise<RegistryAnswer>;
  remove(sandbox: string, last?: SandboxReport): Promise<void>;

  sandboxes(query: SandboxesQuery, after: SandboxPosition | null, most: number): Promise<SandboxesFound>;
  totals(): Promise<ShardTotals>;
  addBytes(shard: string, bytes: number): Promise<number>;

  addInvitation(id: string, given: GivenInvitation): Promise<Result<Invitation, Problem>>;
  invitations(): Promise<Invitation[]>;
  revokeInvitation(id: string): Promise<Result<Invitation, Problem>>;

  noteError(error: DeploymentError): Promise<void>;
  errors(): Promise<DeploymentError[]>;
  alerts(): Promise<CheckedAlerts>;
  noteAlerts(checked: CheckedAlerts): Promise<void>;
  noteChange(entry: AuditEntry): Promise<void>;
  changes(before: number | undefined, most: number): Promise<PlacedAuditEntry[]>;
}
