import type { Scenario, Step } from "../scenario.ts";

const FC2 = ["2016-08-15", "2021-04-06"] as const;

const isAsync = { "X-Fc-Invocation-Type": "Async" } as const;
/** Waits for an hour, so that nothing runs: the scenario stops what it has started. */
const later = { ...isAsync, "X-Fc-Async-Delay": "3600" } as const;
const task = { ...later, "{taskHeader}": "{task}" } as const;
const event = '{"order": 7}';

/** The step that has the function's invocations be tasks. */
const stateful: Step = {
  name: "a config that makes tasks of them",
  request: { operation: "put", json: { "{statefulItem}": true } },
  expect: { status: 200 },
};

/** They invoke a function that returns a text, whatever it is called with. */
export const invocations: Scenario[] = [
  {
    name: "invocations",
    needs: ["invocation"],
    steps: [
      {
        name: "a synchronous call",
        request: { operation: "invoke", text: event },
        expect: { status: 200, headers: { "X-Fc-Request-Id": "*" } },
      },
      {
        name: "its type",
        choice: "success-type",
        request: { operation: "invoke", text: event },
        expect: { status: 200, headers: { "Content-Type": "application/octet-stream" } },
      },
      {
        name: "with the end of the log",
        request: { operation: "invoke", text: event, headers: { "X-Fc-Log-Type": "Tail" } },
        expect: { status: 200, headers: { "X-Fc-Log-Result": "*" } },
      },
      {
        name: "a log type that there is not",
        request: { operation: "invoke", text: event, headers: { "X-Fc-Log-Type": "Head" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an invocation type that there is not",
        request: { operation: "invoke", text: event, headers: { "X-Fc-Invocation-Type": "Later" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an asynchronous call for the end of the log",
        request: { operation: "invoke", text: event, headers: { ...isAsync, "X-Fc-Log-Type": "Tail" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "of a function that does not exist",
        needs: ["existence"],
        request: { operation: "invoke", function: "{missing}", text: event },
        expect: { status: 404, code: "FunctionNotFound" },
      },
      {
        name: "an asynchronous call",
        request: { operation: "invoke", text: event, headers: isAsync },
        expect: { status: 202, body: "$absent", headers: { "X-Fc-Request-Id": "*" } },
      },
      {
        name: "without a wait",
        choice: "async-delay-zero",
        request: { operation: "invoke", text: event, headers: { ...isAsync, "X-Fc-Async-Delay": "0" } },
        expect: { status: 202, body: "$absent" },
      },
      {
        name: "a wait of more than an hour",
        request: { operation: "invoke", text: event, headers: { ...isAsync, "X-Fc-Async-Delay": "3601" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an event of more than 128 KB",
        choice: "payload-units",
        request: { operation: "invoke", text: "x".repeat(131_073), headers: isAsync },
        expect: { status: 400, code: "EntityTooLarge" },
      },
      {
        name: "an id without a task",
        choice: "task-id-without-task",
        request: { operation: "invoke", text: event, headers: { ...isAsync, "{taskHeader}": "{task}" } },
        expect: { status: 202, body: "$absent" },
      },
    ],
  },
  {
    name: "tasks",
    needs: ["invocation"],
    steps: [
      stateful,
      {
        name: "one that waits",
        request: { operation: "invoke", text: event, headers: task },
        expect: { status: 202, body: "$absent", headers: { "{taskHeader}": "{task}" } },
      },
      {
        name: "its id again",
        choice: "task-codes",
        request: { operation: "invoke", text: event, headers: task },
        expect: { status: 409, code: ["StatefulAsyncInvocationAlreadyExists", "AsyncTaskAlreadyExists"] },
      },
      {
        name: "an id that begins with a digit",
        request: { operation: "invoke", text: event, headers: { ...later, "{taskHeader}": "7" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "it is read",
        request: { operation: "GetAsyncTask", task: "{task}" },
        expect: {
          status: 200,
          body: { "{taskId}": "{task}", status: "Enqueued", endTime: 0, alreadyRetriedTimes: 0 },
        },
      },
      {
        name: "it is listed by its prefix",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}", limit: "10" } },
        expect: { status: 200, body: { "{taskList}": [{ "{taskId}": "{task}", status: "Enqueued" }] } },
      },
      {
        name: "the list of one status",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}", status: "Failed" } },
        expect: { status: 200, body: { "{taskList}": "$noConfigs" } },
      },
      {
        name: "a list without payloads",
        choice: "tasks-without-payload",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}" } },
        expect: { status: 200, body: { "{taskList}": [{ "{taskPayload}": "$absent" }] } },
      },
      {
        name: "a task that there is not",
        request: { operation: "GetAsyncTask", task: "{missing}" },
        expect: { status: 404, code: ["StatefulAsyncInvocationNotFound", "AsyncTaskNotFound"] },
      },
      {
        name: "the functions that have tasks",
        choice: "functions-with-tasks",
        versions: [...FC2],
        request: { operation: "ListStatefulAsyncInvocationFunctions", query: { limit: "100" } },
        expect: {
          status: 200,
          body: {
            data: {
              $includes: [{ serviceName: "{service}", functionName: "{function}", qualifier: "LATEST" }],
            },
          },
        },
      },
      {
        name: "it is stopped in FC 2.0",
        versions: [...FC2],
        request: { operation: "StopAsyncTask", task: "{task}" },
        expect: { status: 200 },
      },
      {
        name: "it is stopped in FC 3.0",
        versions: ["2023-03-30"],
        request: { operation: "StopAsyncTask", task: "{task}" },
        expect: { status: 204 },
      },
      {
        name: "it is stopped again",
        choice: "stopped-again",
        request: { operation: "StopAsyncTask", task: "{task}" },
        expect: { status: 412, code: "AsyncInvocationStopped" },
      },
      {
        name: "another one, which runs at once",
        nextSecond: true,
        request: { operation: "invoke", text: event, headers: { ...isAsync, "{taskHeader}": "{otherTask}" } },
        expect: { status: 202, body: "$absent" },
      },
      {
        name: "the end of a task",
        nextSecond: true,
        request: { operation: "GetAsyncTask", task: "{otherTask}" },
        expect: { status: 200, body: { status: "Succeeded" } },
      },
      {
        name: "a stop of a task that has ended",
        choice: "stop-of-ended-task",
        request: { operation: "StopAsyncTask", task: "{otherTask}" },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "the order of a list",
        choice: "task-order",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}" } },
        expect: {
          status: 200,
          body: { "{taskList}": [{ "{taskId}": "{otherTask}" }, { "{taskId}": "{task}" }] },
        },
      },
      {
        name: "the other order",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}", sortOrderByTime: "asc" } },
        expect: {
          status: 200,
          body: { "{taskList}": [{ "{taskId}": "{task}" }, { "{taskId}": "{otherTask}" }] },
        },
      },
      {
        name: "a page of one task",
        request: { operation: "ListAsyncTasks", query: { "{taskPrefix}": "{task}", limit: "1" } },
        expect: {
          status: 200,
          body: { "{taskList}": [{ "{taskId}": "{otherTask}" }], nextToken: "$text" },
        },
        save: { next: "nextToken" },
      },
      {
        name: "the page after it",
        request: {
          operation: "ListAsyncTasks",
          query: { "{taskPrefix}": "{task}", limit: "1", nextToken: "{next}" },
        },
        expect: {
          status: 200,
          body: { "{taskList}": [{ "{taskId}": "{task}" }], nextToken: "$noToken" },
        },
      },
      {
        name: "a list of more than 100",
        request: { operation: "ListAsyncTasks", query: { limit: "101" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
    ],
  },
];
