import type { OperationName } from "../fc/operations.ts";

/** The texts of an operation. They are not in the registry, so that the Worker's bundle omits them. */
interface OperationText {
  readonly summary: string;
  readonly description: string;
  /** The description of the request's body, where there is one. */
  readonly body?: string;
  /** The description of a successful response. */
  readonly answer: string;
}

export const operationTexts: Readonly<Record<OperationName, OperationText>> = {
  PutAsyncInvokeConfig: {
    summary: "Create a config, or merge into it",
    description:
      "Creates the config when there is none. Otherwise the items given replace those stored and the others stay; `null` is not given. In FC 2.0, a destination that is not given stays, too; in FC 3.0, `destinationConfig` replaces both destinations. The setting `destinations` changes that.",
    body: "The items to set. No body is no item.",
    answer: "The config as it is now",
  },
  GetAsyncInvokeConfig: {
    summary: "Read a config",
    description: "Items that were never set are null.",
    answer: "The config as it is now",
  },
  DeleteAsyncInvokeConfig: {
    summary: "Delete a config",
    description: "The config of this qualifier; others stay.",
    answer: "Deleted",
  },
  ListAsyncInvokeConfigs: {
    summary: "List configs",
    description:
      "A page of configs in the order of their names. `nextToken` is good for the next page, also while configs come and go. The last page has none, or an empty one.",
    answer: "A page of configs",
  },
  InvokeFunction: {
    summary: "Invoke a function",
    description:
      "What the function does is what the sandbox's outcomes say, or the header `X-Sandbox-Outcome`: without them it succeeds and returns the event. With `X-Fc-Invocation-Type: Async` the event is enqueued; it is run, retried, expired and delivered as the config of the qualifier says.",
    body: "The event: any bytes.",
    answer: "What the function returned. A function's error has `X-Fc-Error-Type`.",
  },
  ListAsyncTasks: {
    summary: "List tasks",
    description:
      "Tasks are asynchronous invocations that keep state: by their config, or in 2021-04-06 by a header. They are kept for seven days of the sandbox's time.",
    answer: "A page of tasks",
  },
  GetAsyncTask: {
    summary: "Read a task",
    description: "With its payloads.",
    answer: "The task",
  },
  StopAsyncTask: {
    summary: "Stop a task",
    description: "A task that has not ended will be Stopped, whatever its attempt returns.",
    answer: "The task is Stopping",
  },
  ListStatefulAsyncInvocationFunctions: {
    summary: "List the functions that have tasks",
    description: "Those with a config by which invocations are tasks, too.",
    answer: "A page of functions",
  },
  CreateService: {
    summary: "Create a service",
    description: "A service of FC 2.0 holds functions, and is what versions and aliases are of.",
    body: "The service. `serviceName` is required.",
    answer: "The service",
  },
  GetService: {
    summary: "Read a service",
    description: "With a qualifier, as the version is a picture of it.",
    answer: "The service",
  },
  UpdateService: {
    summary: "Update a service",
    description:
      "The items given replace those stored and the others stay; `null` is not given. An item that is an object is replaced whole. With `If-Match`, only the state with that ETag is changed.",
    body: "The items to set.",
    answer: "The service as it is now",
  },
  DeleteService: {
    summary: "Delete a service",
    description: "Only when it has no functions, versions and aliases.",
    answer: "Deleted",
  },
  ListServices: {
    summary: "List services",
    description: "In the order of their names.",
    answer: "A page of services",
  },
  CreateFunction: {
    summary: "Create a function",
    description: "The code is measured, and stored up to a limit; code in a bucket is stored as a name.",
    body: "The function. `functionName`, `runtime`, `handler`, and `code` or `customContainerConfig` are required.",
    answer: "The function",
  },
  GetFunction: {
    summary: "Read a function",
    description: "With a qualifier, as the version is a picture of it.",
    answer: "The function",
  },
  UpdateFunction: {
    summary: "Update a function",
    description:
      "The items given replace those stored and the others stay; `null` is not given. An item that is an object is replaced whole. With `If-Match`, only the state with that ETag is changed.",
    body: "The items to set.",
    answer: "The function as it is now",
  },
  DeleteFunction: {
    summary: "Delete a function",
    description: "Its configs are deleted, too.",
    answer: "Deleted",
  },
  ListFunctions: {
    summary: "List functions",
    description: "In the order of their names; in FC 2.0, of one service.",
    answer: "A page of functions",
  },
  GetFunctionCode: {
    summary: "Where a function's code is",
    description:
      "The address is good for a download while the function has that code. Code in a bucket has the bucket's address, which is not the sandbox's.",
    answer: "The address and checksum",
  },
  PublishFunctionVersion: {
    summary: "Publish a version",
    description:
      "A picture of the service (FC 2.0) or the function (FC 3.0) as it is now. Numbers count up from 1 and are never used again.",
    body: "The version's description.",
    answer: "The version",
  },
  DeleteFunctionVersion: {
    summary: "Delete a version",
    description: "Only when no alias points to it. The configs of that qualifier are deleted, too.",
    answer: "Deleted",
  },
  ListFunctionVersions: {
    summary: "List versions",
    description: "The highest number first, or with `direction=FORWARD` last.",
    answer: "A page of versions",
  },
  CreateAlias: {
    summary: "Create an alias",
    description:
      "A name for a version that is there, and perhaps a part of the invocations for another version.",
    body: "The alias. `aliasName` and `versionId` are required.",
    answer: "The alias",
  },
  GetAlias: {
    summary: "Read an alias",
    description: "The version that it points to, and its other items.",
    answer: "The alias",
  },
  UpdateAlias: {
    summary: "Update an alias",
    description: "The items given replace those stored and the others stay; `null` is not given.",
    body: "The items to set.",
    answer: "The alias as it is now",
  },
  DeleteAlias: {
    summary: "Delete an alias",
    description: "The configs of that qualifier are deleted, too.",
    answer: "Deleted",
  },
  ListAliases: {
    summary: "List aliases",
    description: "In the order of their names.",
    answer: "A page of aliases",
  },
  ListTriggers: {
    summary: "List triggers",
    description: "A sandbox has no triggers: the list is empty.",
    answer: "An empty list",
  },
  ListProvisionConfigs: {
    summary: "List provision configs",
    description: "A sandbox has none: the list is empty.",
    answer: "An empty list",
  },
  ListScalingConfigs: {
    summary: "List scaling configs",
    description: "A sandbox has none: the list is empty.",
    answer: "An empty list",
  },
  ListConcurrencyConfigs: {
    summary: "List concurrency configs",
    description: "A sandbox has none: the list is empty.",
    answer: "An empty list",
  },
  ListVpcBindings: {
    summary: "List VPC bindings",
    description: "A sandbox has none: the list is empty.",
    answer: "An empty list",
  },
};
