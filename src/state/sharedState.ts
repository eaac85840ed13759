import type { Clock } from "./clock.ts";
import type { Existence } from "./existence.ts";
import type { Fault } from "./faults.ts";
import type { Script } from "./outcomes.ts";
import type { Throttled } from "./quota.ts";
import { type Deployment, resolveSettings, type Settings } from "./settings.ts";

/**
 * The sandbox's state that each function has a copy of. A function receives the state when it registers, and
 * by a push when the state changes. A function stores the highest version that it received, so pushes may
 * arrive in any order.
 */
export interface SharedState {
  readonly version: number;
  /**
   * Only the settings that the sandbox's owner set: the deployment's variables may change without a push.
   * Earlier releases stored all settings here, which apply until the next push.
   */
  readonly settings: Partial<Settings>;
  readonly clock: Clock;
  readonly faults: readonly Fault[];
  /** What the function does when it is invoked. States that earlier releases stored have none. */
  readonly outcomes?: readonly Script[];
  /**
   * The declarations that concern this function, whatever the setting `functions` is; `null` in the sandbox's
   * own state. A function deletes the configs of versions and aliases that are no longer declared.
   */
  readonly existence: Existence | null;
  /**
   * A function that receives a higher epoch deletes its configs, or replaces them by the configs in the same
   * message.
   */
  readonly configsEpoch: number;
  /** A function that receives a higher epoch clears its journal. */
  readonly journalEpoch: number;
  /** A function that receives higher epochs deletes its invocations, or its deliveries. */
  readonly invocationsEpoch?: number;
  readonly deliveriesEpoch?: number;
  /** Whether a client is connected to the live feed. */
  readonly watched: boolean;
  /** How often the access key was rotated. States that earlier releases stored do not have it. */
  readonly keyGeneration?: number;
  /** Why requests are refused; null or absent when they are not. */
  readonly throttled?: Throttled | null;
}

/** The state with all settings in force, for answering requests. */
export interface ResolvedState extends SharedState {
  readonly settings: Settings;
}

/** Completes a state's settings with the deployment's defaults and limits. */
export function resolveState(deployment: Deployment, state: SharedState): ResolvedState {
  return { ...state, settings: resolveSettings(deployment, state.settings) };
}
