import { FUNCTION, IN_SERVICE, inFc2, type Operation } from "../operation.ts";

// Sources: the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30; of 2016-08-15, the vendor's SDKs for Go
// and Java.

const TASKS = `${IN_SERVICE}/stateful-async-invocations`;
const FC3_TASKS = `${FUNCTION}/async-tasks`;

const TASK_QUERY = [
  "taskLimit",
  "nextToken",
  "taskStatus",
  "startedTimeBegin",
  "startedTimeEnd",
  "sortOrderByTime",
  "taskPrefix",
  "includePayload",
] as const;

/** The operations that invoke functions, and those on tasks: asynchronous invocations that keep state. */
export const invocationOperations = {
  InvokeFunction: {
    resource: "invocation",
    shortName: "invoke",
    routes: {
      ...inFc2({ method: "POST", path: `${IN_SERVICE}/invocations` }),
      "2023-03-30": { method: "POST", path: `${FUNCTION}/invocations` },
    },
    names: "qualified function",
    query: [],
    body: { schema: "Event", limit: "eventBytes" },
    answer: { status: 200, schema: "Payload", accepted: true },
    creates: true,
    errors: [
      "EntityTooLarge",
      "StatefulAsyncInvocationAlreadyExists",
      "AsyncTaskAlreadyExists",
      "AsyncInvocationStopped",
    ],
  },
  ListAsyncTasks: {
    resource: "invocation",
    routes: {
      ...inFc2({ name: "ListStatefulAsyncInvocations", method: "GET", path: TASKS }),
      "2023-03-30": { method: "GET", path: FC3_TASKS },
    },
    names: "function, perhaps qualified",
    query: TASK_QUERY,
    answer: { status: 200, schema: "AsyncTasks" },
    creates: false,
    errors: [],
  },
  GetAsyncTask: {
    resource: "invocation",
    routes: {
      ...inFc2({ name: "GetStatefulAsyncInvocation", method: "GET", path: `${TASKS}/:task` }),
      "2023-03-30": { method: "GET", path: `${FC3_TASKS}/:task` },
    },
    names: "function, perhaps qualified",
    query: [],
    answer: { status: 200, schema: "AsyncTask" },
    creates: false,
    errors: ["StatefulAsyncInvocationNotFound", "AsyncTaskNotFound"],
  },
  StopAsyncTask: {
    resource: "invocation",
    routes: {
      ...inFc2({ name: "StopStatefulAsyncInvocation", method: "PUT", path: `${TASKS}/:task`, status: 200 }),
      "2023-03-30": { method: "PUT", path: `${FC3_TASKS}/:task/stop` },
    },
    names: "function, perhaps qualified",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["StatefulAsyncInvocationNotFound", "AsyncTaskNotFound", "AsyncInvocationStopped"],
  },
  ListStatefulAsyncInvocationFunctions: {
    resource: "invocation",
    routes: inFc2({ method: "GET", path: "/stateful-async-invocation-functions" }),
    names: "nothing",
    query: ["functionsLimit", "nextToken"],
    answer: { status: 200, schema: "FunctionsWithTasks" },
    creates: false,
    errors: [],
  },
} as const satisfies Record<string, Operation>;
