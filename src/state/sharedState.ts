import type { Clock } from "./clock.ts";
import type { Existence } from "./existence.ts";
import type { Fault } from "./faults.ts";
import { type Deployment, resolveSettings, type Settings } from "./settings.ts";

/**
 * What a function knows of its sandbox: given to it when it joins, and pushed when it changes. A function keeps
 * the highest version it has seen, so pushes may overtake each other.
 */
export interface SharedState {
  readonly version: number;
  /**
   * Only what the sandbox's owner set: the deployment's variables may change without a push. Earlier commits stored
   * all settings here; those hold until the next push.
   */
  readonly settings: Partial<Settings>;
  readonly clock: Clock;
  readonly faults: readonly Fault[];
  /**
   * What is declared of this function, whether all functions exist or not; `null` where no function is meant. A
   * function forgets the configs of versions and aliases that no longer are.
   */
  readonly existence: Existence | null;
  /** A function that sees a higher one forgets its configs (or takes those that come with it). */
  readonly configsEpoch: number;
  /** A function that sees a higher one forgets its journal. */
  readonly journalEpoch: number;
  /** Whether somebody watches the live feed. */
  readonly watched: boolean;
}

/** The state with all settings: what requests are answered by. */
export interface ResolvedState extends SharedState {
  readonly settings: Settings;
}

/** What a state means in a deployment. */
export function resolveState(deployment: Deployment, state: SharedState): ResolvedState {
  return { ...state, settings: resolveSettings(deployment, state.settings) };
}
