import { describe, expect, test } from "vitest";
import { type ErrorCode, statusOf } from "../../src/fc/errors.ts";
import { type OperationName, operations, routesOf } from "../../src/fc/operations.ts";
import { isOf } from "../../src/openapi/errorResponses.ts";
import { servedSandbox } from "../program.ts";
import { type Driver, drivers, type Given } from "./adapters/drive.ts";

// Each operation of the registry, and each of its errors, by the SDK of each version that has it: an operation that is
// added to the registry, and which an SDK does not reach, fails here.

const code = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
const items = { handler: "index.handler", runtime: "nodejs16", code };

/** The bodies of requests that have one. */
const bodies: { readonly [N in OperationName]?: object } = {
  CreateService: { serviceName: "new-shop" },
  UpdateService: { description: "changed" },
  CreateFunction: { functionName: "new-report", ...items },
  UpdateFunction: { description: "changed" },
  PublishFunctionVersion: { description: "changed" },
  CreateAlias: { aliasName: "new-alias", versionId: "1" },
  UpdateAlias: { versionId: "1" },
  PutAsyncInvokeConfig: { maxAsyncRetryAttempts: 1 },
};

/** Tasks that wait for an hour: one of them is stopped. */
const WAITING = "waiting";
const STOPPED = "stopped";
const later = { isAsync: true, delaySeconds: 3600 };

/** What names all there is: a service, a function with code, its version 1 and its alias prod. */
const present = {
  service: "shop",
  function: "report",
  version: "1",
  alias: "prod",
  task: WAITING,
} satisfies Given;

function given(operation: OperationName, { body, ...changes }: Given = {}): Given {
  const own = bodies[operation];
  return {
    ...present,
    ...(own && { body: { ...own, ...body } }),
    ...(operation === "InvokeFunction" ? { event: "x" } : {}),
    ...changes,
  };
}

/** A sandbox of its own with all that is present. */
async function furnished(driver: (url: string) => Driver): Promise<Driver> {
  const by = driver(await servedSandbox());
  const { drive, version } = by;
  if (version.hasServices) await drive("CreateService", { body: { serviceName: "shop" } });
  await drive("CreateFunction", { service: "shop", body: { functionName: "report", ...items } });
  await drive("PublishFunctionVersion", present);
  await drive("CreateAlias", { ...present, body: { aliasName: "prod", versionId: "1" } });
  await drive("PutAsyncInvokeConfig", { ...present, body: { [version.statefulItem]: true } });
  for (const taskId of [WAITING, STOPPED]) {
    await drive("InvokeFunction", { ...present, event: "x", invocation: { ...later, taskId } });
  }
  await drive("StopAsyncTask", { ...present, task: STOPPED });
  return by;
}

/** How to make a request of the operation fail with a code. */
function failing(operation: OperationName, error: ErrorCode): Given {
  const { names } = operations[operation];
  const onAlias = /^(Create|Update)Alias$/.test(operation);
  switch (error) {
    case "ServiceNotFound":
      return given(operation, { service: "no-shop" });
    case "FunctionNotFound":
      return given(operation, { function: "no-report" });
    case "VersionNotFound":
      if (onAlias) return given(operation, { body: { versionId: "99" } });
      return given(operation, names === "version of owner" ? { version: "99" } : { qualifier: "99" });
    case "AliasNotFound":
      return given(operation, names === "alias of owner" ? { alias: "nobody" } : { qualifier: "nobody" });
    case "PreconditionFailed":
      return given(operation, { ifMatch: "of-another-state" });
    case "ServiceAlreadyExists":
      return given(operation, { body: { serviceName: "shop" } });
    case "FunctionAlreadyExists":
      return given(operation, { body: { functionName: "report" } });
    case "AliasAlreadyExists":
      return given(operation, { body: { aliasName: "prod" } });
    case "EntityTooLarge":
      return given(operation, { event: "x".repeat(131_073), invocation: later });
    case "StatefulAsyncInvocationAlreadyExists":
    case "AsyncTaskAlreadyExists":
      return given(operation, { invocation: { ...later, taskId: WAITING } });
    case "AsyncInvocationStopped":
      return given(operation, { task: STOPPED, invocation: { ...later, taskId: STOPPED } });
    case "StatefulAsyncInvocationNotFound":
    case "AsyncTaskNotFound":
      return given(operation, { task: "nowhere" });
    default:
      // The function has a version that is as the function is; the service has a function.
      return given(operation);
  }
}

/** Deletes come last, each before what it is in. */
function inOrder(a: OperationName, b: OperationName): number {
  const order = [
    "DeleteAsyncInvokeConfig",
    "DeleteAlias",
    "DeleteFunctionVersion",
    "DeleteFunction",
    "DeleteService",
  ];
  return order.indexOf(a) - order.indexOf(b);
}

describe.each(await Promise.all(drivers.map(furnished)))("$sdk", (by) => {
  const routes = routesOf(by.version);
  // Whether a config exists is said in "declared" mode, and configs.test.ts has their other errors.
  const errors = routes
    .filter(({ operation }) => operations[operation].resource !== "config")
    .flatMap(({ name, operation }) =>
      operations[operation].errors
        .filter((error) => isOf(by.version, operations[operation], error))
        .map((error) => ({ name, operation, error })),
    );

  test.each(errors)("$name fails with $error", async ({ operation, error }) => {
    const refused = await by.refusal(by.drive(operation, failing(operation, error)));
    expect(refused).toEqual({ code: error, statusCode: statusOf(error), message: expect.any(String) });
  });

  test("every operation is driven", async () => {
    const wanted = routes.map(({ operation }) => operation).toSorted(inOrder);
    for (const operation of wanted) {
      if (operation === "DeleteService")
        await by.drive("DeleteFunction", given(operation, { function: "new-report" }));
      if (operation === "DeleteAlias") await by.drive(operation, given(operation, { alias: "new-alias" }));
      // A version is published of what has changed.
      if (operation === "PublishFunctionVersion") await by.drive("UpdateFunction", given("UpdateFunction"));
      if (operation === "DeleteFunctionVersion") await by.drive(operation, { ...present, version: "2" });
      const { body } = await by.drive(operation, given(operation));
      const { schema } = operations[operation].answer;
      if (schema === "Payload") expect(String(body)).toBe("x");
      // FC 2.0 answers a stop with an empty object.
      else if (operation !== "StopAsyncTask") {
        expect(typeof body === "object", operation).toBe(schema !== undefined);
      }
      if (schema === "EmptyList") expect(Object.values(body), operation).toContainEqual([]);
    }
  });
});
