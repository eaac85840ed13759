import type { FeedEvent } from "../documents/feed.ts";
import type { PactStates, StateChange, StateValues } from "../documents/pactStates.ts";
import type { Part } from "../documents/parts.ts";
import type {
  AdvancedClock,
  DeliveriesPage,
  DeliveryVerification,
  InvocationsPage,
  Problem,
  RequestsPage,
  Summary,
  Verification,
} from "../documents/responseBodies.ts";
import type { ConfigChange } from "../fc/asyncConfig/operand.ts";
import type { StoredAsyncConfig } from "../fc/asyncConfig/schema.ts";
import type { CalledFunction } from "../fc/destinations.ts";
import type { Condition } from "../fc/invocations/invocation.ts";
import type { FunctionName } from "../fc/names.ts";
import type { PageRequest } from "../fc/paging.ts";
import type { DeliveryExamination, DeliveryFilter, InboxDelivery } from "../journal/delivery.ts";
import type { Filter } from "../journal/filter.ts";
import type { InvocationCounts } from "../journal/invocationCounts.ts";
import type { Found, Placed, Position } from "../journal/order.ts";
import type { Traffic } from "../journal/traffic.ts";
import type { Bounds, Examination } from "../journal/verification.ts";
import type { Undefinable } from "../lib/definedItems.ts";
import type { Result } from "../lib/result.ts";
import type { GivenAdvance, GivenClock, ShownClock } from "../state/clock.ts";
import type { CredentialKind, Generations } from "../state/credentialKinds.ts";
import type { Credentials } from "../state/credentials.ts";
import type { Declared } from "../state/declared.ts";
import type { Effect, Fault, GivenFault } from "../state/faults.ts";
import type { HeldInvocation, HeldInvocations } from "../state/invocationSnapshot.ts";
import type {
  InvocationDetails,
  InvocationFilter,
  InvocationOwner,
  RecordQuery,
  ShownInvocation,
  ShownRecord,
} from "../state/invocations.ts";
import type { GivenScript, Script } from "../state/outcomes.ts";
import type { FunctionUsage, Origin } from "../state/quota.ts";
import type { Settings } from "../state/settings.ts";
import type { SharedState } from "../state/sharedState.ts";
import type { Snapshot } from "../state/snapshot.ts";
import type { PlacedAuditEntry } from "./auditTable.ts";
import type { ControlRequest } from "./controlMessages.ts";
import type { DeliveredInvocation, Progress, Span } from "./invocationMessages.ts";
import type { SentReply, SentRequest } from "./messages.ts";
import type { Past } from "./recovery.ts";
import type { SandboxReport } from "./registryMessages.ts";

// The RPC methods of both object classes, called by the Worker and by the other class. The classes document
// the methods.

/** What an imported snapshot has of a function, which the function has to store; undefined for nothing. */
export interface Imported {
  readonly configs: readonly StoredAsyncConfig[] | undefined;
  readonly invocations: HeldInvocations | undefined;
}

/** What a function receives when it registers with its sandbox. */
export interface Registration {
  readonly state: SharedState;
  readonly imported: Imported;
  /** After how many requests the function reports what it uses; absent when nobody asks for that. */
  readonly reportAfter?: number;
}

/** How many configs and journal entries a function has, and its traffic. */
export interface FunctionCounts {
  readonly configs: number;
  readonly requests: number;
  /** How many entries the journal dropped since it was cleared. */
  readonly dropped: number;
  readonly traffic: Traffic;
  readonly invocations: number;
  readonly deliveries: number;
  readonly invocationCounts: InvocationCounts;
}

/** What the sandbox stores of a deregistered function. */
export interface Deregistration {
  readonly traffic: Traffic;
  /** Whether the function's journal did not record some requests. */
  readonly hasGap: boolean;
  readonly invocationCounts: InvocationCounts;
  readonly usage?: FunctionUsage;
}

/** What a sandbox says of itself. The Worker adds what it derives, or knows of the deployment. */
export interface SandboxSummary extends Omit<Summary, "id" | "limits" | "role" | keyof Credentials> {
  readonly generations: Generations;
}

/** Invocations with their places in the sandbox's list. */
export type PlacedInvocations = Placed<ShownInvocation>[];

/** What outlasts a restoration of a sandbox to an earlier time: its next session is told. */
export interface Outlasting {
  /** The functions that the sandbox knew. */
  readonly functions: readonly FunctionName[];
  /** How often credentials were rotated: former ones stay invalid. */
  readonly generations: Generations;
}

export interface FunctionRpc extends Rpc.DurableObjectBranded {
  perform(sent: SentRequest): Promise<SentReply>;

  accept(state: SharedState, imported: Imported): Promise<void>;
  deregister(): Promise<Deregistration | undefined>;
  erase(): Promise<FunctionUsage | undefined>;
  past(time: number): Promise<Result<Past, Problem>>;
  restore(time: number): Promise<Result<undefined, Problem>>;

  writeConfigs(changes: readonly ConfigChange[]): Promise<void>;
  configsAfter(qualifier: string, most: number): Promise<StoredAsyncConfig[]>;
  findJournalEntries(filter: Filter, after: Position | undefined, most: number): Promise<Position[]>;
  journalEntries(numbers: readonly number[]): Promise<Placed[]>;
  examineJournal(filter: Filter, most: number): Promise<Examination>;
  counts(): Promise<FunctionCounts>;
  usage(): Promise<FunctionUsage | undefined>;

  nextDue(): Promise<number | undefined>;
  runInvocations(span: Span): Promise<Progress>;
  advancedTo(): Promise<number | undefined>;
  /** The JSON of `HeldInvocations`, which may be larger than the 32 MiB that RPC can pass as a value. */
  heldInvocations(): Promise<ReadableStream>;
  enqueueDelivered(invocation: DeliveredInvocation): Promise<Result<undefined, string>>;
  findInvocations(
    filter: InvocationFilter,
    after: Position | undefined,
    most: number,
  ): Promise<PlacedInvocations>;
  invocation(id: string): Promise<InvocationDetails | undefined>;
  invocationRecord(id: string, condition: Condition | undefined): Promise<ShownRecord | undefined>;
  hasInvocation(id: string): Promise<boolean>;
  addInvocation(held: HeldInvocation): Promise<boolean>;
  removeInvocation(id: string): Promise<void>;
  stopInvocation(id: string): Promise<boolean>;
  qualifiersWithTasks(): Promise<string[]>;
  findDeliveries(filter: DeliveryFilter, after: Position | undefined, most: number): Promise<Found[]>;
  deliveriesAt(numbers: readonly number[]): Promise<Placed<InboxDelivery>[]>;
  examineDeliveries(filter: DeliveryFilter, most: number): Promise<DeliveryExamination>;
}

/** The methods that the control plane calls, through `control`. */
export interface ControlRpc {
  summary(): Promise<SandboxSummary>;
  generations(): Promise<Generations>;
  rotate(kinds: readonly CredentialKind[]): Promise<Result<Generations, Problem>>;
  audit(before: number | undefined, most: number): Promise<PlacedAuditEntry[]>;
  changeSettings(changes: Undefinable<Settings>): Promise<Result<Settings, Problem>>;
  reset(parts: readonly Part[]): Promise<Result<undefined, Problem>>;
  /** The JSON of a `Snapshot`, which may be larger than the 32 MiB that RPC can pass as a value. */
  exportSnapshot(withInvocations: boolean): Promise<ReadableStream>;
  importSnapshot(snapshot: Snapshot): Promise<Result<undefined, Problem>>;

  changePactState(change: StateChange): Promise<Result<StateValues, Problem>>;
  pactStates(): Promise<PactStates>;
  pactState(name: string): Promise<Result<Snapshot, Problem>>;
  putPactState(name: string, snapshot: Snapshot): Promise<Result<undefined, Problem>>;
  removePactState(name: string): Promise<Result<undefined, Problem>>;

  requests(filter: Filter, page: PageRequest): Promise<Result<RequestsPage, Problem>>;
  countRequests(filter: Filter): Promise<Result<number, Problem>>;
  verify(filter: Filter, bounds: Bounds): Promise<Result<Verification, Problem>>;
  clearRequests(): Promise<Result<undefined, Problem>>;

  faults(): Promise<Fault[]>;
  addFault(given: GivenFault): Promise<Result<Fault, Problem>>;
  replaceFault(id: string, given: GivenFault): Promise<Result<Fault, Problem>>;
  removeFault(id: string): Promise<Result<undefined, Problem>>;
  clearFaults(): Promise<Result<undefined, Problem>>;

  outcomes(): Promise<Script[]>;
  addOutcomes(given: GivenScript): Promise<Result<Script, Problem>>;
  replaceOutcomes(id: string, given: GivenScript): Promise<Result<Script, Problem>>;
  removeOutcomes(id: string): Promise<Result<undefined, Problem>>;
  clearOutcomes(): Promise<Result<undefined, Problem>>;

  invocations(filter: InvocationFilter, page: PageRequest): Promise<Result<InvocationsPage, Problem>>;
  invocation(id: string, owner: InvocationOwner): Promise<Result<InvocationDetails, Problem>>;
  invocationRecord(id: string, query: RecordQuery): Promise<Result<ShownRecord, Problem>>;
  stopInvocation(id: string, owner: InvocationOwner): Promise<Result<undefined, Problem>>;
  clearInvocations(): Promise<Result<undefined, Problem>>;

  deliveries(filter: DeliveryFilter, page: PageRequest): Promise<Result<DeliveriesPage, Problem>>;
  countDeliveries(filter: DeliveryFilter): Promise<Result<number, Problem>>;
  verifyDeliveries(filter: DeliveryFilter, bounds: Bounds): Promise<Result<DeliveryVerification, Problem>>;
  clearDeliveries(): Promise<Result<undefined, Problem>>;

  clock(): Promise<ShownClock>;
  changeClock(given: GivenClock): Promise<Result<AdvancedClock, Problem>>;
  advanceClock(given: GivenAdvance): Promise<Result<AdvancedClock, Problem>>;

  /** The JSON of a `Declared`, as large as a snapshot. */
  declared(details: boolean): Promise<ReadableStream>;
  declare(declared: Declared): Promise<Result<Declared, Problem>>;
}

export type ControlMethod = keyof ControlRpc;

/** The sandbox's object also has `fetch`, which opens the live feed. */
export interface SandboxRpc extends Rpc.DurableObjectBranded {
  perform(sent: SentRequest): Promise<SentReply>;

  register(sent: SentRequest): Promise<Registration | undefined>;
  registerDestination(to: CalledFunction): Promise<Result<Registration, string>>;
  triggerFaults(ids: readonly string[], own: Effect | null, version: number): Promise<string[]>;
  countOutcomes(ids: readonly string[], version: number): Promise<Record<string, boolean>>;
  publish(event: FeedEvent): Promise<void>;
  reportUse(): Promise<void>;
  reportUsage(name: FunctionName, usage: FunctionUsage): Promise<number>;

  control(request: ControlRequest, method: string, args: readonly unknown[]): Promise<Result<never, Problem>>;
  adopt(origin: Origin, request: ControlRequest): Promise<void>;
  registered(): Promise<SandboxReport | undefined>;
  delete(request: ControlRequest, isBlocked: boolean): Promise<Result<undefined, Problem>>;
  restore(time: number): Promise<Result<Outlasting, Problem>>;
  finishRestore(time: number, outlasting: Outlasting): Promise<Result<undefined, Problem>>;
  code(token: string): Promise<ArrayBuffer | undefined>;
}
