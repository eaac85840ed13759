import { describe, expect, test } from "vitest";
import { readCall } from "../../src/fc/handlers.ts";
import { operationNames, operations } from "../../src/fc/operations.ts";
import type { OperationRequest } from "../../src/fc/request.ts";
import { namesReader } from "../../src/fc/requestNames.ts";
import { apiVersions } from "../../src/fc/versions.ts";
import { err, ok } from "../../src/lib/result.ts";

/** A request that came over no network. */
function requestWith(
  parameters: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
  body: OperationRequest["body"] = ok(new TextEncoder().encode('{"maxAsyncRetryAttempts": 1}')),
): OperationRequest {
  return {
    parameter: (name) => parameters[name],
    query: (name) => query[name],
    header: () => null,
    body,
    endpoint: () => "http://sandbox.example",
    limits: { nameLength: 8, bodyBytes: 1000, codeBytes: 100 },
  };
}

describe.each(apiVersions)("in $id", (version) => {
  const names = version.hasServices ? { service: "demo", function: "f" } : { function: "f" };
  const service = version.hasServices ? "demo" : "";

  test.each(operationNames)("a request for %s is read as a call of it, with its names", (name) => {
    expect(readCall(name, requestWith(namesOf(version, name)), version)).toMatchObject({
      value: { operation: name },
    });
    const qualifier = operations[name].names === "qualified function" ? "LATEST" : null;
    expect(namesReader(name)(requestWith(names), version)).toEqual({
      names: { service, function: "f", qualifier },
      error: undefined,
    });
  });

  test.each(operationNames)("%s only reads a body where the registry says so", (name) => {
    const error = { status: 400, code: "EntityTooLarge", message: "too large" } as const;
    const read = readCall(name, requestWith(names, {}, err(error)), version);
    expect(read.ok).toBe(operations[name].body === undefined);
  });

  test("what could be read of the names stays when the qualifier is none", () => {
    const inSegment = version.qualifierIn === "service segment";
    const request = inSegment
      ? requestWith({ ...names, service: "demo.0" })
      : requestWith(names, { qualifier: "0" });
    const { names: read, error } = namesReader("GetAsyncInvokeConfig")(request, version);
    expect(read).toEqual({ service, function: "f", qualifier: null });
    expect(error?.error.message).toMatch(/^Qualifier doesn't match expected format/);
  });

  test("a name may be as long as the request's limit says", () => {
    const { error } = namesReader("ListAsyncInvokeConfigs")(
      requestWith({ ...names, function: "f23456789" }),
      version,
    );
    expect(error?.error.message).toMatch(/^FunctionName exceeds the maximum allowed length \(max: 8, /);
  });
});

test("FC 3.0's list is of all functions unless the query names one", () => {
  const version = apiVersions.find(({ hasServices }) => !hasServices) ?? apiVersions[0];
  const read = (query: Record<string, string>) =>
    namesReader("ListAsyncInvokeConfigs")(requestWith({}, query), version).names.function;
  expect([read({}), read({ functionName: "" }), read({ functionName: "f" })]).toEqual([null, null, "f"]);
});
