import type { Snapshot } from "../../../client/index.ts";
import { ControlError } from "../../../client/index.ts";
import { endpoint } from "../address.ts";
import { control, summary } from "../sandbox.ts";
import { token } from "../token.ts";
import { keepState, keptState } from "./presenting.ts";

// A story replaces the state of the sandbox, except what exists and the journal, and brings it back.

/** The most bytes that a browser sends while it leaves a page: those of the headers count, too. */
const MOST_BYTES_LEAVING = 60_000;
/** How many requests of each function the journal keeps during the story, if it keeps none otherwise. */
const JOURNAL_SIZE = 50;

/** What a story replaces. */
type State = Pick<
  Snapshot,
  "settings" | "clock" | "faults" | "outcomes" | "configs" | "invocations" | "deliveries"
>;

const kept = keptState();
/** What the sandbox had before the story that has begun; undefined while none has. */
let before: State | undefined = kept === undefined ? undefined : JSON.parse(kept);

/** Whether there is something to bring back. */
export function hasBegun(): boolean {
  return before !== undefined;
}

/** Keeps what the sandbox has, unless a story has begun already, and sets the stage. */
export async function begin(): Promise<void> {
  const isFirst = before === undefined;
  if (before === undefined) {
    const { settings, clock, faults, outcomes, configs, invocations, deliveries } =
      await control().snapshot.export({ invocations: true });
    const state = { settings, clock, faults, outcomes, configs, invocations, deliveries };
    // A sandbox may have more than it can import. Nothing was replaced yet if this is refused.
    await control().snapshot.import(state);
    before = state;
    keepState(JSON.stringify(state));
  }
  try {
    await control().snapshot.import(opening());
  } catch (error) {
    // A refused document has changed nothing; after any other error, that is not known.
    if (isFirst && error instanceof ControlError) abandon();
    throw error;
  }
}

/** The stage: nothing but the story's own, on a frozen clock. Who may call the sandbox stays as it is. */
function opening(): State {
  return {
    settings: {
      functions: "open",
      destinations: "by version",
      retryDelaysSeconds: [1, 2, 4, 8],
      pushDeliveries: [],
      journalSize: summary.value?.settings.journalSize || JOURNAL_SIZE,
    },
    clock: { mode: "frozen", time: "2030-01-31T12:00:00Z" },
    faults: [],
    outcomes: [],
    configs: [],
    invocations: [],
    deliveries: [],
  };
}

/** Brings back what the sandbox had before the story, if one has begun. */
export async function restore(): Promise<void> {
  if (before === undefined) return;
  await control().snapshot.import(before);
  abandon();
}

/** Leaves the sandbox as it is: what it had before is forgotten. */
export function abandon(): void {
  before = undefined;
  keepState(undefined);
}

/**
 * Brings back what was there while the browser leaves the page. A browser sends only so much then: more stays in the
 * tab, for when the page is opened again.
 */
export function restoreOnLeaving(): void {
  if (before === undefined) return;
  const body = new Blob([JSON.stringify(before)]);
  if (body.size > MOST_BYTES_LEAVING) return;
  void fetch(`${endpoint}/_sandbox/snapshot`, {
    method: "PUT",
    keepalive: true,
    headers: {
      "Content-Type": "application/json",
      ...(token.value === undefined ? {} : { Authorization: `Bearer ${token.value}` }),
    },
    body,
  }).catch(() => undefined);
  abandon();
}
