import * as z from "zod/mini";

const RFC_3339 = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const TIME_ALLOWED = "an RFC 3339 time, such as 2030-01-31T12:00:00Z";

/**
 * The schema of a time in a request to the control plane: RFC 3339 with any fraction and offset, as Python's
 * `isoformat()`, Go's RFC3339Nano and .NET's "o" write. The parsed value is in UTC with milliseconds.
 */
export const timeSchema = z
  .string({ error: TIME_ALLOWED })
  .check(
    z.refine((text) => parseTime(text) !== undefined, { error: TIME_ALLOWED, abort: true }),
    z.overwrite((text) => new Date(parseTime(text) ?? 0).toISOString()),
  )
  .register(z.globalRegistry, { format: "date-time" });

const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * An RFC 3339 time in milliseconds since 1970; undefined for other text and for a day that does not exist.
 */
function parseTime(text: string): number | undefined {
  const upper = text.toUpperCase().replace(" ", "T");
  const [, date] = RFC_3339.exec(upper) ?? [];
  // Date reads February 31 as March 3.
  if (date === undefined || !isoDate(Date.parse(`${date}T00:00:00Z`)).startsWith(date)) return undefined;
  const time = Date.parse(upper);
  return time >= EARLIEST && time <= LATEST ? time : undefined;
}

function isoDate(time: number): string {
  return Number.isNaN(time) ? "" : new Date(time).toISOString();
}

/**
 * Formats milliseconds since 1970 as the API does: UTC in whole seconds, such as `2020-08-20T02:28:21Z`.
 * Source: the sample of PutFunctionAsyncInvokeConfig.
 */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;
