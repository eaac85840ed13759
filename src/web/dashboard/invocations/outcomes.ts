import type { GivenScript, Script } from "../../../client/index.ts";
import type { FunctionName } from "../../../fc/names.ts";
import { scripts } from "../sandbox.ts";
import { text } from "../text/text.ts";

type Outcome = GivenScript["outcomes"][number];

/** Outcomes to choose from, as the header `X-Sandbox-Outcome` has them, each with its words for people. */
export function outcomeChoices(): readonly (readonly [outcomes: string, words: string])[] {
  const { usual, success, error, timeout, errorOnce, errorTwice, throttled } = text().outcomes;
  return [
    ["", usual],
    ["success", success],
    ["error", error],
    ["timeout", timeout],
    ["error, success", errorOnce],
    ["error, error, success", errorTwice],
    ["throttled, success", throttled],
  ];
}

/** Outcomes in short, as the header has them where it can. */
export function outcomesText(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((outcome) => {
      if (outcome.type === "http") return outcome.url;
      if (outcome.type === "error" && outcome.handled) return "handledError";
      return "durationMilliseconds" in outcome && outcome.durationMilliseconds
        ? `${outcome.type}=${outcome.durationMilliseconds}`
        : outcome.type;
    })
    .join(", ");
}

/** Outcomes for people: in words where they are one of the choices. */
export function outcomesWords(outcomes: readonly Outcome[]): string {
  const header = outcomesText(outcomes);
  return outcomeChoices().find(([choice]) => choice === header)?.[1] ?? header;
}

/** The outcomes that say what a function does, by whichever qualifier it is called; undefined without any. */
export function scriptFor({ service, function: name }: FunctionName): Script | undefined {
  return scripts.value.find(
    ({ match }) => (match?.service ?? service) === service && (match?.function ?? name) === name,
  );
}

/** Whether outcomes are for one function only, by all its qualifiers, and without a count. */
export function isOnlyFor(
  { match, times, skip }: Script,
  { service, function: name }: FunctionName,
): boolean {
  return (
    match?.service === service &&
    match.function === name &&
    match.qualifier === undefined &&
    times === undefined &&
    skip === undefined
  );
}
