import * as z from "zod/mini";
import { type ApiVersion, versionById } from "../src/fc/versions.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Answer, nextTokenOf } from "./expectation.ts";
import { type Subject, tasksOf } from "./placeholders.ts";
import type { RunOutcome, StepOutcome } from "./run.ts";
import { versionId } from "./scenario.ts";
import { wholeWord } from "./secrets.ts";

const FORMAT = "fc-sandbox-conformance/1";

/** The answers of a run, with placeholders for names, times and ids, so that two runs can be compared. */
export const recordingSchema = z.strictObject({
  format: z.literal(FORMAT),
  steps: z.array(
    z.strictObject({
      version: versionId,
      scenario: z.string(),
      step: z.string(),
      choice: z.optional(z.string()),
      /** Whether the answer was as the scenario expects. */
      passed: z.boolean(),
      /** How the answer differed from the expectation. */
      differences: z.array(z.string()),
      answer: z.strictObject({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        /** Absent for an empty body. */
        body: z.optional(z.json()),
      }),
    }),
  ),
});
export type Recording = z.infer<typeof recordingSchema>;

const HEADERS = ["allow", "content-type", "retry-after", "x-fc-error-type"];
/** Headers whose values always differ, so that only their presence is recorded. */
const HEADERS_THERE = ["date", "x-fc-request-id"];

const OPAQUE_CHARACTERS = 16;

/** The recording of a run, without anything that identifies the account. */
export function recordingOf(outcome: RunOutcome, subject: Subject, endpoint: Endpoint): Recording {
  const tokens = outcome.steps.flatMap(({ answer }) => {
    const token = nextTokenOf(answer?.body);
    // A shorter token is a name, which other texts may have as well.
    return token === undefined || token.length < OPAQUE_CHARACTERS ? [] : [token];
  });
  const steps = outcome.steps.flatMap((step) => {
    if (step.answer === undefined) return [];
    const requestId = step.answer.headers.get("X-Fc-Request-Id");
    const anonymous = anonymiser(step.version, subject, endpoint, requestId, tokens);
    return [{ ...named(step), ...anonymous(evidence(step, step.answer)) }];
  });
  return { format: FORMAT, steps };
}

function named({ version, scenario, step, choice }: StepOutcome) {
  return { version, scenario, step, ...(choice && { choice }) };
}

function evidence({ result, details }: StepOutcome, { status, headers, body }: Answer) {
  const shownHeaders = [
    ...HEADERS.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
    ...HEADERS_THERE.filter((name) => headers.has(name)).map((name) => [name, "(there)"]),
  ];
  return {
    passed: result === "passed",
    differences: [...details],
    answer: { status, headers: Object.fromEntries(shownHeaders), ...(body !== undefined && { body }) },
  };
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g;
const HTTP_DATE = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const FC3_REQUEST_ID = /\b1-[0-9a-f]{8}(-[0-9a-f]+){1,2}/gi;

/**
 * Returns a function that replaces, in every text of a value, what differs between runs or accounts. A time
 * keeps its format, so that a time with milliseconds still differs from a time without.
 */
function anonymiser(
  version: ApiVersion["id"],
  subject: Subject,
  { url, credentials }: Endpoint,
  requestId: string | null,
  tokens: readonly string[],
) {
  const { hasServices } = versionById(version);
  const { host, hostname } = new URL(url);
  const { task, otherTask } = tasksOf(subject, version);
  const known: readonly (readonly [string | null | undefined, string])[] = [
    [requestId, "(request id)"],
    ...tokens.map((token) => [token, "(token)"] as const),
    [host, "(host)"],
    [hostname, "(host)"],
    [credentials.accessKeyId, "(access key id)"],
    [subject.destination, "{destination}"],
    [subject.otherDestination, "{otherDestination}"],
    [subject.accountId, "{accountId}"],
    [subject.region, "{region}"],
    [hasServices ? subject.service : undefined, "{service}"],
    [hasServices ? subject.function : subject.functionOfFc3, "{function}"],
    [subject.alias, "{alias}"],
    [subject.missing, "{missing}"],
    [`${subject.made}-alias`, "{madeAlias}"],
    [task, "{task}"],
    [otherTask, "{otherTask}"],
    [subject.made, "{made}"],
  ];
  const replacements = known.flatMap(([name, placeholder]) =>
    name ? [[wholeWord(name), placeholder] as const] : [],
  );
  // A version is a number, which is replaced only where a qualifier can be.
  const published = new RegExp(`(?<=[/:'])${subject.version}(?![\\w-])`, "g");
  const text = (value: string) => {
    let result = value;
    for (const [pattern, placeholder] of replacements) result = result.replace(pattern, placeholder);
    return result
      .replace(TIME, (time) => time.replace(/\d/g, "0"))
      .replace(HTTP_DATE, "(date)")
      .replace(UUID, "(id)")
      .replace(FC3_REQUEST_ID, "(id)")
      .replace(published, "{version}");
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        key === "qualifier" && one === subject.version ? "{version}" : (hiddenItem(key, one) ?? walk(one)),
      ]),
    );
  };
  return <T>(value: T): T => walk(value) as T;
}

/**
 * What is recorded of an item that nobody else should have, or that is another one in each run; undefined for all other
 * items.
 */
function hiddenItem(name: string, value: unknown): string | undefined {
  // A task's end is 0 until it has ended, and no instance has run it before it began.
  if (/^(startedTime|endTime|timestamp|durationMs)$/.test(name) && value !== 0) return "(number)";
  if (name === "instanceId" && value !== "") return "(instance)";
  if (name === "nextToken" && value !== "") return "(token)";
  // The address of a function's code may be signed.
  return name === "url" ? "(url)" : undefined;
}

/** Parses the JSON text of a recording. Throws an Error when the text is not a recording. */
export function parseRecording(text: string): Recording {
  const parsed = recordingSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join(".") || "it"}: ${issue?.message ?? "is no recording"}`);
}
