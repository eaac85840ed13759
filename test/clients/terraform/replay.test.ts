import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { operationNames, operations } from "../../../src/fc/operations.ts";
import { servedSandbox } from "../../program.ts";
import { type Call, LAST_ETAG, shapeOf } from "./shape.ts";

// What Terraform 1.11.4 and its provider alicloud 1.289.0 sent and read for examples/terraform over HTTPS: apply, plan, apply of
// a change, plan, destroy. record.ts wrote it from the sandbox's journal of that run, and says how to write it anew.
const calls: readonly Call[] = JSON.parse(await readFile(new URL("calls.json", import.meta.url), "utf8"));

test("the sandbox answers the calls of a Terraform project as it did when Terraform made them", async () => {
  const sandbox = await servedSandbox();
  let etag = "";
  for (const call of calls) {
    const { method, url, status, response } = call;
    const answer = await send(sandbox, call, etag);
    if (url.startsWith("/2016-08-15/")) etag = answer.headers.etag ?? etag;
    const body = await text(answer);
    const came = { status: answer.statusCode, response: body === "" ? undefined : shapeOf(JSON.parse(body)) };
    // For the provider, null is the same as absent. Any other item that the run did not have can be a change in a plan.
    expect(withoutNull(came), `${method} ${url}`).toEqual(withoutNull({ status, response }));
  }
});

test("the project creates, changes, reads, lists and deletes each kind of resource", () => {
  const paths = new Set(calls.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`));
  const missing = operationNames.filter((name) => {
    const { resource, routes } = operations[name];
    // The provider invokes nothing.
    if (resource === "none" || resource === "invocation") return false;
    return !Object.entries(routes).some(([version, { method, path }]) => {
      const pattern = new RegExp(`^${method} (/${version})${path.replace(/:\w+/g, "[^/]+")}$`);
      return version !== "2021-04-06" && [...paths].some((one) => pattern.test(one));
    });
  });
  // These are all that the provider never calls.
  expect(missing.toSorted()).toEqual(["GetFunctionCode", "ListAliases", "ListAsyncInvokeConfigs"]);
});

/** Sends a call. fetch can't: the provider lists functions by a GET that has a body. */
async function send(
  sandbox: string,
  { method, url, headers, body }: Call,
  etag: string,
): Promise<IncomingMessage> {
  const outgoing = request(`${sandbox}${url}`, { method });
  for (const [name, value] of Object.entries(headers)) {
    outgoing.setHeader(name, value === LAST_ETAG ? etag : value);
  }
  if (body !== undefined) {
    const sent = JSON.stringify(body);
    // For a GET, Node.js does not set this header by itself.
    outgoing.setHeader("content-length", Buffer.byteLength(sent));
    outgoing.write(sent);
  }
  outgoing.end();
  const [incoming] = await once(outgoing, "response");
  return incoming;
}

/** A JSON value without the items that are null. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const items = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(items.map(([name, item]) => [name, withoutNull(item)]));
}
