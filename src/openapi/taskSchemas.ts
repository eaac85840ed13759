import { enqueued, statuses } from "../fc/invocations/invocation.ts";
import { renderTask } from "../fc/invocations/render.ts";
import type { ResponseSchema } from "../fc/operation.ts";
import type { ApiVersion } from "../fc/versions.ts";
import type { JsonObject, JsonValue } from "./schemas.ts";

/** The JSON Schemas of responses with tasks, in a version, by name. `refer` refers to one of them. */
export function taskResponses(
  version: ApiVersion,
  refer: (schema: ResponseSchema) => JsonObject,
): Partial<Record<ResponseSchema, JsonObject>> {
  const names = { id: "", requestId: "", qualifier: "", version: version.id, isTask: true };
  const on = { name: { service: "", function: "" }, version, place: { region: "", accountId: "" } };
  const task = enqueued(names, 0);
  const nothing = { event: new Uint8Array(), result: new Uint8Array() };
  const sample = Object.entries(renderTask(task, nothing, on));
  const nextToken = { type: "string", description: "Where the next page begins." };
  const list = version.emptyList === null ? ["array", "null"] : "array";
  const { lastTaskToken } = version;
  return {
    AsyncTask: {
      ...object(Object.fromEntries(sample.map(([item, value]) => [item, itemSchema(item, value)]))),
      // A list has the payloads only on demand.
      required: Object.keys(renderTask(task, undefined, on)),
    },
    AsyncTasks: {
      ...object({ [version.taskListItem]: { type: list, items: refer("AsyncTask") }, nextToken }),
      required: [version.taskListItem, ...(lastTaskToken === undefined ? [] : ["nextToken"])],
    },
    FunctionsWithTasks: {
      ...object({
        data: {
          type: "array",
          items: object({
            serviceName: { type: "string" },
            functionName: { type: "string" },
            qualifier: { type: "string" },
          }),
        },
        nextToken,
      }),
      required: ["data"],
    },
  };
}

function object(properties: Readonly<Record<string, JsonValue>>): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** The schema of an item, by its value in a sample. */
function itemSchema(item: string, value: unknown): JsonObject {
  if (item === "status") return { type: "string", enum: statuses };
  if (item === "events") {
    const event = object({
      eventId: { type: "integer" },
      status: { type: "string", enum: statuses },
      timestamp: { type: "integer", description: "Milliseconds since 1970." },
      eventDetail: { type: "string" },
    });
    return { type: "array", items: event };
  }
  return { type: typeof value === "number" ? "integer" : "string" };
}
