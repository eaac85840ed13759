import { counted } from "./diff.ts";
import type { RunOutcome, StepOutcome } from "./run.ts";

/** The report of one step; empty for a passed or skipped step, unless `all` is true. */
export function stepReport({ result, version, scenario, step, choice, details }: StepOutcome, all: boolean) {
  if (!all && (result === "passed" || result === "skipped")) return "";
  const mark = choice ? ` [choice ${choice}]` : "";
  const lines = [`${result.padEnd(8)} ${version}  ${scenario}: ${step}${mark}`];
  return [...lines, ...details.map((detail) => `           ${detail}`), ""].join("\n");
}

/** The summary of a run, in a few lines. */
export function summary({ steps, leftBehind, stopped }: RunOutcome): string {
  const of = (result: StepOutcome["result"]) => steps.filter((step) => step.result === result);
  const choices = new Set(of("differs").flatMap(({ choice }) => (choice ? [choice] : [])));
  const skipped = Map.groupBy(of("skipped"), ({ details }) => details.join(", "));
  return [
    `${counted(of("passed").length, "step")} passed, ${of("differs").length} differing, ${of("skipped").length} skipped.`,
    ...[...skipped].map(([why, which]) => `  skipped ${which.length}: ${why}`),
    ...(choices.size > 0 ? [`Choices of docs/fidelity.md that differ: ${[...choices].join(", ")}`] : []),
    ...(stopped === undefined ? [] : [`Stopped before the end: ${stopped}`]),
    ...(leftBehind.length > 0
      ? ["These configs could not be deleted:", ...leftBehind.map((one) => `  ${one}`)]
      : []),
    "",
  ].join("\n");
}

/**
 * The exit code: 0 all as expected, 1 something differs, 2 the run stopped, tried nothing or left configs
 * behind.
 */
export function exitCodeOf({ steps, leftBehind, stopped }: RunOutcome): 0 | 1 | 2 {
  // A run that tried no step proves nothing.
  const tried = steps.some(({ result }) => result === "passed" || result === "differs");
  if (stopped !== undefined || leftBehind.length > 0 || !tried) return 2;
  return steps.some(({ result }) => result === "differs") ? 1 : 0;
}
