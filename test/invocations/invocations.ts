import { SELF } from "cloudflare:test";
import type { CreationOptions } from "../../src/client/index.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { type Answer, fromAnotherClient } from "../request.ts";

export const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";
export const TOPIC = "acs:mns:cn-hangzhou:123456:/topics/done/messages";
export const NOW = "2030-01-31T12:00:00.000Z";
const FC3 = "/2023-03-30/functions";

/** The time so many seconds after the frozen time. */
export function at(seconds: number): string {
  return new Date(Date.parse(NOW) + seconds * 1000).toISOString();
}

/** The destination that an FC 3.0 function is. */
export function functionNamed(name: string): string {
  return `acs:fc:cn-hangzhou:123456:functions/${name}`;
}

/** Puts the config of an FC 3.0 function. */
export async function configure(sandbox: TestSandbox, name: string, config: object): Promise<void> {
  const answer = await sandbox.send("PUT", `${FC3}/${name}/async-invoke-config`, config);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Invokes an FC 3.0 function asynchronously. */
export function invoke(
  sandbox: TestSandbox,
  name: string,
  headers: Record<string, string> = {},
  event: unknown = { order: 7 },
): Promise<Answer> {
  return sandbox.send("POST", `${FC3}/${name}/invocations`, event, {
    "X-Fc-Invocation-Type": "Async",
    ...headers,
  });
}

/** The id of the invocation that a request made. */
export function idOf({ headers }: Answer): string {
  return headers.get("X-Fc-Async-Task-Id") ?? headers.get("X-Fc-Request-Id") ?? "";
}

/** What happened to an invocation: its statuses, and when. */
export async function historyOf(sandbox: TestSandbox, id: string): Promise<string[]> {
  const { events } = await sandbox.invocations.get(id);
  return events.map(({ status, time }) => `${status} +${(Date.parse(time) - Date.parse(NOW)) / 1000}`);
}

/** How each API version invokes a function (of the service `demo`, in FC 2.0), and what it calls things. */
export const apis = [
  {
    id: "2016-08-15",
    service: "demo",
    invocations: (name: string, qualifier?: string) =>
      `/2016-08-15/services/demo${qualifier ? `.${qualifier}` : ""}/functions/${name}/invocations`,
    tasks: (name: string, rest = "") =>
      `/2016-08-15/services/demo/functions/${name}/stateful-async-invocations${rest}`,
    stop: (name: string, id: string) =>
      `/2016-08-15/services/demo/functions/${name}/stateful-async-invocations/${id}`,
    stopped: 200,
    config: (name: string) => `/2016-08-15/services/demo/functions/${name}/async-invoke-config`,
    statefulItem: "statefulInvocation",
    taskHeader: "X-Fc-Stateful-Async-Invocation-Id",
    list: "invocations",
    idItem: "invocationId",
    prefix: "invocationIdPrefix",
    throttled: "ResourceThrottled",
    exists: "StatefulAsyncInvocationAlreadyExists",
    notFound: "StatefulAsyncInvocationNotFound",
    hasDetails: false,
    empty: null,
  },
  {
    id: "2021-04-06",
    service: "demo",
    invocations: (name: string, qualifier?: string) =>
      `/2021-04-06/services/demo/functions/${name}/invocations${qualifier ? `?qualifier=${qualifier}` : ""}`,
    tasks: (name: string, rest = "") =>
      `/2021-04-06/services/demo/functions/${name}/stateful-async-invocations${rest}`,
    stop: (name: string, id: string) =>
      `/2021-04-06/services/demo/functions/${name}/stateful-async-invocations/${id}`,
    stopped: 200,
    config: (name: string) => `/2021-04-06/services/demo/functions/${name}/async-invoke-config`,
    statefulItem: "statefulInvocation",
    taskHeader: "X-Fc-Stateful-Async-Invocation-Id",
    list: "invocations",
    idItem: "invocationId",
    prefix: "invocationIdPrefix",
    throttled: "Throttling",
    exists: "StatefulAsyncInvocationAlreadyExists",
    notFound: "StatefulAsyncInvocationNotFound",
    hasDetails: true,
    empty: [],
  },
  {
    id: "2023-03-30",
    service: "",
    invocations: (name: string, qualifier?: string) =>
      `/2023-03-30/functions/${name}/invocations${qualifier ? `?qualifier=${qualifier}` : ""}`,
    tasks: (name: string, rest = "") => `/2023-03-30/functions/${name}/async-tasks${rest}`,
    stop: (name: string, id: string) => `/2023-03-30/functions/${name}/async-tasks/${id}/stop`,
    stopped: 204,
    config: (name: string) => `/2023-03-30/functions/${name}/async-invoke-config`,
    statefulItem: "asyncTask",
    taskHeader: "X-Fc-Async-Task-Id",
    list: "tasks",
    idItem: "taskId",
    prefix: "prefix",
    throttled: "Throttling",
    exists: "AsyncTaskAlreadyExists",
    notFound: "AsyncTaskNotFound",
    hasDetails: true,
    empty: [],
  },
] as const;

export type Api = (typeof apis)[number];

export const ASYNC = { "X-Fc-Invocation-Type": "Async" };

/** A sandbox whose clock stands still at `NOW`. */
export async function frozenSandbox(options: CreationOptions = {}): Promise<TestSandbox> {
  const sandbox = await newSandbox(options);
  await sandbox.clock.freeze(NOW);
  return sandbox;
}

/** Invokes a function synchronously, and returns the response with its bytes. */
export async function call(
  sandbox: TestSandbox,
  path: string,
  event: Uint8Array | string = "",
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; bytes: Uint8Array; text: string }> {
  const response = await SELF.fetch(sandbox.endpoint + path, {
    method: "POST",
    body: event,
    headers: { ...fromAnotherClient(), ...headers },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
}

/** Invokes a function as a task with this id, and returns the answer. */
export function startTask(
  sandbox: TestSandbox,
  api: Api,
  name: string,
  id: string,
  headers: Record<string, string> = {},
  event: unknown = { order: 7 },
): Promise<Answer> {
  return sandbox.send("POST", api.invocations(name), event, { ...ASYNC, [api.taskHeader]: id, ...headers });
}

/** Has a function's invocations be tasks. */
export async function makeStateful(sandbox: TestSandbox, api: Api, name: string): Promise<void> {
  const answer = await sandbox.send("PUT", api.config(name), { [api.statefulItem]: true });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}
