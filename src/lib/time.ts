import * as z from "zod/mini";

// Times as the control plane takes them: RFC 3339 in UTC, with milliseconds or with whole seconds.

const PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
const PATTERN_OF_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function timeOf(pattern: RegExp, error: string) {
  return z
    .string({ error })
    .check(z.regex(pattern, { error, abort: true }), z.refine(isReal, { error, abort: true }));
}

export const TIME_ALLOWED = "an RFC 3339 time in UTC, such as 2030-01-31T12:00:00Z";
export const timeSchema = timeOf(PATTERN, TIME_ALLOWED);
export const wholeSecondsSchema = timeOf(
  PATTERN_OF_SECONDS,
  "an RFC 3339 time in UTC with whole seconds, such as 2030-01-31T12:00:00Z",
);

/** Whether there is that day, and that time of it: Date takes February 31 for March 3. */
function isReal(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 19));
}

/** A time as the API shows it: UTC with whole seconds, `2020-08-20T02:28:21Z`. Source: the sample of PutFunctionAsyncInvokeConfig. */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
