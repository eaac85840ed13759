import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { operationNames, operations } from "../../../src/fc/operations.ts";
import { servedSandbox } from "../../program.ts";
import { type Call, shapeOf } from "./shape.ts";

// What Terraform 1.11.4 and its provider alicloud 1.289.0 sent and read for examples/terraform: apply, plan, apply of a
// change, plan, destroy. record.ts wrote it from the sandbox's journal of that run.
const calls: readonly Call[] = JSON.parse(await readFile(new URL("calls.json", import.meta.url), "utf8"));

test("the sandbox answers the calls of a Terraform project as it did when Terraform made them", async () => {
  const sandbox = await servedSandbox();
  for (const { method, url, body, status, response } of calls) {
    const answer = await fetch(`${sandbox}${url}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { "Content-Type": "application/json" },
    });
    const text = await answer.text();
    const came = { status: answer.status, response: text === "" ? undefined : shapeOf(JSON.parse(text)) };
    expect(came, `${method} ${url}`).toMatchObject({
      status,
      ...(response === undefined ? {} : { response }),
    });
  }
});

test("the project makes, changes, reads and deletes each kind of resource", () => {
  const paths = new Set(calls.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`));
  const missing = operationNames.filter((name) => {
    const { resource, routes } = operations[name];
    // Terraform reads each resource by itself, and functions' code not at all.
    if (resource === "none" || /^List|Code$/.test(name) || name === "GetAlias") return false;
    return !Object.entries(routes).some(([version, { method, path }]) => {
      const pattern = new RegExp(`^${method} (/${version})${path.replace(/:\w+/g, "[^/]+")}$`);
      return version !== "2021-04-06" && [...paths].some((one) => pattern.test(one));
    });
  });
  expect(missing).toEqual([]);
});
