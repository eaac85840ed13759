import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, failure, invalid } from "../errors.ts";
import { functionKey } from "../names.ts";
import { fitting, MAX_PAGE_SIZE, type PageRequest, pageOf, parsePageRequest, startOf } from "../paging.ts";
import type { OperationRequest } from "../request.ts";
import { type Invocation, isFinal, type Status, statuses } from "./invocation.ts";
import type { InvocationHandler, InvocationOperand, TaskPosition, TaskQuery } from "./operand.ts";
import { renderTask } from "./render.ts";

export const DEFAULT_TASK_PAGE_SIZE = 50;
/** Longer than any id. */
const MAX_PATH_ID = 200;

/** Reads a page of a function's tasks. */
export interface ListAsyncTasks {
  readonly operation: "ListAsyncTasks";
  readonly page: PageRequest;
  readonly query: Omit<TaskQuery, "qualifier" | "after" | "most">;
  readonly includePayload: boolean;
}

export const listAsyncTasks: InvocationHandler<ListAsyncTasks> = {
  read(request, version) {
    const page = parsePageRequest(
      request.query("limit") || String(DEFAULT_TASK_PAGE_SIZE),
      request.query("nextToken"),
    );
    if (!page.ok) return page;
    const status = oneOf(request, "status", statuses);
    if (!status.ok) return status;
    const order = oneOf(request, "sortOrderByTime", ["asc", "desc"]);
    if (!order.ok) return order;
    const includePayload = (request.query("includePayload") ?? "").toLowerCase();
    if (!["", "true", "false"].includes(includePayload)) {
      return invalid("includePayload", "true or false", includePayload);
    }
    const begin = timeOf(request, "startedTimeBegin");
    if (!begin.ok) return begin;
    const end = timeOf(request, "startedTimeEnd");
    if (!end.ok) return end;
    return ok({
      operation: "ListAsyncTasks",
      page: page.value,
      query: {
        status: status.value as Status | undefined,
        prefix: request.query(version.taskPrefixParameter) ?? "",
        startedTimeBegin: begin.value,
        startedTimeEnd: end.value,
        order: order.value === "asc" ? "asc" : "desc",
      },
      // The SDKs for Python write True.
      includePayload: includePayload === "true",
    });
  },

  async perform({ page: request, query, includePayload }, on) {
    const start = await startOf(request, on.tokens);
    if (!start.ok) return { outcome: start };
    const after: TaskPosition | undefined = start.value === undefined ? undefined : JSON.parse(start.value);
    const found = on.invocations.tasks({
      ...query,
      qualifier: on.qualifier ?? undefined,
      after,
      most: request.limit + 1,
    });
    const shown = found.slice(0, request.limit).map(({ invocation }) => invocation);
    // Payloads are read one by one: those of a whole page may be too many to hold at once.
    const rendered = shown
      .values()
      .map((task) => renderTask(task, includePayload ? on.invocations.payloads(task.id) : undefined, on));
    const tasks = includePayload ? fitting(rendered, (task) => JSON.stringify(task).length) : [...rendered];
    const page = await pageOf(found, tasks.length, ({ enqueuedAt, number }) =>
      on.tokens.issue(JSON.stringify({ enqueuedAt, number })),
    );
    const { version } = on;
    const nextToken = page.nextToken ?? version.lastTaskToken;
    return {
      outcome: ok({
        [version.taskListItem]: tasks.length > 0 ? tasks : version.emptyList,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    };
  },
};

/** Reads a task. */
export interface GetAsyncTask {
  readonly operation: "GetAsyncTask";
  readonly id: string;
}

export const getAsyncTask: InvocationHandler<GetAsyncTask> = {
  read: (request) => ok({ operation: "GetAsyncTask", id: taskIdOf(request) }),

  perform({ id }, on) {
    const task = taskNamed(id, on);
    return { outcome: task.ok ? ok(renderTask(task.value, on.invocations.payloads(id), on)) : task };
  },
};

/** Stops a task. */
export interface StopAsyncTask {
  readonly operation: "StopAsyncTask";
  readonly id: string;
}

export const stopAsyncTask: InvocationHandler<StopAsyncTask> = {
  read: (request) => ok({ operation: "StopAsyncTask", id: taskIdOf(request) }),

  perform({ id }, on) {
    const task = taskNamed(id, on);
    if (!task.ok) return { outcome: task };
    const { status } = task.value;
    if (status === "Stopping" || status === "Stopped")
      return { outcome: failure("AsyncInvocationStopped", id) };
    // Source: testStatefulAsyncInvocation of the vendor's SDK for Java.
    if (isFinal(status)) return { outcome: failure("InvalidArgument", `'${id}' has ended: it is ${status}`) };
    // FC 2.0 answers with an empty object, FC 3.0 without a body.
    return { outcome: ok(on.version.hasServices ? {} : undefined), change: { kind: "stop", id } };
  },
};

/** Reads which functions have tasks, or a config by which invocations are tasks. */
export interface ListStatefulAsyncInvocationFunctions {
  readonly operation: "ListStatefulAsyncInvocationFunctions";
  readonly page: PageRequest;
}

export const listStatefulAsyncInvocationFunctions: InvocationHandler<ListStatefulAsyncInvocationFunctions> = {
  read(request) {
    // Of all lists, the metadata allows 0 here alone.
    const limit = request.query("limit");
    const page = parsePageRequest(limit === "0" ? undefined : limit, request.query("nextToken"));
    return page.ok ? ok({ operation: "ListStatefulAsyncInvocationFunctions", page: page.value }) : page;
  },

  async perform({ page: request }, on) {
    const start = await startOf(request, on.tokens);
    if (!start.ok) return { outcome: start };
    const all = (await on.functionsWithTasks()).map((one) => ({
      key: `${functionKey(one)}/${one.qualifier}`,
      shown: { serviceName: one.service, functionName: one.function, qualifier: one.qualifier },
    }));
    const later = all
      .filter(({ key }) => key > (start.value ?? ""))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, MAX_PAGE_SIZE + 1);
    const page = await pageOf(later, request.limit, ({ key }) => on.tokens.issue(key));
    const data = page.items.map(({ shown }) => shown);
    return { outcome: ok({ data, ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }) }) };
  },
};

/** The id in the path. An id that no task has is not found, whatever it looks like. */
function taskIdOf(request: OperationRequest): string {
  return (request.parameter("task") ?? "").slice(0, MAX_PATH_ID);
}

/** A task with this id, of the qualifier that the request names, if it names one. */
function taskNamed(id: string, on: InvocationOperand): Result<Invocation, ApiError> {
  const found = on.invocations.get(id);
  const isIt = found?.isTask && (on.qualifier === null || on.qualifier === found.qualifier);
  return isIt ? ok(found) : failure(on.version.taskNotFound, id);
}

function oneOf(
  request: OperationRequest,
  name: string,
  values: readonly string[],
): Result<string | undefined, ApiError> {
  const came = request.query(name) || undefined;
  return came === undefined || values.includes(came)
    ? ok(came)
    : invalid(name, `one of ${values.join(", ")}`, came);
}

function timeOf(request: OperationRequest, name: string): Result<number | undefined, ApiError> {
  const came = request.query(name) || undefined;
  if (came === undefined) return ok(undefined);
  return /^[0-9]{1,15}$/.test(came)
    ? ok(Number(came))
    : invalid(name, "milliseconds since 1970, a whole number", came);
}
