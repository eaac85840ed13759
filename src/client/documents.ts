/**
 * The types of the control plane's request and response documents, inferred from the schemas that validate
 * them.
 */

export type { FeedEvent } from "../documents/feed.ts";
export type { Har } from "../documents/har.ts";
export type { Pact } from "../documents/pactFile.ts";
export type { PactStates, StateValues } from "../documents/pactStates.ts";
export type { Part } from "../documents/parts.ts";
export type {
  AdvancedClock,
  Audit,
  Credentials,
  DeliveriesPage,
  DeliveryVerification,
  Health,
  InvocationsPage,
  Problem,
  RequestsPage,
  SandboxAccess,
  Summary,
  Verification,
} from "../documents/responseBodies.ts";
export type { DeliveryFilter, InboxDelivery } from "../journal/delivery.ts";
export type { JournalEntry } from "../journal/entry.ts";
export type { Filter } from "../journal/filter.ts";
export type { AuditEntry } from "../state/audit.ts";
export type { GivenClock, ShownClock } from "../state/clock.ts";
export type { CredentialKind, TokenRole } from "../state/credentialKinds.ts";
export type { Declared } from "../state/declared.ts";
export type { Fault, GivenFault } from "../state/faults.ts";
export type {
  InvocationDetails,
  InvocationFilter,
  InvocationOwner,
  RecordQuery,
  ShownInvocation,
  ShownRecord,
} from "../state/invocations.ts";
export type { GivenScript, Script } from "../state/outcomes.ts";
export type { Role } from "../state/roles.ts";
export type { Settings } from "../state/settings.ts";
export type { Snapshot } from "../state/snapshot.ts";
