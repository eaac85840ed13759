/** The documents that the control plane takes and answers with: the types of the schemas that it validates with. */
export type { Fault, GivenFault } from "../faults.ts";
export type { Filter, JournalEntry } from "../function/journalEntry.ts";
export type { GivenClock } from "../sandbox/clock.ts";
export type { Declared } from "../sandbox/declaredFunctions.ts";
export type { FeedEvent } from "../sandbox/feedProtocol.ts";
export type { Part } from "../sandbox/parts.ts";
export type {
  Problem,
  RequestsPage,
  SandboxAccess,
  ShownClock,
  Summary,
  Verification,
} from "../sandbox/responses.ts";
export type { Settings } from "../sandbox/settings.ts";
export type { Snapshot } from "../sandbox/snapshot.ts";
