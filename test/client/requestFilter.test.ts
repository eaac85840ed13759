import { describe, expect, test } from "vitest";
import { createSandbox, type RequestFilterOptions, requestFilter } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";

const sandbox = await createSandbox(SERVER, { settings: { signatures: "required" } });
const { accessKeyId = "", accessKeySecret = "", endpoint } = sandbox.access;
const options: RequestFilterOptions = { endpoint, accessKeyId, accessKeySecret };
const CONFIG = "/2023-03-30/functions/report/async-invoke-config?qualifier=prod";
const paths = [
  ["2016-08-15", "/2016-08-15/services/demo.prod/functions/hello/async-invoke-config", "FC "],
  ["2021-04-06", "/2021-04-06/services/demo/functions/hello/async-invoke-config?qualifier=prod", "ACS3-HMAC"],
  ["2023-03-30", CONFIG, "ACS3-HMAC"],
] as const;
const put = {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: '{"maxAsyncRetryAttempts":1}',
};

describe.each(paths)("%s", (_, path, usual) => {
  test.each([undefined, "FC", "acs", "ACS3-HMAC-SHA256"] as const)("fetch signed by %s", async (scheme) => {
    const filter = requestFilter(scheme === undefined ? options : { ...options, scheme });
    const request = await filter.sign(endpoint + path, put);
    expect(request.headers.get("Authorization")?.startsWith(scheme ?? usual)).toBe(true);
    const response = await fetch(request);
    expect([response.status, (await response.json()).maxAsyncRetryAttempts]).toEqual([200, 1]);
  });
});

test("a Request is signed, too, and can still be used itself", async () => {
  const request = new Request(endpoint + CONFIG, put);
  expect((await fetch(await requestFilter(options).sign(request))).status).toBe(200);
  expect(await request.text()).toBe(put.body);
});

describe("as a middleware", () => {
  /** Sends on what a middleware made of a request, as the verifier's proxy does. */
  async function proxied(request: {
    method: string;
    url: string;
    headers: Record<string, string | string[] | undefined>;
    body?: unknown;
  }): Promise<Response> {
    await new Promise<void>((resolve, reject) => {
      requestFilter(options)(request, undefined, (error) => (error ? reject(error) : resolve()));
    });
    const { host: _, ...headers } = request.headers as Record<string, string>;
    const bytes = request.body instanceof Uint8Array || request.body === undefined;
    const body = (bytes ? request.body : JSON.stringify(request.body)) as BodyInit | undefined;
    return fetch(endpoint + request.url, { method: request.method, headers, body: body ?? null });
  }

  test.each([
    ["parsed JSON", { maxAsyncRetryAttempts: 2 }],
    ["bytes", new TextEncoder().encode('{"maxAsyncRetryAttempts":2}')],
    ["nothing", undefined],
  ])("it signs a body of %s, and replaces a signature", async (_, body) => {
    const headers = {
      "content-type": "application/json",
      authorization: "FC somebody:c2ln",
      date: "Mon, 02 Jan 2006 15:04:05 GMT",
      host: "127.0.0.1:1",
    };
    const response = await proxied({ method: "PUT", url: CONFIG, headers, body });
    expect(response.status).toBe(200);
  });

  test("it leaves requests alone that are not to be signed", async () => {
    const request = { method: "GET", url: CONFIG, headers: { authorization: "as it is", host: "a" } };
    const filter = requestFilter({ ...options, signs: ({ method }) => method !== "GET" });
    await new Promise<void>((resolve) => filter(request, undefined, () => resolve()));
    expect(request.headers).toEqual({ authorization: "as it is", host: "a" });
  });
});
