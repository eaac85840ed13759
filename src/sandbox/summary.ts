import type { FunctionName } from "../api/names.ts";
import type { NearMiss } from "../function/journalEntry.ts";
import type { ShownClock } from "./clock.ts";
import type { Settings } from "./settings.ts";

/** The parts of a sandbox that a reset can name. */
export const RESETTABLE = ["configs", "journal", "faults", "clock", "settings", "functions"] as const;
export type Part = (typeof RESETTABLE)[number];

/** What a verification found. */
export interface Verification {
  readonly count: number;
  /** Empty unless it was asked for. */
  readonly nearMisses: readonly NearMiss[];
}

export interface Summary {
  readonly settings: Settings;
  readonly clock: ShownClock;
  readonly faults: number;
  readonly functions: readonly (FunctionName & { readonly configs: number; readonly requests: number })[];
  readonly counts: { readonly functions: number; readonly configs: number; readonly requests: number };
}
