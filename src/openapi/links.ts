import type { OperationId } from "../documents/operations.ts";
import { type OperationName, routeOf, type VersionRoute } from "../fc/operations.ts";
import type { ApiVersion } from "../fc/versions.ts";
import { addressOf, operationId, qualifierPlace } from "./routes.ts";
import type { JsonObject } from "./schemas.ts";

// Links say which operations can follow on a response, and with which names: of the request, or of the response.
// Tools that test sequences of requests go by them.

/** The operations that can follow on a successful response with one resource. */
const following: { readonly [N in OperationName]?: readonly OperationName[] } = {
  PutAsyncInvokeConfig: [
    "GetAsyncInvokeConfig",
    "DeleteAsyncInvokeConfig",
    "ListAsyncInvokeConfigs",
    "InvokeFunction",
  ],
  GetAsyncInvokeConfig: ["PutAsyncInvokeConfig", "DeleteAsyncInvokeConfig"],
  DeleteAsyncInvokeConfig: ["GetAsyncInvokeConfig"],
  ListAsyncInvokeConfigs: ["GetAsyncInvokeConfig", "DeleteAsyncInvokeConfig"],
  CreateService: ["GetService", "UpdateService", "DeleteService", "CreateFunction", "ListFunctions"],
  UpdateService: ["GetService"],
  DeleteService: ["GetService"],
  ListServices: ["GetService"],
  CreateFunction: [
    "GetFunction",
    "GetFunctionCode",
    "UpdateFunction",
    "DeleteFunction",
    "InvokeFunction",
    "PutAsyncInvokeConfig",
  ],
  UpdateFunction: ["GetFunction"],
  DeleteFunction: ["GetFunction"],
  ListFunctions: ["GetFunction"],
  PublishFunctionVersion: ["DeleteFunctionVersion", "ListFunctionVersions"],
  ListFunctionVersions: ["DeleteFunctionVersion"],
  CreateAlias: ["GetAlias", "UpdateAlias", "DeleteAlias", "ListAliases"],
  UpdateAlias: ["GetAlias"],
  DeleteAlias: ["GetAlias"],
  ListAliases: ["GetAlias"],
  ListAsyncTasks: ["GetAsyncTask", "StopAsyncTask"],
};

/** The operations that can follow when an event was enqueued: with the id of the task, which a header has. */
const followingTask: readonly OperationName[] = ["GetAsyncTask", "StopAsyncTask"];

/** The list in a response, by the operation. The names in its first element are those of the operations that follow. */
const lists: { readonly [N in OperationName]?: string } = {
  ListServices: "services",
  ListFunctions: "functions",
  ListFunctionVersions: "versions",
  ListAliases: "aliases",
};

/** The `links` of a response of the API: on success, or with `accepted` where the event was enqueued. */
export function linksOf(
  version: ApiVersion,
  route: VersionRoute,
  prefix: string,
  accepted?: "accepted",
): { readonly links?: JsonObject } {
  const targets = (accepted ? followingTask : following[route.operation]) ?? [];
  const links = targets.flatMap((name) => {
    const target = routeOf(version, name);
    const parameters = target && parametersOf(version, route, target);
    return parameters
      ? [[target.name, { operationId: operationId(target, version, prefix), parameters }]]
      : [];
  });
  return links.length === 0 ? {} : { links: Object.fromEntries(links) };
}

/** The parameters of the operation that follows; undefined where neither the request nor the response names it. */
function parametersOf(
  version: ApiVersion,
  source: VersionRoute,
  target: VersionRoute,
): JsonObject | undefined {
  if (source.operation === "ListAsyncInvokeConfigs") return parametersOfListed(version);
  const [from, to] = [addressOf(source.path), addressOf(target.path)];
  const path = [...to.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [
    `path.${name}`,
    placeOf(name, version, source, target),
  ]);
  const isOfFunction = from.includes("{functionName}") && !to.includes("{functionName}");
  const isOfAll = target.operation === "ListAsyncInvokeConfigs" && isOfFunction;
  const isQualified = [source, target].every((route) => qualifierPlace(version, route) === "query");
  return Object.fromEntries([
    ...path,
    ...(isQualified ? [["query.qualifier", "$request.query.qualifier"]] : []),
    ...(isOfAll ? [["query.functionName", "$request.path.functionName"]] : []),
  ]);
}

/** Where the value of a path's parameter is: in the request's path if that has it, or else in the response. */
function placeOf(name: string, version: ApiVersion, source: VersionRoute, target: VersionRoute): string {
  if (/^(?:taskId|invocationId)$/.test(name)) {
    return source.operation === "ListAsyncTasks"
      ? `$response.body#/${version.taskListItem}/0/${version.taskItems.id}`
      : `$response.header.${version.taskIdHeader}`;
  }
  const isInPath = addressOf(source.path).includes(`{${name}}`);
  const isQualified = name === "serviceName" && qualifierPlace(version, source) === "service segment";
  if (isInPath && !(isQualified && qualifierPlace(version, target) === undefined))
    return `$request.path.${name}`;
  const list = isInPath ? undefined : lists[source.operation];
  return `$response.body#/${list === undefined ? "" : `${list}/0/`}${name}`;
}

/** The names of the first config in a list. FC 3.0 shows no names there, but ARNs. */
function parametersOfListed({ hasServices, qualifierIn }: ApiVersion): JsonObject | undefined {
  const first = "$response.body#/configs/0";
  if (!hasServices) return undefined;
  const isInQuery = qualifierIn === "query";
  return {
    "path.serviceName": isInQuery ? `${first}/service` : `{${first}/service}.{${first}/qualifier}`,
    "path.functionName": `${first}/function`,
    ...(isInQuery ? { "query.qualifier": `${first}/qualifier` } : {}),
  };
}

/** The operations of the control plane that can follow, and where the response has the id of what they are for. */
const followingControl: {
  readonly [Id in OperationId]?: { readonly id: string; readonly operations: readonly OperationId[] };
} = {
  addFault: { id: "id", operations: ["replaceFault", "removeFault"] },
  replaceFault: { id: "id", operations: ["removeFault"] },
  listFaults: { id: "faults/0/id", operations: ["replaceFault", "removeFault"] },
  addOutcomes: { id: "id", operations: ["replaceOutcomes", "removeOutcomes"] },
  replaceOutcomes: { id: "id", operations: ["removeOutcomes"] },
  listOutcomes: { id: "outcomes/0/id", operations: ["replaceOutcomes", "removeOutcomes"] },
  listInvocations: {
    id: "invocations/0/id",
    operations: ["getInvocation", "getInvocationRecord", "stopInvocation"],
  },
  createSandbox: { id: "id", operations: ["deleteSandbox", "createLink"] },
  listSandboxes: {
    id: "sandboxes/0/id",
    operations: ["getRegisteredSandbox", "createLink", "restoreSandbox", "deleteSandbox"],
  },
  createInvitation: { id: "id", operations: ["revokeInvitation"] },
  listInvitations: { id: "invitations/0/id", operations: ["revokeInvitation"] },
};

/** The `links` of a successful response of the control plane. */
export function controlLinksOf(id: OperationId): { readonly links?: JsonObject } {
  const row = followingControl[id];
  if (row === undefined) return {};
  const parameters = { "path.id": `$response.body#/${row.id}` };
  return { links: Object.fromEntries(row.operations.map((one) => [one, { operationId: one, parameters }])) };
}
