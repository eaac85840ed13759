import { access, constants, readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import {
  endpointOf,
  type Given,
  HELP,
  makesFunctions,
  readCommandLine,
  selectionOf,
  subjectOf,
} from "./commandLine.ts";
import { diff, diffReport } from "./diff.ts";
import type { Subject } from "./placeholders.ts";
import { Preparation } from "./preparation.ts";
import { parseRecording, recordingOf } from "./recording.ts";
import { exitCodeOf, stepReport, summary } from "./report.ts";
import { chosenVersions, presentConfigs, reasonOf, runScenarios, type Selection } from "./run.ts";
import { scenarios } from "./scenarios/index.ts";
import { secretsOf, withoutSecrets } from "./secrets.ts";

/**
 * One Ctrl-C sends two signals: the terminal sends one, and npm forwards another. Signals within this time
 * count as one.
 */
const TWICE_MS = 1000;

/**
 * Listens for signals that end a run. After the first, the run deletes its configs; a later one ends it at
 * once.
 */
function interruptions() {
  const [stop, giveUp] = [new AbortController(), new AbortController()];
  let stoppedAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stoppedAt === undefined) {
        stoppedAt = Date.now();
        process.stderr.write("Stopping: deleting what was put. Once more does not wait for that.\n");
        stop.abort();
      } else if (Date.now() - stoppedAt > TWICE_MS) giveUp.abort();
    });
  }
  // The reader of the output is gone, but the run must still delete its configs.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop.abort());
  return { signal: stop.signal, giveUp: giveUp.signal };
}

async function runAgainst(given: Given): Promise<number> {
  const subject = subjectOf(given);
  const selection = selectionOf(given.only);
  // Fail before the run, and not after it.
  if (given.record !== undefined) await access(dirname(given.record), constants.W_OK);
  const interrupted = interruptions();
  const reached = await reach(given, subject, selection, interrupted);
  if (typeof reached === "string") {
    process.stderr.write(`conformance: ${reached}\n`);
    return interrupted.signal.aborted ? 2 : 1;
  }
  const { endpoint, present, preparation } = reached;
  if (present.length > 0) {
    throw new Error(
      `These configs are there, and the run would overwrite them:\n  ${present.join("\n  ")}\nDelete them, or name other functions.`,
    );
  }
  const secrets = secretsOf(endpoint.credentials);
  const say = (text: string) => process.stdout.write(withoutSecrets(text, secrets));
  const ran = await runScenarios(scenarios, subject, endpoint, {
    ...interrupted,
    selection,
    onStep: (step) => say(stepReport(step, given.verbose)),
  });
  const left = (await preparation?.remove(interrupted.giveUp)) ?? [];
  const outcome = { ...ran, leftBehind: [...ran.leftBehind, ...left] };
  say(summary(outcome));
  if (given.record !== undefined) {
    const recording = recordingOf(outcome, subject, endpoint);
    await writeFile(given.record, `${JSON.stringify(recording, null, 2)}\n`);
  }
  return exitCodeOf(outcome);
}

/**
 * The endpoint, with the functions that the run needs, and the configs that exist there; or a sentence when the
 * endpoint does not answer. What was made is deleted when anything fails.
 */
async function reach(
  given: Given,
  subject: Subject,
  selection: Selection,
  { signal, giveUp }: ReturnType<typeof interruptions>,
) {
  let preparation: Preparation | undefined;
  try {
    const endpoint = await endpointOf(given, subject);
    if (makesFunctions(given)) {
      preparation = new Preparation(subject, endpoint, chosenVersions(selection));
      await preparation.make(signal);
    }
    const present = await presentConfigs(subject, endpoint, selection, signal);
    return { endpoint, present, preparation };
  } catch (error) {
    const left = (await preparation?.remove(giveUp)) ?? [];
    for (const one of left) process.stderr.write(`conformance: could not delete ${one}\n`);
    if (signal.aborted) return "interrupted before anything was put.";
    if (isUnanswered(error))
      return `Nobody answers at ${given.sandbox ?? given.endpoint}: ${reasonOf(error)}`;
    throw error;
  }
}

/** Whether an error is a network error of fetch: no connection, a lost connection, or a timeout. */
function isUnanswered(error: unknown): boolean {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === "TimeoutError" || (name === "TypeError" && /^(fetch failed|terminated)$/.test(message));
}

async function compare(files: readonly string[], wording: boolean): Promise<number> {
  const [one, other, ...further] = files;
  if (one === undefined || other === undefined || further.length > 0) {
    throw new Error("diff takes two recordings: diff CLOUD.json SANDBOX.json.");
  }
  const [a, b] = [basename(one, ".json"), basename(other, ".json")];
  const [nameOfOne, nameOfOther] = a === b ? [one, other] : [a, b];
  const found = diff(await side(one, nameOfOne), await side(other, nameOfOther));
  if (found.compared === 0) throw new Error("The recordings have no step in common.");
  process.stdout.write(diffReport(found, wording));
  return found.steps.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

async function side(file: string, name: string) {
  const text = await readFile(file, "utf8");
  try {
    return { name, recording: parseRecording(text) };
  } catch (error) {
    throw new Error(`${file} is no recording: ${error instanceof Error ? error.message : error}`);
  }
}

try {
  const { values, positionals } = readCommandLine(process.argv.slice(2));
  const [command, ...files] = positionals;
  if (values.help) process.stdout.write(HELP);
  else if (command === "diff") process.exitCode = await compare(files, values.wording);
  else if (command !== undefined) throw new Error(`There is no command "${command}"; see --help.`);
  else process.exitCode = await runAgainst(values);
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
