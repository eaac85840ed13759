import { type Err, ok, type Result } from "../../lib/result.ts";
import { type ApiError, abbreviated, failure, invalid } from "../errors.ts";
import { parseTaskId } from "../names.ts";
import type { OperationRequest, Performed } from "../request.ts";
import type { ApiVersion } from "../versions.ts";
import { enqueued } from "./invocation.ts";
import type { Attempted, InvocationChange, InvocationHandler, InvocationOperand } from "./operand.ts";
import { instanceIdOf } from "./render.ts";

/** Invokes a function, synchronously or asynchronously. */
export interface InvokeFunction {
  readonly operation: "InvokeFunction";
  readonly isAsync: boolean;
  /** Base64, since a call is sent as JSON. */
  readonly event: string;
  readonly tail: boolean;
  readonly delaySeconds: number;
  readonly taskId: string | undefined;
  /** Whether the request makes its invocation a task, whatever the config says. */
  readonly asTask: boolean;
}

export const MAX_DELAY_SECONDS = 3600;
/** A sandbox has no memory to measure: what a small function uses, in MB. */
const MEMORY_USED = "10.00";

export const invokeFunction: InvocationHandler<InvokeFunction> = {
  read(request, version) {
    const type = header(request, "X-Fc-Invocation-Type") || "Sync";
    if (type !== "Sync" && type !== "Async") return invalidHeader("InvocationType", "Sync | Async", type);
    const isAsync = type === "Async";
    const log = header(request, "X-Fc-Log-Type") || "None";
    // An asynchronous invocation has no log to answer with. Source of the messages: the vendor's tests for Java.
    if (log !== "None" && (log !== "Tail" || isAsync)) {
      return invalidHeader("LogType", isAsync ? "None" : "Tail | None", log);
    }
    const delay = delayOf(request);
    if (!delay.ok) return delay;
    const taskId = taskIdOf(request, version);
    if (!taskId.ok) return taskId;
    const { body, limits } = request;
    const most = Math.min(limits.asyncEventBytes, limits.eventBytes);
    const isTooLarge = body.ok ? body.value.length > most : body.error.code === "EntityTooLarge";
    if (isAsync && isTooLarge) return failure("EntityTooLarge", most);
    if (!body.ok) return body;
    return ok({
      operation: "InvokeFunction",
      isAsync,
      event: body.value.toBase64(),
      tail: log === "Tail",
      delaySeconds: delay.value,
      taskId: taskId.value,
      asTask:
        version.taskSwitchHeader !== undefined &&
        /^true$/i.test(header(request, version.taskSwitchHeader) ?? ""),
    });
  },

  perform(call, on) {
    const event = Uint8Array.fromBase64(call.event);
    return call.isAsync ? enqueue(call, event, on) : runNow(call, event, on);
  },
};

/** A header's value. Some tools send it as JSON, in quotes. */
function header(request: OperationRequest, name: string): string | null {
  return request.header(name)?.replace(/^"(.*)"$/, "$1") ?? null;
}

function invalidHeader(item: string, allowed: string, came: string): Err<ApiError> {
  const actual = `actual: '${abbreviated(came)}'`;
  return failure("InvalidArgument", `${item} is set to an invalid value (allowed: ${allowed}, ${actual})`);
}

function delayOf(request: OperationRequest): Result<number, ApiError> {
  const came = header(request, "X-Fc-Async-Delay") || "0";
  const seconds = /^[0-9]{1,9}$/.test(came) ? Number(came) : Number.NaN;
  return seconds <= MAX_DELAY_SECONDS
    ? ok(seconds)
    : invalid("X-Fc-Async-Delay", `an integer from 0 to ${MAX_DELAY_SECONDS}`, came);
}

function taskIdOf(
  request: OperationRequest,
  { taskIdHeader }: ApiVersion,
): Result<string | undefined, ApiError> {
  const came = header(request, taskIdHeader) || undefined;
  return came === undefined ? ok(undefined) : parseTaskId(taskIdHeader, came);
}

/** Enqueues an invocation. The config decides whether it is a task, unless the request does. */
function enqueue(
  { asTask, taskId, delaySeconds }: InvokeFunction,
  event: Uint8Array<ArrayBuffer>,
  on: InvocationOperand,
): Performed<InvocationChange> {
  const { version, requestId, invocations, outcomes } = on;
  const qualifier = on.qualifier ?? "";
  const isTask = asTask || (on.config(qualifier)?.stateful ?? false);
  const id = isTask ? (taskId ?? requestId) : requestId;
  const earlier = invocations.get(id);
  if (earlier !== undefined) {
    return {
      outcome:
        earlier.status === "Stopping" || earlier.status === "Stopped"
          ? failure("AsyncInvocationStopped", id)
          : failure(version.taskAlreadyExists, id),
    };
  }
  if (!invocations.hasRoom(event.length)) return { outcome: failure(version.throttled) };
  const invocation = enqueued(
    { id, requestId, qualifier, version: version.id, isTask, delaySeconds },
    on.now,
  );
  return {
    outcome: ok(undefined),
    status: 202,
    ...(isTask ? { headers: { [version.taskIdHeader]: id } } : {}),
    change: { kind: "enqueue", invocation, event, outcomes },
  };
}

/** Runs the function, and answers with what it returned. The function's errors are 200, too. */
async function runNow(
  call: InvokeFunction,
  event: Uint8Array<ArrayBuffer>,
  on: InvocationOperand,
): Promise<Performed<never>> {
  const attempted = await on.attempt(on.qualifier ?? "", event);
  const { result } = attempted;
  if (result.kind === "system failed") {
    if (result.statusCode === 429) return { outcome: failure(on.version.throttled) };
    return { outcome: failure(result.statusCode === 500 ? "InternalServerError" : "ServiceUnavailable") };
  }
  return {
    outcome: ok(result.payload ?? event),
    headers: {
      // Some SDKs parse what is called JSON: an error's document, and never a function's own bytes.
      "Content-Type":
        result.error !== "" && isJson(result.payload ?? event)
          ? "application/json"
          : "application/octet-stream",
      "X-Fc-Instance-Id": instanceIdOf(on.requestId),
      "X-Fc-Invocation-Duration": String(attempted.durationMs),
      "X-Fc-Invocation-Service-Version": on.qualifier ?? "",
      "X-Fc-Max-Memory-Usage": MEMORY_USED,
      ...(result.error === "" ? {} : { "X-Fc-Error-Type": result.error }),
      ...(call.tail ? { "X-Fc-Log-Result": tailOf(attempted, on) } : {}),
    },
  };
}

/** Whether bytes are a JSON document. A handler's error may be any text. */
function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

const encoder = new TextEncoder();

/** The end of the function's log, in base64: the lines that every runtime writes around an invocation. */
function tailOf({ result, durationMs }: Attempted, { requestId }: InvocationOperand): string {
  const lines = [
    `FC Invoke Start RequestId: ${requestId}`,
    ...(result.message === "" ? [] : [`[ERROR] ${result.message}`]),
    `FC Invoke End RequestId: ${requestId}`,
    "",
    `Duration: ${durationMs}.00 ms, Billed Duration: ${durationMs} ms, Memory Size: 128 MB, Max Memory Used: ${MEMORY_USED} MB`,
  ];
  return encoder.encode(lines.join("\n")).toBase64();
}
