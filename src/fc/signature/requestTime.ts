import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, abbreviated, failure } from "../errors.ts";

/** How a scheme writes the time of a request. */
interface TimeFormat {
  readonly pattern: RegExp;
  readonly example: string;
  format(time: Date): string;
}

/** RFC 1123 in GMT. The reference documents X-Fc-Date with a one-digit day: `EEE,d MMM yyyy HH:mm:ss GMT`. */
export const httpDate: TimeFormat = {
  pattern: /^[A-Z][a-z]{2}, ?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  example: "Mon, 02 Jan 2006 15:04:05 GMT",
  format: (time) => time.toUTCString(),
};

/** ISO 8601 in UTC, as `yyyy-MM-ddTHH:mm:ssZ`. */
export const isoTime: TimeFormat = {
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  example: "2006-01-02T15:04:05Z",
  format: (time) => `${time.toISOString().slice(0, 19)}Z`,
};

const MAX_SKEW_MS = 15 * 60 * 1000;

/**
 * Checks that a request's time is within 15 minutes of `now`, in milliseconds since 1970. The error is
 * AccessDenied, with the cloud's message.
 */
export function checkRequestTime(
  { pattern, example, format }: TimeFormat,
  came: string,
  now: number,
): Result<undefined, ApiError> {
  const time = pattern.test(came) ? Date.parse(came) : Number.NaN;
  if (Number.isNaN(time)) {
    return failure(
      "AccessDenied",
      `the request time must be like '${example}', but got '${abbreviated(came)}'`,
    );
  }
  if (Math.abs(time - now) <= MAX_SKEW_MS) return ok(undefined);
  return failure(
    "AccessDenied",
    `the difference between the request time '${came}' and the current time '${format(new Date(now))}' is too large`,
  );
}
