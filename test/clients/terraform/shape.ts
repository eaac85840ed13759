/** A call of Terraform's provider: what it sent, and the response that it read. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  readonly response?: unknown;
}

/** Stands for the ETag that the last response of FC 2.0 with one had: it differs from run to run. */
export const LAST_ETAG = "(the last ETag)";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const TOKEN = /^[\w-]{43}\.[\w-]+$/;
const REQUEST_ID = /^1(-[0-9a-f]+){3}$/;

/** A response without what differs from run to run: ids, times and tokens are replaced by what they are. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shapeOf(item)]));
  }
  if (typeof value !== "string") return value;
  if (ID.test(value)) return "(an id)";
  if (TIME.test(value)) return "(a time)";
  if (TOKEN.test(value)) return "(a token)";
  return REQUEST_ID.test(value) ? "(a request id)" : value;
}
