import { versionById } from "../src/fc/versions.ts";
import { errorItemsOf, isObject, itemOf, shown } from "./expectation.ts";
import type { Recording } from "./recording.ts";

/** One of the two recordings, with its name in the report. */
export interface Side {
  readonly name: string;
  readonly recording: Recording;
}

/** A step whose answers differ. */
export interface StepDifference {
  readonly step: string;
  readonly choice: string | undefined;
  /** One sentence for each difference in behaviour. */
  readonly differences: readonly string[];
  /** One sentence for each error message whose text differs, which is no difference in behaviour. */
  readonly wording: readonly string[];
}

export interface Difference {
  readonly steps: readonly StepDifference[];
  /**
   * How many steps only one side has, by the side's name: the other skipped them, or ran another version of
   * the kit.
   */
  readonly alone: Readonly<Record<string, number>>;
  readonly compared: number;
}

type RecordedStep = Recording["steps"][number];

/** Compares two recordings, step by step, in the order of the first. */
export function diff(one: Side, other: Side): Difference {
  const others = new Map(other.recording.steps.map((step) => [titleOf(step), step]));
  const steps: StepDifference[] = [];
  let compared = 0;
  for (const step of one.recording.steps) {
    const title = titleOf(step);
    const counterpart = others.get(title);
    if (counterpart === undefined) continue;
    compared += 1;
    const { differences, wording } = compareSteps(one.name, step, other.name, counterpart);
    if (differences.length > 0 || wording.length > 0) {
      steps.push({ step: title, choice: step.choice, differences, wording });
    }
  }
  const alone = {
    [one.name]: one.recording.steps.length - compared,
    [other.name]: other.recording.steps.length - compared,
  };
  return { steps, alone, compared };
}

function titleOf({ version, scenario, step }: RecordedStep): string {
  return `${version}, ${scenario}: ${step}`;
}

function compareSteps(nameA: string, a: RecordedStep, nameB: string, b: RecordedStep) {
  const items = errorItemsOf(versionById(a.version));
  const wordOf = ({ answer }: RecordedStep) => {
    const code = itemOf(answer.body, items.code);
    return typeof code === "string" ? `${answer.status} ${code}` : `${answer.status}`;
  };
  if (wordOf(a) !== wordOf(b)) {
    return {
      differences: [`${nameA} answered ${wordOf(a)}, ${nameB} ${wordOf(b)}`],
      wording: [],
    };
  }
  const wording: string[] = [];
  const differences: string[] = [];
  const note = (what: string, ofA: unknown, ofB: unknown) => {
    const isMessage = what === items.message && typeof ofA === "string" && typeof ofB === "string";
    const sentence = `${what} was ${inWords(ofA)} in ${nameA}, ${inWords(ofB)} in ${nameB}`;
    (isMessage ? wording : differences).push(sentence);
  };
  for (const name of new Set([...Object.keys(a.answer.headers), ...Object.keys(b.answer.headers)])) {
    const [ofA, ofB] = [a.answer.headers[name], b.answer.headers[name]];
    if (ofA !== ofB) note(`the header ${name}`, ofA, ofB);
  }
  compareValues(a.answer.body, b.answer.body, "", note);
  if (differences.length === 0 && a.passed !== b.passed) {
    // Recordings contain no times, so only the run could check whether a time changed.
    const [name, failed] = a.passed ? [nameB, b] : [nameA, a];
    differences.push(`${name} was not as expected: ${failed.differences.join("; ")}`);
  }
  return { differences, wording };
}

function compareValues(
  a: unknown,
  b: unknown,
  at: string,
  note: (what: string, ofA: unknown, ofB: unknown) => void,
): void {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (const [index, value] of a.entries()) compareValues(value, b[index], `${at}[${index}]`, note);
  } else if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compareValues(a[key], b[key], at ? `${at}.${key}` : key, note);
    }
  } else if (JSON.stringify(a) !== JSON.stringify(b)) {
    note(at || "the body", a, b);
  }
}

function inWords(value: unknown): string {
  return value === undefined ? "absent" : shown(value);
}

/** The differences as text for people; with `wording`, also the error messages that differ. */
export function diffReport({ steps, alone, compared }: Difference, wording: boolean): string {
  const lines = steps.flatMap((one) => {
    const sentences = [...one.differences, ...(wording ? one.wording : [])];
    if (sentences.length === 0) return [];
    const choice = one.choice ? ` [choice ${one.choice}]` : "";
    return [`${one.step}${choice}`, ...sentences.map((sentence) => `  ${sentence}`), ""];
  });
  const differing = steps.filter(({ differences }) => differences.length > 0).length;
  const worded = steps.filter((one) => one.wording.length > 0).length;
  return [
    ...lines,
    `${counted(compared, "step")} compared, ${differing} differing.`,
    ...(worded > 0 && !wording
      ? [`Messages differ in ${counted(worded, "step")}: --wording shows them.`]
      : []),
    ...Object.entries(alone).flatMap(([name, count]) =>
      count > 0 ? [`${counted(count, "step")} only of ${name}: not compared.`] : [],
    ),
    "",
  ].join("\n");
}

/** A number and a noun, in the plural unless the number is 1. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
