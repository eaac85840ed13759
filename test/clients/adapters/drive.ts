import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type OperationName, routeOf } from "../../../src/fc/operations.ts";
import { type ApiVersion, versionById } from "../../../src/fc/versions.ts";
import {
  fc2Client,
  fc20230330 as fc3Sdk,
  fc20230330Client,
  fcOpen20210406Client,
  fcOpen20210406 as fcOpenSdk,
} from "../sdks.ts";
import type { Adapter } from "./adapter.ts";
import { fc2 } from "./fc2.ts";
import { fc20230330 } from "./fc20230330.ts";
import { fcOpen20210406 } from "./fcOpen20210406.ts";

/** What a request gives: the names in its path, its query and its body. */
export interface Given {
  readonly service?: string;
  readonly function?: string;
  readonly version?: string;
  readonly alias?: string;
  readonly task?: string;
  readonly qualifier?: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  readonly ifMatch?: string;
  /** What a function is invoked with, and how. */
  readonly event?: Uint8Array | string;
  readonly invocation?: {
    readonly isAsync?: boolean;
    readonly taskId?: string;
    readonly delaySeconds?: number;
    readonly logType?: "None" | "Tail";
  };
}

/** What the SDK shows of a response. */
export interface Shown {
  /** The items of a document, or the bytes that a function returned. */
  // biome-ignore lint/suspicious/noExplicitAny: a body has the items of its operation.
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls an operation of the registry by a method of an SDK. */
export type Drive = (operation: OperationName, given?: Given) => Promise<Shown>;

/** An SDK that tests drive through any operation of the registry. */
export interface Driver {
  readonly sdk: string;
  readonly version: ApiVersion;
  readonly drive: Drive;
  readonly refusal: Adapter["refusal"];
}

/** The SDK of each version of the API. */
export const drivers: readonly ((url: string) => Driver)[] = [
  (url) => ({ ...fc2(url), version: versionById("2016-08-15"), drive: fc2Drive(url) }),
  (url) => ({
    ...fcOpen20210406(url),
    version: versionById("2021-04-06"),
    drive: openApiDrive("2021-04-06", fcOpen20210406Client(url), fcOpenSdk, (given) => given, Buffer.from),
  }),
  (url) => ({
    ...fc20230330(url),
    version: versionById("2023-03-30"),
    drive: openApiDrive(
      "2023-03-30",
      fc20230330Client(url),
      fc3Sdk,
      (body) => ({ body }),
      (event) => Readable.from([Buffer.from(event)]),
    ),
  }),
];

type Method = (...args: unknown[]) => Promise<{
  headers: Record<string, string>;
  body?: { toMap(): object } | Uint8Array | Readable;
}>;
type Model = new (map: object) => object;

/**
 * The methods of an OpenAPI SDK have the names of the API's operations, and take the names in the path, a request if
 * there is anything else to say, and headers.
 */
function openApiDrive(
  id: ApiVersion["id"],
  client: object,
  sdk: object,
  bodyItems: (body: object) => object,
  eventBody: (event: string) => object,
): Drive {
  const models = sdk as Record<string, Model | undefined>;
  const methods = client as Record<string, Method | undefined>;
  const { taskIdHeader } = versionById(id);
  return async (operation, { qualifier, query, body, ifMatch, event, invocation, ...names } = {}) => {
    const route = routeOf(versionById(id), operation);
    if (!route) throw new Error(`${id} has no ${operation}`);
    const { name, path } = route;
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, key]) => names[key as keyof typeof names]);
    const Request = models[`${name}Request`];
    const items = {
      ...query,
      ...(qualifier === undefined ? {} : { qualifier }),
      ...(body && bodyItems(body)),
      ...(event === undefined ? {} : { body: eventBody(event as string) }),
    };
    const request = Request ? [new Request(items)] : [];
    const Headers = models[`${name}Headers`];
    const own = {
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...invocationItems(invocation, taskIdHeader),
    };
    const headers = Headers ? new Headers(own) : {};
    const method = `${name.charAt(0).toLowerCase()}${name.slice(1)}WithOptions`;
    const { [method]: called } = methods;
    if (!called) throw new Error(`the SDK has no ${method}`);
    const answer = await called.call(client, ...inPath, ...request, headers, newRuntimeOptions());
    return { body: await shownBody(answer.body), headers: answer.headers };
  };
}

/** The items of an OpenAPI SDK's headers of an invocation. */
function invocationItems(given: Given["invocation"], taskIdHeader: string): object {
  if (given === undefined) return {};
  const { isAsync = false, taskId, delaySeconds, logType } = given;
  const taskItem = taskIdHeader.replace(/^X/, "x").replaceAll("-", "");
  return {
    xFcInvocationType: isAsync ? "Async" : "Sync",
    ...(logType ? { xFcLogType: logType } : {}),
    ...(taskId ? { [taskItem]: taskId } : {}),
    ...(delaySeconds ? { commonHeaders: { "x-fc-async-delay": String(delaySeconds) } } : {}),
  };
}

/** A document's items, or bytes; undefined for an empty body. */
async function shownBody(body: { toMap(): object } | Uint8Array | Readable | undefined) {
  if (body === undefined || body instanceof Uint8Array) return body;
  if (body instanceof Readable) return buffer(body);
  return typeof body.toMap === "function" ? body.toMap() : undefined;
}

/** The options of a request that has none: both SDKs read any object. */
const newRuntimeOptions = () => ({ toMap: () => ({}) });

function fc2Drive(url: string): Drive {
  // The SDK has no types of its own.
  const client = fc2Client(url) as unknown as Record<
    string,
    (...args: unknown[]) => Promise<{ data: unknown; headers: Record<string, string> }>
  >;
  const calls: Readonly<{
    [N in OperationName]?: (given: Given) => readonly [method: string, ...args: unknown[]];
  }> = {
    CreateService: ({ body }) => {
      const { serviceName, ...items } = body as { serviceName: string };
      return ["createService", serviceName, items];
    },
    GetService: ({ service, qualifier }) => ["getService", service, {}, qualifier],
    UpdateService: ({ service, body, ...given }) => ["updateService", service, { ...body }, headersOf(given)],
    DeleteService: ({ service, ...given }) => ["deleteService", service, headersOf(given)],
    ListServices: ({ query }) => ["listServices", { ...query }],
    CreateFunction: ({ service, body }) => ["createFunction", service, { ...body }],
    GetFunction: ({ service, function: name, qualifier }) => ["getFunction", service, name, {}, qualifier],
    UpdateFunction: ({ service, function: name, body, ...given }) => [
      "updateFunction",
      service,
      name,
      { ...body },
      headersOf(given),
    ],
    DeleteFunction: ({ service, function: name, ...given }) => [
      "deleteFunction",
      service,
      name,
      {},
      headersOf(given),
    ],
    ListFunctions: ({ service, query, qualifier }) => ["listFunctions", service, { ...query }, {}, qualifier],
    GetFunctionCode: ({ service, function: name, qualifier }) => [
      "getFunctionCode",
      service,
      name,
      {},
      qualifier,
    ],
    PublishFunctionVersion: ({ service, body, ...given }) => [
      "publishVersion",
      service,
      (body as { description?: string } | undefined)?.description,
      headersOf(given),
    ],
    DeleteFunctionVersion: ({ service, version }) => ["deleteVersion", service, version],
    ListFunctionVersions: ({ service, query }) => ["listVersions", service, { ...query }],
    CreateAlias: ({ service, body }) => {
      const { aliasName, versionId, ...items } = body as { aliasName: string; versionId: string };
      return ["createAlias", service, aliasName, versionId, items];
    },
    GetAlias: ({ service, alias }) => ["getAlias", service, alias],
    UpdateAlias: ({ service, alias, body, ...given }) => {
      const { versionId, ...items } = (body ?? {}) as { versionId?: string };
      return ["updateAlias", service, alias, versionId, items, headersOf(given)];
    },
    DeleteAlias: ({ service, alias, ...given }) => ["deleteAlias", service, alias, headersOf(given)],
    ListAliases: ({ service, query }) => ["listAliases", service, { ...query }],
    PutAsyncInvokeConfig: ({ service, function: name, qualifier, body }) => [
      "putFunctionAsyncConfig",
      service,
      name,
      qualifier,
      { ...body },
    ],
    GetAsyncInvokeConfig: ({ service, function: name, qualifier }) => [
      "getFunctionAsyncConfig",
      service,
      name,
      qualifier,
    ],
    DeleteAsyncInvokeConfig: ({ service, function: name, qualifier }) => [
      "deleteFunctionAsyncConfig",
      service,
      name,
      qualifier,
    ],
    ListAsyncInvokeConfigs: ({ service, function: name, query }) => [
      "listFunctionAsyncConfigs",
      service,
      name,
      { ...query },
    ],
    InvokeFunction: ({ service, function: name, event, invocation = {}, qualifier }) => [
      "invokeFunction",
      service,
      name,
      typeof event === "string" || event === undefined ? event : Buffer.from(event),
      {
        "X-Fc-Invocation-Type": invocation.isAsync ? "Async" : "Sync",
        ...(invocation.logType ? { "X-Fc-Log-Type": invocation.logType } : {}),
        ...(invocation.taskId ? { "X-Fc-Stateful-Async-Invocation-Id": invocation.taskId } : {}),
        ...(invocation.delaySeconds ? { "X-Fc-Async-Delay": String(invocation.delaySeconds) } : {}),
      },
      qualifier,
      { rawBuf: true },
    ],
    // The SDK has no methods of its own for tasks.
    ListAsyncTasks: ({ query, ...given }) => ["get", tasksOf(given), { ...query }],
    GetAsyncTask: ({ task, ...given }) => ["get", `${tasksOf(given)}/${task}`],
    StopAsyncTask: ({ task, ...given }) => ["put", `${tasksOf(given)}/${task}`],
    ListStatefulAsyncInvocationFunctions: ({ query }) => [
      "get",
      "/stateful-async-invocation-functions",
      { ...query },
    ],
    ListTriggers: ({ service, function: name }) => ["listTriggers", service, name],
    ListProvisionConfigs: () => ["listProvisionConfigs"],
    // The SDK has no method of its own for it.
    ListVpcBindings: ({ service }) => ["get", `/services/${service}/bindings`],
  };
  return async (operation, given = {}) => {
    const call = calls[operation];
    if (!call) throw new Error(`no method of the SDK is known for ${operation}`);
    const [method, ...args] = call(given);
    const answer = await client[method]?.(...args);
    if (!answer) throw new Error(`the SDK has no ${method}`);
    return { body: answer.data, headers: answer.headers };
  };
}

function tasksOf({ service, function: name, qualifier }: Given): string {
  const owner = qualifier === undefined ? service : `${service}.${qualifier}`;
  return `/services/${owner}/functions/${name}/stateful-async-invocations`;
}

function headersOf({ ifMatch }: Given): Record<string, string> {
  return ifMatch === undefined ? {} : { "If-Match": ifMatch };
}
