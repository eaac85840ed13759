import { once } from "node:events";
import { Agent, request } from "node:http";
import { expect } from "vitest";
import { errorCodes } from "../../src/fc/errors.ts";

const PATIENCE_MS = 10_000;
const LONGEST_ERROR = 4000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FC3_REQUEST_ID = /^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/;

/** A path as the server routes it: a doubled slash is one, and a slash at the end is none. */
function routed(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "") || "/";
}

/** A request that some client might send; its path is sent as it is. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer | undefined;
}

/** A response, as it came. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 20 });

/** Sends a request; rejects when its whole answer is not there within ten seconds. */
export async function send(server: string, sent: HostileRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(server);
  const { method, path } = sent;
  const outgoing = request({ hostname, port, method, path, agent, timeout: PATIENCE_MS });
  for (const [name, value] of sent.headers) outgoing.setHeader(name, value);
  // Node.js frames no body of a GET, HEAD, DELETE or OPTIONS by itself.
  if (sent.body !== undefined) outgoing.setHeader("Content-Length", Buffer.byteLength(sent.body));
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
  outgoing.end(sent.body);
  try {
    const [response] = await once(outgoing, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
  } catch (cause) {
    const shown = JSON.stringify({ ...sent, body: sent.body?.toString("latin1").slice(0, 100) }).slice(
      0,
      2000,
    );
    throw new Error(`${cause} to ${shown}`, { cause });
  }
}

/** Fails unless the response is one that its API version, or the control plane, gives. */
export function expectConforming(
  { method, path, headers: sentHeaders }: HostileRequest,
  { status, headers, text }: RawResponse,
): void {
  const inSandbox = routed(path.replace(/[?#].*$/s, "").replace(/^\/+s\/[^/]*/, ""));
  // The pages and documents are what they are, whoever asks; but a Host that is none is refused before any path.
  const isPage = /^\/(docs|openapi[\w-]*\.json)?$/.test(inSandbox);
  const isHostRefused = status === 400 && sentHeaders.some(([name]) => name.toLowerCase() === "host");
  if (isPage && !isHostRefused && (method === "GET" || method === "HEAD")) {
    expect([200, 308]).toContain(status);
    return;
  }
  const requestId = headers["x-fc-request-id"];
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  // A Host header that is none may leave open where the path begins.
  const isFc3 = /^\/2023-03-30(\/|$)/.test(inSandbox);
  if (!isHostRefused) expect(requestId).toMatch(isFc3 ? FC3_REQUEST_ID : UUID);
  expect(requestId).toBeTruthy();
  expect(Number.isNaN(Date.parse(String(headers["date"])))).toBe(false);
  expect([headers["x-content-type-options"], headers["cache-control"]]).toEqual(["nosniff", "no-store"]);
  if (method === "HEAD" || status === 204 || status === 304) {
    expect(text).toBe("");
    return;
  }
  if (inSandbox === "/_sandbox/metrics" && status === 200) return;
  const body = JSON.parse(text);
  if (headers["content-type"] === "application/problem+json") {
    expect(inSandbox).toMatch(/^\/_sandbox(\/|$)/);
    expect(body).toEqual({
      type: "about:blank",
      status,
      title: expect.any(String),
      detail: expect.any(String),
      ...("errors" in body ? { errors: expect.any(Array) } : {}),
    });
    return;
  }
  expect(headers["content-type"]).toMatch(/^application\/json(; charset=utf-8)?$/);
  if (status < 400) return;
  expect(text.length).toBeLessThan(LONGEST_ERROR);
  const isOpenApi = /^\/(2021-04-06|2023-03-30)(\/|$)/.test(inSandbox);
  expect(body).toEqual(
    isOpenApi
      ? { Code: expect.any(String), Message: expect.any(String), RequestId: requestId }
      : { ErrorCode: expect.any(String), ErrorMessage: expect.any(String) },
  );
  expect(errorCodes).toContain(isOpenApi ? body.Code : body.ErrorCode);
}
