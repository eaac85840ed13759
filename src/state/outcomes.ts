import * as z from "zod/mini";
import { MAX_OUTCOMES_IN_LIST, type Outcome, outcomeSchema } from "../fc/invocations/outcome.ts";
import { DEFAULT_QUALIFIER, type FunctionName } from "../fc/names.ts";
import { wholeNumber } from "../lib/schema.ts";
import { enabledSchema } from "./rules.ts";

const name = z.string().check(z.minLength(1), z.maxLength(128));
const OUTCOMES_ALLOWED = `a list of 1 to ${MAX_OUTCOMES_IN_LIST} outcomes`;

/** The schema of what functions do, in a request: outcomes, attempt by attempt, the last of which repeats. */
export const scriptSchema = z.strictObject({
  match: z.optional(
    z.strictObject({
      service: z.optional(z.union([z.literal(""), name])),
      function: z.optional(name),
      qualifier: z.optional(name),
    }),
  ),
  outcomes: z
    .array(outcomeSchema, { error: OUTCOMES_ALLOWED })
    .check(
      z.minLength(1, { error: OUTCOMES_ALLOWED }),
      z.maxLength(MAX_OUTCOMES_IN_LIST, { error: OUTCOMES_ALLOWED }),
    ),
  /** To how many invocations the outcomes apply, at most. */
  times: z.optional(wholeNumber(1, 1_000_000)),
  /** How many matching invocations pass before the outcomes apply. */
  skip: z.optional(wholeNumber(0, 1_000_000)),
  /** Whether the outcomes apply; disabled ones match nothing and count nothing. */
  enabled: enabledSchema,
});

export type GivenScript = z.infer<typeof scriptSchema>;

/** Stored outcomes: with an id, and how many invocations they matched and applied to so far. */
export const shownScriptSchema = z.extend(scriptSchema, {
  id: z.string(),
  matched: z.int(),
  applied: z.int(),
});

export type Script = z.infer<typeof shownScriptSchema>;

/** Whether the outcomes are for a function called by a qualifier. Without a qualifier they are for all of them. */
export function scriptMatches(
  { match }: GivenScript,
  { service, function: functionName }: FunctionName,
  qualifier: string = DEFAULT_QUALIFIER,
): boolean {
  return (
    concernsCalls({ match, outcomes: [] }, { service, function: functionName }) &&
    (match?.qualifier ?? qualifier) === qualifier
  );
}

/** Whether the outcomes may be for some call of a function. */
export function concernsCalls(
  { match }: GivenScript,
  { service, function: functionName }: FunctionName,
): boolean {
  return (match?.service ?? service) === service && (match?.function ?? functionName) === functionName;
}

/** Whether it has to be counted to how many invocations the outcomes apply. */
export function isCounted({ times, skip }: GivenScript): boolean {
  return times !== undefined || skip !== undefined;
}

/** Counts a matching invocation, and decides whether the outcomes apply to it. */
export function countInvocation(script: Script): { readonly script: Script; readonly applies: boolean } {
  const matched = script.matched + 1;
  const applies = matched > (script.skip ?? 0) && script.applied < (script.times ?? Number.POSITIVE_INFINITY);
  return { script: { ...script, matched, applied: script.applied + (applies ? 1 : 0) }, applies };
}

/** Every function has a copy of the outcomes that concern it, in one row of at most 2 MB. */
const MAX_CHARACTERS = 500_000;

/** Whether these outcomes are more than a sandbox may have. */
export function areTooLarge(scripts: readonly GivenScript[]): boolean {
  return JSON.stringify(scripts).length > MAX_CHARACTERS;
}

/** What a sandbox with too many outcomes is told, as a sentence. */
export const TOO_LARGE = `All outcomes of a sandbox together may have ${MAX_CHARACTERS} characters of JSON.`;

/** The URLs of handlers in outcomes. */
export function handlerUrls(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap((outcome) => (outcome.type === "http" ? [outcome.url] : []));
}
