import type { Part } from "../documents/parts.ts";
import type { Problem, RequestsPage, Summary, Verification } from "../documents/responseBodies.ts";
import type { StoredAsyncConfig } from "../fc/asyncConfig/schema.ts";
import type { PageRequest } from "../fc/paging.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { Filter } from "../journal/filter.ts";
import type { Examination } from "../journal/journal.ts";
import type { Placed, Position } from "../journal/order.ts";
import type { Traffic } from "../journal/traffic.ts";
import type { Bounds } from "../journal/verification.ts";
import type { Undefinable } from "../lib/definedItems.ts";
import type { Result } from "../lib/result.ts";
import type { GivenClock, ShownClock } from "../state/clock.ts";
import type { Declared } from "../state/declared.ts";
import type { Effect, Fault, GivenFault } from "../state/faults.ts";
import type { Settings } from "../state/settings.ts";
import type { SharedState } from "../state/sharedState.ts";
import type { Snapshot } from "../state/snapshot.ts";
import type { SentReply, SentRequest } from "./messages.ts";

// The RPC methods of both object classes, called by the Worker and by the other class. The classes document
// the methods.

/** What a function receives when it registers with its sandbox. */
export interface Registration {
  readonly state: SharedState;
  /** The configs of an imported snapshot, which the function has to store. */
  readonly imported: readonly StoredAsyncConfig[] | undefined;
}

/** How many configs and journal entries a function has, and its traffic. */
export interface FunctionCounts {
  readonly configs: number;
  readonly requests: number;
  /** How many entries the journal dropped since it was cleared. */
  readonly dropped: number;
  readonly traffic: Traffic;
}

/** What the sandbox stores of a deregistered function. */
export interface Deregistration {
  readonly traffic: Traffic;
  /** Whether the function's journal did not record some requests. */
  readonly hasGap: boolean;
}

export interface FunctionRpc extends Rpc.DurableObjectBranded {
  perform(sent: SentRequest): Promise<SentReply>;

  accept(state: SharedState, imported: readonly StoredAsyncConfig[] | undefined): Promise<void>;
  deregister(): Promise<Deregistration | undefined>;
  erase(): Promise<void>;

  configsAfter(qualifier: string, most: number): Promise<StoredAsyncConfig[]>;
  findJournalEntries(filter: Filter, after: Position | undefined, most: number): Promise<Position[]>;
  journalEntries(numbers: readonly number[]): Promise<Placed[]>;
  examineJournal(filter: Filter, most: number): Promise<Examination>;
  counts(): Promise<FunctionCounts>;
}

/** The sandbox's object also has `fetch`, which opens the live feed. */
export interface SandboxRpc extends Rpc.DurableObjectBranded {
  perform(sent: SentRequest): Promise<SentReply>;

  register(sent: SentRequest): Promise<Registration | undefined>;
  triggerFaults(ids: readonly string[], own: Effect | null): Promise<string[]>;
  publish(entry: JournalEntry): Promise<void>;
  reportUse(): Promise<void>;

  summary(): Promise<Omit<Summary, "id" | "limits">>;
  signatures(): Promise<Settings["signatures"]>;
  changeSettings(changes: Undefinable<Settings>): Promise<Result<Settings, Problem>>;
  reset(parts: readonly Part[]): Promise<Result<undefined, Problem>>;
  /** The JSON of a `Snapshot`, which may be larger than the 32 MiB that RPC can pass as a value. */
  exportSnapshot(): Promise<ReadableStream>;
  importSnapshot(snapshot: Snapshot): Promise<Result<undefined, Problem>>;

  requests(filter: Filter, page: PageRequest): Promise<Result<RequestsPage, Problem>>;
  countRequests(filter: Filter): Promise<Result<number, Problem>>;
  verify(filter: Filter, bounds: Bounds): Promise<Result<Verification, Problem>>;
  clearRequests(): Promise<Result<undefined, Problem>>;

  faults(): Promise<Fault[]>;
  addFault(given: GivenFault): Promise<Result<Fault, Problem>>;
  removeFault(id: string): Promise<Result<undefined, Problem>>;
  clearFaults(): Promise<Result<undefined, Problem>>;

  clock(): Promise<ShownClock>;
  changeClock(given: GivenClock): Promise<Result<ShownClock, Problem>>;
  advanceClock(seconds: number): Promise<Result<ShownClock, Problem>>;

  code(token: string): Promise<ArrayBuffer | undefined>;
  /** The JSON of a `Declared`, as large as a snapshot. */
  declared(details: boolean): Promise<ReadableStream>;
  declare(declared: Declared): Promise<Result<Declared, Problem>>;
}
