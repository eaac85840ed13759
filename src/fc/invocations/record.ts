import { textOf } from "../../lib/text.ts";
import { type DestinationKind, destinationKind } from "../destinations.ts";
import type { FunctionName } from "../names.ts";
import { type ApiVersion, type Place, versionById } from "../versions.ts";
import type { Invocation } from "./invocation.ts";

const KIB = 1024;

/**
 * The most bytes of a record, by kind of destination. Source: the API reference on result callbacks. RocketMQ takes
 * 4 MB, and a row of the inbox 2 MB.
 */
export const maxRecordBytes: Readonly<Record<DestinationKind, number>> = {
  mns: 64 * KIB,
  eventbridge: 64 * KIB,
  fc: 128 * KIB,
  mq: 2_000_000,
};

/** The document that a destination gets. Source: the API reference on result callbacks, and a real message. */
export interface InvocationRecord {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    /** The code of the error, or empty. */
    readonly condition: string;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: string;
  readonly responseContext: { readonly statusCode: number; readonly functionError: string };
  readonly responsePayload: string;
}

/** The condition of an event that was dropped because of its age. */
const EXPIRED = "AsyncEventAgeExceeded";

/** The record of an invocation that has ended. */
export function recordOf(
  invocation: Invocation,
  name: FunctionName,
  place: Place,
  payloads: { readonly event: Uint8Array; readonly result: Uint8Array },
): InvocationRecord {
  const { status, requestId, attempts, failure } = invocation;
  const hasFailed = status === "Failed" && failure !== null;
  const isSystems = hasFailed && failure.statusCode !== 200;
  return {
    timestamp: invocation.endedAt ?? 0,
    requestContext: {
      requestId,
      functionArn: functionArn(versionById(invocation.version), name, invocation.qualifier, place),
      condition: status === "Expired" ? EXPIRED : hasFailed ? failure.error : "",
      approximateInvokeCount: attempts,
    },
    requestPayload: textOf(payloads.event),
    responseContext: {
      statusCode: isSystems ? failure.statusCode : 200,
      functionError: hasFailed && !isSystems ? failure.error : "",
    },
    responsePayload: textOf(payloads.result),
  };
}

/** A function's ARN in a record: in FC 2.0 without region and account. */
function functionArn(version: ApiVersion, name: FunctionName, qualifier: string, place: Place): string {
  if (!version.hasServices) return version.identity({ ...name, qualifier }, place)["functionArn"] ?? "";
  return `acs:fc:::services/${name.service}.${qualifier}/functions/${name.function}`;
}

/** The JSON of the record in a message that a destination got; undefined when only the message's beginning is there. */
export function recordIn(message: string, destination: string): string | undefined {
  try {
    const sent = JSON.parse(message);
    return destinationKind(destination) === "eventbridge" ? JSON.stringify(sent.data) : message;
  } catch {
    return undefined;
  }
}

/** The message that a destination gets with a record: the record, or for EventBridge an event around the record. */
export function messageOf(record: InvocationRecord, destination: string, deliveryId: string): string {
  if (destinationKind(destination) !== "eventbridge") return JSON.stringify(record);
  // The envelope is not public: what CloudEvents 1.0 requires.
  return JSON.stringify({
    specversion: "1.0",
    id: deliveryId,
    source: "acs.fc",
    type: "fc:AsyncInvocation:Result",
    subject: record.requestContext.functionArn,
    time: new Date(record.timestamp).toISOString(),
    datacontenttype: "application/json",
    data: record,
  });
}
