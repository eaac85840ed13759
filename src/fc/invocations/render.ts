import { textOf } from "../../lib/text.ts";
import type { Invocation, InvocationEvent } from "./invocation.ts";
import type { InvocationOperand, Payloads } from "./operand.ts";

/**
 * A task as a version's responses show it. Without payloads, it has no items for them. Source: the schemas
 * StatefulAsyncInvocation and AsyncTask in the vendor's metadata; of 2016-08-15, the vendor's SDK for Go.
 */
export function renderTask(
  task: Invocation,
  payloads: Payloads | undefined,
  { name, version, place }: Pick<InvocationOperand, "name" | "version" | "place">,
): object {
  const { hasServices, taskItems, hasTaskDetails } = version;
  const { qualifier } = task;
  const identity = hasServices
    ? { functionName: name.function, serviceName: name.service, qualifier }
    : { ...version.identity({ ...name, qualifier }, place), qualifier };
  return {
    ...identity,
    [taskItems.id]: task.id,
    status: task.status,
    startedTime: task.enqueuedAt,
    endTime: task.endedAt ?? 0,
    destinationStatus: destinationStatusOf(task),
    [taskItems.error]: errorMessageOf(task),
    ...(payloads ? { [taskItems.payload]: textOf(payloads.event) } : {}),
    alreadyRetriedTimes: Math.max(0, task.attempts - 1),
    requestId: task.requestId,
    ...(hasTaskDetails
      ? {
          instanceId: task.attempts === 0 ? "" : instanceIdOf(task.requestId),
          events: task.events.map(renderEvent),
          durationMs: task.durationMs,
          ...(payloads ? { returnPayload: textOf(payloads.result) } : {}),
        }
      : {}),
  };
}

function destinationStatusOf({ delivery }: Invocation): string {
  return delivery === null || delivery.status === "Pending" ? "" : delivery.status;
}

/** Why a task failed. Source: the metadata's example, `UnhandledInvocationError`. */
function errorMessageOf({ failure, status }: Invocation): string {
  return failure === null || status === "Succeeded"
    ? ""
    : failure.statusCode === 200
      ? failure.error
      : failure.message;
}

/** The instance that ran what a request asked for: a name, since a sandbox has no instances. */
export function instanceIdOf(requestId: string): string {
  return `c-${requestId.replaceAll("-", "").slice(-20)}`;
}

function renderEvent({ status, at, error }: InvocationEvent, index: number): object {
  // Source: the metadata's example.
  const detail = error === undefined ? "" : JSON.stringify({ Error: error });
  return { eventId: index + 1, status, timestamp: at, eventDetail: detail };
}
