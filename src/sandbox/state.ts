import type { Fault } from "../function/faults.ts";
import type { Clock } from "./clock.ts";
import type { Existence } from "./declaredFunctions.ts";
import type { Settings } from "./settings.ts";

/**
 * What a function knows of its sandbox: given to it when it joins, and pushed when it changes. A function keeps
 * the highest version it has seen, so pushes may overtake each other.
 */
export interface SharedState {
  readonly version: number;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly faults: readonly Fault[];
  /** What is declared of this function; `null` when every function exists. */
  readonly existence: Existence | null;
  /** A function that sees a higher one forgets its configs (or takes those that come with it). */
  readonly configsEpoch: number;
  /** A function that sees a higher one forgets its journal. */
  readonly journalEpoch: number;
  /** Whether somebody watches the live feed. */
  readonly watched: boolean;
}
