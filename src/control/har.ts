import type { Har, HarEntry } from "../documents/har.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { type Exported, sentBody, targetOf } from "./exported.ts";

/** The journal does not have the HTTP version of a request. */
const HTTP_VERSION = "HTTP/1.1";
/** A size that is not known. */
const UNKNOWN = -1;
const CUT = "The journal has only the beginning of this body.";

/** Journal entries as an HTTP Archive 1.2. `endpoint` is the address of the sandbox, without a trailing slash. */
export function harOf({ entries, nextToken }: Exported, endpoint: string): Har {
  return {
    log: {
      version: "1.2",
      creator: { name: "fc-sandbox", version: "1" },
      entries: entries.map((entry) => harEntry(entry, endpoint)).reverse(),
      ...(nextToken === undefined
        ? {}
        : {
            comment: `These are ${entries.length} entries, and older entries match, too: ask again with nextToken.`,
            _nextToken: nextToken,
          }),
    },
  };
}

function harEntry(entry: JournalEntry, endpoint: string): HarEntry {
  const { time, durationMs, requestId, operation, version, faults, effects, errorCode } = entry;
  return {
    startedDateTime: time,
    time: durationMs,
    request: requestOf(entry, endpoint),
    response: responseOf(entry),
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    _requestId: requestId,
    _operation: operation,
    _version: version,
    _faults: faults,
    ...(effects ? { _effects: effects } : {}),
    ...(errorCode ? { _errorCode: errorCode } : {}),
  };
}

function requestOf(entry: JournalEntry, endpoint: string): HarEntry["request"] {
  const { method, headers, body, bodyCut } = entry;
  const { path, query } = targetOf(entry);
  const mimeType = headers["content-type"] ?? "";
  return {
    method,
    url: endpoint + path + (query === "" ? "" : `?${query}`),
    httpVersion: HTTP_VERSION,
    cookies: [],
    headers: pairs(headers),
    queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
    ...(body === "" && !bodyCut
      ? {}
      : { postData: { mimeType, text: body, ...(bodyCut ? { comment: CUT } : {}) } }),
    headersSize: UNKNOWN,
    bodySize: bodyCut ? UNKNOWN : bytesOf(body),
  };
}

function responseOf(entry: JournalEntry): HarEntry["response"] {
  const { status, requestId, responseBodyCut, responseHeaders = {} } = entry;
  const text = sentBody(entry);
  return {
    status,
    statusText: statusTexts[status] ?? "",
    httpVersion: HTTP_VERSION,
    cookies: [],
    headers: pairs({ "x-fc-request-id": requestId, ...responseHeaders }),
    content: {
      size: bytesOf(text),
      mimeType: responseHeaders["content-type"] ?? (text === "" ? "" : "application/json"),
      text,
      ...(responseBodyCut ? { comment: CUT } : {}),
    },
    redirectURL: responseHeaders["location"] ?? "",
    headersSize: UNKNOWN,
    bodySize: responseBodyCut ? UNKNOWN : bytesOf(text),
  };
}

function pairs(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Source: RFC 9110, 15; RFC 6585 for 429. A fault's status that is not here has no text. */
const statusTexts: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  301: "Moved Permanently",
  302: "Found",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
