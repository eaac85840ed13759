import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import type { ErrorCode } from "../../src/fc/errors.ts";
import { type OperationName, operationNamed, operations } from "../../src/fc/operations.ts";
import { SERVER } from "../server.ts";
import type { Operation } from "./document.ts";

/** A request of an operation: the values of its path's parameters, and the rest of it. */
export interface ResourceRequest {
  readonly values: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const EMPTY_ZIP = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
/** What a function must have besides its name. */
export const FUNCTION = { runtime: "nodejs20", handler: "index.handler", code: { zipFile: EMPTY_ZIP } };
const SMALL_LIMIT = 70_000;
const FUNCTION_LIMIT = 8_400_000;

/** What each operation that has a body sends to succeed. */
const bodies: { readonly [N in OperationName]?: object } = {
  CreateService: { serviceName: "orders", description: "The order service" },
  UpdateService: { description: "The order service" },
  CreateFunction: { functionName: "charge", memorySize: 512, timeout: 60, ...FUNCTION },
  UpdateFunction: { memorySize: 1024 },
  PublishFunctionVersion: { description: "Release 2" },
  CreateAlias: { aliasName: "blue", versionId: "1" },
  UpdateAlias: { description: "Production" },
  InvokeFunction: { order: 7 },
};

/** A task that has not ended, and one that was stopped. */
const TASK = "order-7";
const STOPPED_TASK = "order-8";
/** More than an asynchronous event may have. */
const ASYNC_LIMIT = 131_072;

/** The operation of the registry that an operation of the document is. */
export function registered(operation: Operation): OperationName {
  const name = operationNamed(operation.id.split("_")[0] ?? "");
  if (name === undefined) throw new Error(`no operation ${operation.id}`);
  return name;
}

/**
 * A sandbox with a service and a function, each with version 1 and the alias prod, and with empty ones. The function
 * has a task that has not ended, and one that was stopped.
 */
export async function filledSandbox(hasServices: boolean): Promise<SandboxClient> {
  const sandbox = await createSandbox(SERVER);
  await sandbox.clock.freeze("2030-01-01T00:00:00Z");
  const prefix = hasServices ? "/2021-04-06" : "/2023-03-30";
  const owner = hasServices ? `${prefix}/services/demo` : `${prefix}/functions/hello`;
  const functions = hasServices ? `${owner}/functions` : `${prefix}/functions`;
  const send = async (method: string, path: string, body: object, own: Record<string, string> = {}) => {
    const headers = { "Content-Type": "application/json", ...own };
    const response = await fetch(sandbox.endpoint + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  if (hasServices) {
    for (const serviceName of ["demo", "spare"]) await send("POST", `${prefix}/services`, { serviceName });
  }
  for (const functionName of ["hello", "spare"]) await send("POST", functions, { functionName, ...FUNCTION });
  await send("POST", `${owner}/versions`, { description: "Release 1" });
  await send("POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
  // So that there is something to publish.
  await send("PUT", `${functions}/hello`, { timeout: 30 });
  const stateful = hasServices ? { statefulInvocation: true } : { asyncTask: true };
  await send("PUT", `${functions}/hello/async-invoke-config`, stateful);
  for (const task of [TASK, STOPPED_TASK]) {
    await send("POST", `${functions}/hello/invocations`, { order: 7 }, asTask(task));
  }
  const tasks = `${functions}/hello/${hasServices ? "stateful-async-invocations" : "async-tasks"}`;
  await send("PUT", `${tasks}/${STOPPED_TASK}${hasServices ? "" : "/stop"}`, {});
  return sandbox;
}

/** The headers of an asynchronous invocation that is a task with this id, in every version. */
function asTask(id: string): Record<string, string> {
  return {
    "X-Fc-Invocation-Type": "Async",
    "X-Fc-Stateful-Async-Invocation-Id": id,
    "X-Fc-Async-Task-Id": id,
  };
}

/** The request by which an operation succeeds. */
export function success(operation: Operation): ResourceRequest {
  const name = registered(operation);
  const resource = { serviceName: "demo", functionName: "hello", versionId: "1", aliasName: "prod" };
  const names = { ...resource, invocationId: TASK, taskId: TASK };
  const values =
    name === "DeleteService"
      ? { ...names, serviceName: "spare" }
      : name === "DeleteFunction"
        ? { ...names, functionName: "spare" }
        : names;
  const body = bodies[name];
  return {
    values,
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(name === "InvokeFunction" ? { headers: EVENT } : {}),
  };
}

const EVENT = { "Content-Type": "application/octet-stream" };

/** The requests by which an operation succeeds in each way that it has. */
export function successes(operation: Operation): readonly ResourceRequest[] {
  const usual = success(operation);
  if (registered(operation) !== "InvokeFunction") return [usual];
  const logged = { "X-Fc-Log-Type": "Tail", "X-Sandbox-Outcome": "handledError" };
  return [
    usual,
    { ...usual, headers: { ...EVENT, ...logged } },
    { ...usual, headers: { ...EVENT, ...asTask("order-9") } },
  ];
}

/** A request of an operation that gets this error; undefined when it takes another state of the sandbox. */
export function failing(operation: Operation, code: ErrorCode): ResourceRequest | undefined {
  const name = registered(operation);
  const usual = success(operation);
  const { names, query, body } = operations[name];
  const queried: readonly string[] = query;
  const withValues = (values: Record<string, string>) => ({
    ...usual,
    values: { ...usual.values, ...values },
  });
  const withBody = (items: object) => ({ ...usual, body: JSON.stringify({ ...bodies[name], ...items }) });
  const withQualifier = (qualifier: string) =>
    operation.path.startsWith("/2016-08-15") || operation.path.startsWith("/services")
      ? withValues({ serviceName: `demo.${qualifier}` })
      : { ...usual, query: `?qualifier=${qualifier}` };
  switch (code) {
    case "InvalidArgument":
      if (queried.some((one) => /limit$/i.test(one))) return { ...usual, query: "?limit=101" };
      if (name === "CreateService") return { ...usual, body: "{}" };
      if (name === "CreateFunction") return withBody({ functionName: "9" });
      return withValues(
        operation.path.includes("{serviceName}") ? { serviceName: "9" } : { functionName: "9" },
      );
    case "ServiceNotFound":
      return withValues({ serviceName: "nothing" });
    case "FunctionNotFound":
      return withValues({ functionName: "nothing" });
    case "VersionNotFound":
      if (name === "DeleteFunctionVersion") return withValues({ versionId: "9" });
      return name.endsWith("Alias") ? withBody({ versionId: "9" }) : withQualifier("9");
    case "AliasNotFound":
      return names === "alias of owner" ? withValues({ aliasName: "nothing" }) : withQualifier("nothing");
    case "ServiceAlreadyExists":
      return withBody({ serviceName: "demo" });
    case "FunctionAlreadyExists":
      return withBody({ functionName: "hello" });
    case "AliasAlreadyExists":
      return withBody({ aliasName: "prod" });
    case "ServiceNotEmpty":
      return withValues({ serviceName: "demo" });
    case "FunctionNotEmpty":
      return withValues({ functionName: "hello" });
    case "PreconditionFailed":
      return { ...usual, headers: { "If-Match": "0".repeat(32) } };
    case "StatefulAsyncInvocationNotFound":
    case "AsyncTaskNotFound":
      return withValues({ invocationId: "nothing", taskId: "nothing" });
    case "StatefulAsyncInvocationAlreadyExists":
    case "AsyncTaskAlreadyExists":
      return { ...usual, headers: { ...EVENT, ...asTask(TASK) } };
    case "AsyncInvocationStopped":
      return name === "InvokeFunction"
        ? { ...usual, headers: { ...EVENT, ...asTask(STOPPED_TASK) } }
        : withValues({ invocationId: STOPPED_TASK, taskId: STOPPED_TASK });
    case "EntityTooLarge": {
      if (body?.limit === "eventBytes") {
        return { ...usual, headers: { ...EVENT, ...asTask("order-9") }, body: "x".repeat(ASYNC_LIMIT + 1) };
      }
      const size = body?.limit ? FUNCTION_LIMIT : SMALL_LIMIT;
      return { ...usual, body: JSON.stringify({ x: "x".repeat(size) }) };
    }
    case "UnsupportedMediaType":
      return { ...usual, headers: { "Content-Type": "text/plain" } };
    default:
      return undefined;
  }
}
