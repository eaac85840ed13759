import type { Result } from "../lib/result.ts";
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from "./aliases/operations.ts";
import { deleteAsyncInvokeConfig } from "./asyncConfig/deleteAsyncInvokeConfig.ts";
import { getAsyncInvokeConfig } from "./asyncConfig/getAsyncInvokeConfig.ts";
import { listAsyncInvokeConfigs } from "./asyncConfig/listAsyncInvokeConfigs.ts";
import type { ConfigChange, ConfigHandler, ConfigOperand } from "./asyncConfig/operand.ts";
import { putAsyncInvokeConfig } from "./asyncConfig/putAsyncInvokeConfig.ts";
import { byteLength } from "./bodyItems.ts";
import { emptyLists } from "./emptyLists/operations.ts";
import { type ApiError, failure } from "./errors.ts";
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionCode,
  listFunctions,
  updateFunction,
} from "./functions/operations.ts";
import { invokeFunction } from "./invocations/invokeFunction.ts";
import type { InvocationChange, InvocationHandler, InvocationOperand } from "./invocations/operand.ts";
import {
  getAsyncTask,
  listAsyncTasks,
  listStatefulAsyncInvocationFunctions,
  stopAsyncTask,
} from "./invocations/tasks.ts";
import type { OperationName } from "./operations.ts";
import type { OperationRequest, Performed } from "./request.ts";
import { type ResourceChange, type ResourceHandler, type ResourceOperand, wouldStore } from "./resources.ts";
import {
  createService,
  deleteService,
  getService,
  listServices,
  updateService,
} from "./services/operations.ts";
import {
  deleteFunctionVersion,
  listFunctionVersions,
  publishFunctionVersion,
} from "./versions/operations.ts";
import type { ApiVersion } from "./versions.ts";

/** The handlers of operations on one function's configs. */
const configHandlers = {
  PutAsyncInvokeConfig: putAsyncInvokeConfig,
  GetAsyncInvokeConfig: getAsyncInvokeConfig,
  DeleteAsyncInvokeConfig: deleteAsyncInvokeConfig,
  ListAsyncInvokeConfigs: listAsyncInvokeConfigs,
} as const;

/** The handlers of operations on one function's invocations. */
const invocationHandlers = {
  InvokeFunction: invokeFunction,
  ListAsyncTasks: listAsyncTasks,
  GetAsyncTask: getAsyncTask,
  StopAsyncTask: stopAsyncTask,
  ListStatefulAsyncInvocationFunctions: listStatefulAsyncInvocationFunctions,
} as const;

/** The handlers of operations on a sandbox's resources. */
const resourceHandlers = {
  CreateService: createService,
  GetService: getService,
  UpdateService: updateService,
  DeleteService: deleteService,
  ListServices: listServices,
  CreateFunction: createFunction,
  GetFunction: getFunction,
  UpdateFunction: updateFunction,
  DeleteFunction: deleteFunction,
  ListFunctions: listFunctions,
  GetFunctionCode: getFunctionCode,
  PublishFunctionVersion: publishFunctionVersion,
  DeleteFunctionVersion: deleteFunctionVersion,
  ListFunctionVersions: listFunctionVersions,
  CreateAlias: createAlias,
  GetAlias: getAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
  ...emptyLists,
} as const;

const handlers = { ...configHandlers, ...invocationHandlers, ...resourceHandlers } as const satisfies {
  readonly [N in OperationName]:
    | ConfigHandler<{ readonly operation: N }>
    | InvocationHandler<{ readonly operation: N }>
    | ResourceHandler<{ readonly operation: N }>;
};

/** A parsed request for one function's configs, with its input. */
export type ConfigCall = {
  [N in keyof typeof configHandlers]: (typeof configHandlers)[N] extends ConfigHandler<infer C> ? C : never;
}[keyof typeof configHandlers];

/** A parsed request for one function's invocations, with its input. */
export type InvocationCall = {
  [N in keyof typeof invocationHandlers]: (typeof invocationHandlers)[N] extends InvocationHandler<infer C>
    ? C
    : never;
}[keyof typeof invocationHandlers];

/** A parsed request for a sandbox's resources, with its input. */
export type ResourceCall = {
  [N in keyof typeof resourceHandlers]: (typeof resourceHandlers)[N] extends ResourceHandler<infer C>
    ? C
    : never;
}[keyof typeof resourceHandlers];

/** A parsed request: one of the operations, with its input. */
export type Call = ConfigCall | InvocationCall | ResourceCall;

/** Parses a request for an operation; the error is the API's own. */
export function readCall(
  operation: OperationName,
  request: OperationRequest,
  version: ApiVersion,
): Result<Call, ApiError> {
  return handlers[operation].read(request, version);
}

/** Whether a call is for configs: then the function's object performs it. */
export function isConfigCall(call: Call): call is ConfigCall {
  return call.operation in configHandlers;
}

/** Whether a call is for invocations: then the function's object performs it, too. */
export function isInvocationCall(call: Call): call is InvocationCall {
  return call.operation in invocationHandlers;
}

/** Performs a call on one function's invocations. */
export function performOnInvocations(
  call: InvocationCall,
  on: InvocationOperand,
): Performed<InvocationChange> | Promise<Performed<never>> {
  const { perform } = invocationHandlers[call.operation] as unknown as InvocationHandler<InvocationCall>;
  return perform(call, on);
}

/** Performs a call on one function's configs. */
export function performOnConfigs(
  call: ConfigCall,
  on: ConfigOperand,
): Performed<ConfigChange> | Promise<Performed<never>> {
  // TypeScript can't see that `operation` selects the handler of this type of call.
  const { perform } = configHandlers[call.operation] as ConfigHandler<ConfigCall>;
  return perform(call, on);
}

/** Performs a call on a sandbox's resources. */
export function performOnResources(
  call: ResourceCall,
  on: ResourceOperand,
): Performed<ResourceChange> | Promise<Performed<never>> {
  const { perform } = resourceHandlers[call.operation] as unknown as ResourceHandler<ResourceCall>;
  const performed = perform(call, on);
  return performed instanceof Promise ? performed : bounded(performed, on);
}

/**
 * EntityTooLarge when a resource would have more items than fit into one body: updates add up. InvalidArgument
 * when the sandbox would store too much with a version: each version of a service has copies of its functions.
 */
function bounded(
  performed: Performed<ResourceChange>,
  { limits, resources }: ResourceOperand,
): Performed<ResourceChange> {
  const { change } = performed;
  if (change === undefined) return performed;
  const isTooLarge = change.some(
    ({ value }) => value !== null && "items" in value && byteLength(value.items) > limits.bodyBytes,
  );
  if (isTooLarge) return { outcome: failure("EntityTooLarge", limits.bodyBytes) };
  return resources.hasRoomForVersions(change, limits.sandboxBytes)
    ? performed
    : { outcome: failure("InvalidArgument", `with this version, ${wouldStore(limits.sandboxBytes)}`) };
}
