import type { ApiReply } from "../objects/messages.ts";
import type { ApiContext } from "./context.ts";
import { sandboxUrl } from "./publicUrl.ts";

/** The headers of the API that a browser app of another origin may read. */
const EXPOSED = [
  "X-Fc-Request-Id",
  "Date",
  "ETag",
  "Retry-After",
  "X-Fc-Error-Type",
  "X-Fc-Log-Result",
  "X-Fc-Invocation-Duration",
  "X-Fc-Max-Memory-Usage",
  "X-Fc-Instance-Id",
  "X-Fc-Stateful-Async-Invocation-Id",
  "X-Fc-Async-Task-Id",
  "Link",
  "Server-Timing",
].join(",");

let dated = { second: 0, text: "" };

/** The present time as `Date` writes it. Requests of the same second share the text. */
function httpDate(now: number): string {
  const second = Math.floor(now / 1000);
  if (dated.second !== second) dated = { second, text: new Date(now).toUTCString() };
  return dated.text;
}

/** The headers that every response has. A browser app of any origin may read the request id. */
export function commonHeaders(c: ApiContext): Record<string, string> {
  return {
    "X-Fc-Request-Id": c.get("requestId"),
    Date: httpDate(Date.now()),
    // Milliseconds. A Worker's clock stands still during computation, so only I/O counts.
    "Server-Timing": `total;dur=${Date.now() - c.get("receivedAt")}`,
    ...headersForPages(c),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
}

/** What pages of other origins may read besides the body. */
const READABLE = {
  Vary: "Origin",
  "Timing-Allow-Origin": "*",
  "Access-Control-Expose-Headers": EXPOSED,
} as const;
const READABLE_BY_ALL = { "Access-Control-Allow-Origin": "*", ...READABLE } as const;

/**
 * CORS headers that let every origin read a response. For `fetch` with `credentials: "include"`, a browser
 * wants its origin by name. The API allows that, since it uses no cookies. The control plane does not: see
 * docs/security.md. Clients of the API other than pages of another origin get none of them, as from the cloud.
 */
function headersForPages(c: ApiContext): Record<string, string> {
  if (isControlPath(c.req.path)) return READABLE_BY_ALL;
  const origin = c.req.raw.headers.get("Origin");
  if (origin === null) return {};
  return { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", ...READABLE };
}

/** Whether a path in a sandbox belongs to the control plane, or lies where only the operator's operations are. */
export function isControlPath(path: string): boolean {
  return /^(?:\/operator)?\/_sandbox(?:\/|$)/.test(path);
}

/** The Allow header's value for a path with these methods. */
export function allowHeader(methods: readonly string[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

/** The methods that a browser may use from another origin. */
const CORS_METHODS = "GET,HEAD,PUT,POST,PATCH,DELETE";
const CORS_SECONDS = "7200";

/** The response to a browser's preflight, also for a request from a public page to a private network. */
export function preflight(c: ApiContext): Response {
  const { headers } = c.req.raw;
  return new Response(null, {
    status: 204,
    headers: {
      ...commonHeaders(c),
      Vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
      "Access-Control-Allow-Methods": CORS_METHODS,
      "Access-Control-Allow-Headers": headers.get("Access-Control-Request-Headers") ?? "",
      "Access-Control-Max-Age": CORS_SECONDS,
      ...(headers.get("Access-Control-Request-Private-Network") === "true"
        ? { "Access-Control-Allow-Private-Network": "true" }
        : {}),
    },
  });
}

const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The headers that only an object's reply gets: where the journal has the request, and how long the object took. Source of
 * the relation: RFC 8288, and "describedby" of the IANA registry.
 */
function journalHeaders(c: ApiContext, { durationMs, isInJournal }: ApiReply, total: string | undefined) {
  const headers: Record<string, string> = {};
  if (durationMs !== undefined) headers["Server-Timing"] = `${total}, app;dur=${durationMs}`;
  if (isInJournal) {
    headers["Link"] = `<${sandboxUrl(c)}/_sandbox/requests/${c.get("requestId")}>; rel="describedby"`;
  }
  return headers;
}

/** Turns an object's reply into the HTTP response. */
export function send(c: ApiContext, reply: ApiReply): Response {
  const { status, headers: given, body, broken, madeUp } = reply;
  const usual = commonHeaders(c);
  const common = { ...usual, ...journalHeaders(c, reply, usual["Server-Timing"]) };
  const headers: Record<string, string> = madeUp ? withMadeUp(common, given) : { ...common, ...given };
  if (body === null || WITHOUT_BODY.has(status)) return new Response(null, { status, headers });
  if (broken) return new Response(brokenOff(bytesOf(body)), { status, headers });
  // The server computes Content-Length from the body it sends, and sends no body in response to HEAD.
  if (c.req.method === "HEAD") headers["Content-Length"] = String(bytesOf(body).length);
  return new Response(body, { status, headers });
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

/** The usual headers, overridden by a fault's headers. Names match in any letter case. */
function withMadeUp(
  usual: Readonly<Record<string, string>>,
  madeUp: Readonly<Record<string, string>>,
): Record<string, string> {
  // All sandboxes share an origin, so HTML in a fault's response must not run scripts with the origin's
  // rights.
  const merged = new Headers({ ...usual, "Content-Security-Policy": "sandbox" });
  for (const [name, value] of Object.entries(madeUp)) {
    // Browsers apply every policy, so a fault's policy can't weaken ours.
    if (name.toLowerCase() === "content-security-policy") merged.append(name, value);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

/** workerd drops unsent data when a body is aborted, so the abort waits this long. */
const SENDING_MS = 20;

/** A body that is aborted after its first half. */
function brokenOff(bytes: Uint8Array): ReadableStream {
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  writer
    .write(bytes.subarray(0, Math.ceil(bytes.length / 2)))
    .then(() => scheduler.wait(SENDING_MS))
    .then(() => writer.abort(new Error("broken off by a fault")))
    .catch(() => {});
  return readable;
}
