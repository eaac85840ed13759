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
    limits: { nameLength: 8, bodyBytes: 1000, codeBytes: 100, eventBytes: 1000, asyncEventBytes: 1000 },
  };
}

/** A body by which every operation that has one can be read, whichever of its items the operation knows. */
const BODY = {
  serviceName: "demo",
  functionName: "f",
  runtime: "nodejs20",
  handler: "index.handler",
  customContainerConfig: { image: "registry.example/hello" },
  aliasName: "prod",
  versionId: "1",
};

describe.each(apiVersions)("in $id", (version) => {
  const names = version.hasServices ? { service: "demo", function: "f" } : { function: "f" };
  const all = { ...names, version: "1", alias: "prod" };
  const service = version.hasServices ? "demo" : "";
  const none = { service: null, function: null, qualifier: null };
  const ofFunction = { service, function: "f", qualifier: null };
  const ofOwner = version.hasServices ? { ...none, service } : ofFunction;
  const ofService = version.hasServices ? { ...none, service } : none;
  const expected = {
    nothing: none,
    service: ofService,
    "qualified service": ofService,
    function: ofFunction,
    "qualified function": { ...ofFunction, qualifier: "LATEST" },
    owner: ofOwner,
    "version of owner": { ...ofOwner, qualifier: "1" },
    "alias of owner": { ...ofOwner, qualifier: "prod" },
    "function, perhaps qualified": ofFunction,
    "function or all": ofFunction,
  };
  const its = operationNames.filter((name) => operations[name].routes[version.id]);

  test.each(its)("a request for %s is read as a call of it, with its names", (name) => {
    const request = requestWith(all, {}, ok(new TextEncoder().encode(JSON.stringify(BODY))));
    expect(readCall(name, request, version)).toMatchObject({ value: { operation: name } });
    expect(namesReader(name)(request, version)).toEqual({
      names: expected[operations[name].names],
      error: undefined,
    });
  });

  test.each(its)("%s only reads a body where the registry says so", (name) => {
    const error = { status: 400, code: "EntityTooLarge", message: "too large" } as const;
    const read = readCall(name, requestWith(all, {}, err(error)), version);
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
