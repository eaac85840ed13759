import * as z from "zod/mini";
import { type Invocation, isFinal } from "../fc/invocations/invocation.ts";
import { outcomeSchema, type Plan } from "../fc/invocations/outcome.ts";
import { type FunctionName, functionKey } from "../fc/names.ts";
import { VERSION_IDS } from "../fc/versions.ts";
import { deliverySchema, type InboxDelivery } from "../journal/delivery.ts";
import { timeSchema } from "../lib/time.ts";
import { showInvocation, shownInvocationSchema } from "./invocations.ts";
import type { Limits } from "./limits.ts";
import { nameSchemas } from "./nameSchemas.ts";

const time = z.nullable(timeSchema);
const count = z.int().check(z.gte(0));
const base64 = z
  .string()
  .check(z.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, { error: "base64" }));

/** The schemas of invocations and deliveries in a snapshot. An export has all items, and an import needs them. */
export function invocationParts(limits: Limits) {
  const { name, qualifier } = nameSchemas(limits);
  const names = { service: z.union([z.literal(""), name]), function: name, qualifier };
  const [{ shape: event }, rules] = [
    shownInvocationSchema.shape.events.def.element,
    shownInvocationSchema.shape,
  ];
  const invocation = z
    .extend(shownInvocationSchema, {
      ...names,
      id: z.string().check(z.minLength(1), z.maxLength(128)),
      version: z.enum(VERSION_IDS, { error: `one of ${VERSION_IDS.join(", ")}` }),
      enqueuedAt: timeSchema,
      dueAt: time,
      endedAt: time,
      attempts: count,
      depth: count,
      rules: rules.rules,
      events: z.array(z.strictObject({ ...event, time: timeSchema })),
      functionFailures: count,
      systemFailures: count,
      firstSystemFailureAt: time,
      attemptedAt: time,
      durationMs: count,
      /** What the function was called with, and what it returned; null for the event itself, or for nothing. */
      event: base64,
      result: z.nullable(base64),
      plan: z.strictObject({
        outcomes: z.nullable(z.array(outcomeSchema)),
        counted: z.record(z.string(), z.boolean()),
        outcome: z.nullable(outcomeSchema),
      }),
    })
    .check(
      z.refine(
        ({ status, dueAt, endedAt, delivery }) =>
          isFinal(status)
            ? endedAt !== null && (dueAt !== null) === (delivery?.status === "Pending")
            : endedAt === null && dueAt !== null && delivery === null,
        {
          error: "an invocation that is due until it has ended and is delivered, and not afterwards",
          when: ({ issues }) => issues.length === 0,
        },
      ),
    );
  return {
    invocations: z.optional(z.array(invocation)),
    deliveries: z.optional(z.array(z.extend(deliverySchema, { ...names, time: timeSchema }))),
  };
}

type Parts = ReturnType<typeof invocationParts>;
type SnapshotInvocation = NonNullable<z.infer<Parts["invocations"]>>[number];

/** An invocation with its payloads, in base64, and its plan: in the form in which objects hand it on. */
export interface HeldInvocation {
  readonly invocation: Invocation;
  readonly event: string;
  readonly result: string | null;
  readonly plan: Plan;
}

/** The invocations and deliveries that a function has, or is to have. */
export interface HeldInvocations {
  readonly invocations: readonly HeldInvocation[];
  readonly deliveries: readonly InboxDelivery[];
}

/** A function's invocation in the form of a snapshot. */
export function exportInvocation(held: HeldInvocation, name: FunctionName): SnapshotInvocation {
  const { invocation, event, result, plan } = held;
  const { functionFailures, systemFailures, firstSystemFailureAt, attemptedAt, durationMs } = invocation;
  return {
    ...showInvocation(invocation, name),
    version: invocation.version,
    functionFailures,
    systemFailures,
    firstSystemFailureAt: isoTime(firstSystemFailureAt),
    attemptedAt: isoTime(attemptedAt),
    durationMs,
    event,
    result,
    plan: {
      outcomes: plan.outcomes && [...plan.outcomes],
      counted: { ...plan.counted },
      outcome: plan.outcome,
    },
  };
}

function importInvocation(given: SnapshotInvocation): HeldInvocation {
  const { service: _, function: __, event, result, plan, events, ...its } = given;
  return {
    invocation: {
      ...its,
      enqueuedAt: Date.parse(its.enqueuedAt),
      dueAt: milliseconds(its.dueAt),
      endedAt: milliseconds(its.endedAt),
      firstSystemFailureAt: milliseconds(its.firstSystemFailureAt),
      attemptedAt: milliseconds(its.attemptedAt),
      events: events.map(
        ({ time: at, ...rest }) => ({ ...rest, at: Date.parse(at) }) as Invocation["events"][number],
      ),
    },
    event,
    result,
    plan,
  };
}

/** A snapshot's invocations and deliveries by function, keyed by `functionKey`; undefined when it has neither part. */
export function heldByFunction(snapshot: {
  readonly invocations?: readonly SnapshotInvocation[] | undefined;
  readonly deliveries?: readonly InboxDelivery[] | undefined;
}): Map<string, { readonly name: FunctionName; readonly held: HeldInvocations }> {
  const found = new Map<
    string,
    { name: FunctionName; held: { invocations: HeldInvocation[]; deliveries: InboxDelivery[] } }
  >();
  const of = ({ service, function: functionName }: FunctionName) => {
    const name = { service, function: functionName };
    const its = found.get(functionKey(name)) ?? { name, held: { invocations: [], deliveries: [] } };
    found.set(functionKey(name), its);
    return its.held;
  };
  for (const one of snapshot.invocations ?? []) of(one).invocations.push(importInvocation(one));
  for (const one of snapshot.deliveries ?? []) of(one).deliveries.push(one);
  return found;
}

/** A contradiction in a function's invocations or deliveries, as a sentence; undefined when there is none. */
export function contradictionInHeld(
  key: string,
  { invocations, deliveries }: HeldInvocations,
  { invocationsPerFunction: most, invocationBytesPerFunction: mostBytes }: Limits,
): string | undefined {
  for (const [part, ids] of [
    ["invocations", invocations.map(({ invocation }) => invocation.id)],
    ["deliveries", deliveries.map(({ id }) => id)],
  ] as const) {
    if (new Set(ids).size < ids.length) return `${part} has the same id of ${key} more than once.`;
    if (ids.length > most) return `${part} has ${ids.length} of ${key}; a function may have ${most}.`;
  }
  const bytes = invocations.reduce((sum, { event, result }) => sum + event.length + (result?.length ?? 0), 0);
  return (bytes * 3) / 4 > mostBytes
    ? `invocations has more than ${mostBytes} bytes of payloads of ${key}.`
    : undefined;
}

function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function milliseconds(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
