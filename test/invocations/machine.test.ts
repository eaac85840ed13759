import fc from "fast-check";
import { expect, test } from "vitest";
import {
  enqueued,
  finalStatuses,
  type Invocation,
  isFinal,
  pendingStatuses,
  type Rules,
} from "../../src/fc/invocations/invocation.ts";
import {
  type Circumstances,
  delivered,
  type Occurrence,
  transition,
  transitions,
} from "../../src/fc/invocations/machine.ts";
import { systemErrors } from "../../src/fc/invocations/outcome.ts";

const START = Date.UTC(2030, 0, 1);
const HOUR_MS = 3_600_000;

/** Something that happens to an invocation: when, and by which config. */
interface Step {
  readonly occurrence: Occurrence;
  readonly by: Circumstances;
  readonly waitMs: number;
}

const SUCCESS = { type: "succeeded", statusCode: 200, error: "", message: "" } as const;
const FUNCTION_ERROR = {
  type: "function failed",
  statusCode: 200,
  error: "UnhandledInvocationError",
  message: "the function failed",
} as const;
const THROTTLED = { type: "system failed", ...systemErrors.throttled } as const;
const DUE = { type: "due" } as const;
const STOP = { type: "stop" } as const;

const occurrences = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Occurrence>(DUE) },
  { weight: 1, arbitrary: fc.constant<Occurrence>(SUCCESS) },
  { weight: 4, arbitrary: fc.constant<Occurrence>(FUNCTION_ERROR) },
  { weight: 4, arbitrary: fc.constant<Occurrence>(THROTTLED) },
  { weight: 1, arbitrary: fc.constant<Occurrence>(STOP) },
  { weight: 1, arbitrary: fc.constant<Occurrence>({ type: "deleted" }) },
);

const destination = fc.constantFrom(null, "acs:mns:cn-hangzhou:1:/queues/q/messages");
const rules: fc.Arbitrary<Rules> = fc.record({
  maxAsyncRetryAttempts: fc.integer({ min: 0, max: 8 }),
  maxAsyncEventAgeInSeconds: fc.integer({ min: 1, max: 86_400 }),
  onSuccess: destination,
  onFailure: destination,
});
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  rules,
  retryDelaysSeconds: fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 4 }),
  deliveryId: fc.uuid(),
});

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    occurrence: occurrences,
    by: circumstances,
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * HOUR_MS })),
  }),
  { maxLength: 60 },
);

/** The invocation before the first occurrence and after each one. */
function lifeOf(all: readonly Step[], delaySeconds = 0) {
  const call = { id: "i", requestId: "r", qualifier: "LATEST", version: "2023-03-30", isTask: true } as const;
  let invocation = enqueued({ ...call, delaySeconds }, START);
  let now = START;
  return all.map(({ occurrence, by, waitMs }) => {
    now += waitMs;
    const before = invocation;
    const moved = transition(before, occurrence, by, now);
    invocation = moved?.invocation ?? before;
    return { before, after: invocation, begins: moved?.begins ?? false, occurrence, by, now };
  });
}

function check(property: (life: ReturnType<typeof lifeOf>) => void, all = steps): void {
  fc.assert(
    fc.property(all, (given) => property(lifeOf(given))),
    { numRuns: 1000 },
  );
}

test("after the final status nothing changes, so there is never a second one", () => {
  check((life) => {
    for (const { before, after } of life) if (isFinal(before.status)) expect(after).toBe(before);
    const last = life.at(-1)?.after;
    expect(last?.events.filter(({ status }) => isFinal(status)).length ?? 0).toBeLessThanOrEqual(1);
    if (last && isFinal(last.status)) expect(last.events.at(-1)?.status).toBe(last.status);
  });
});

test("an invocation has an end exactly when its status is final", () => {
  check((life) => {
    for (const { after, now } of life) {
      expect(after.endedAt !== null).toBe(isFinal(after.status));
      expect(after.endedAt ?? now).toBeLessThanOrEqual(now);
    }
  });
});

test("when whatever is due happens, every invocation ends, within its attempts and its time", () => {
  const results = fc.constantFrom<Occurrence>(FUNCTION_ERROR, THROTTLED);
  fc.assert(
    fc.property(circumstances, fc.array(results, { minLength: 1, maxLength: 40 }), (by, outcomes) => {
      let now = START;
      const call = {
        id: "i",
        requestId: "r",
        qualifier: "LATEST",
        version: "2021-04-06",
        isTask: false,
      } as const;
      let invocation = enqueued(call, now);
      for (let turn = 0; !isFinal(invocation.status); turn++) {
        expect(turn).toBeLessThan(80);
        const isRunning = invocation.status === "Running";
        now = Math.max(now, invocation.dueAt ?? now);
        const attempt = invocation.attempts - 1;
        const occurrence = isRunning ? (outcomes[attempt % outcomes.length] ?? THROTTLED) : DUE;
        invocation = transition(invocation, occurrence, by, now)?.invocation ?? invocation;
      }
      expect(["Failed", "Expired"]).toContain(invocation.status);
      expect(invocation.functionFailures).toBeLessThanOrEqual(1 + by.rules.maxAsyncRetryAttempts);
    }),
  );
});

test("the function fails once more than may be retried, at most, by the config of the last attempt", () => {
  check((life) => {
    for (const { after, occurrence, before } of life) {
      if (occurrence !== FUNCTION_ERROR || after === before || before.status !== "Running") continue;
      const most = before.rules?.maxAsyncRetryAttempts ?? 0;
      expect(after.status).toBe(before.functionFailures < most ? "Retrying" : "Failed");
    }
  });
});

test("failures of the system use up none of the function's retries", () => {
  const only = (kinds: Occurrence[]) => (invocation: Invocation) =>
    kinds.includes(THROTTLED) ? invocation.functionFailures : invocation.systemFailures;
  check((life) => {
    for (const { before, after, occurrence } of life) {
      if (occurrence === THROTTLED) expect(after.functionFailures).toBe(only([THROTTLED])(before));
      if (occurrence === FUNCTION_ERROR) expect(after.systemFailures).toBe(only([FUNCTION_ERROR])(before));
    }
  });
});

test("a failing system is asked again after 0.5, 1, 2, 4 … seconds, for 5 hours", () => {
  const by = {
    rules: { maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 86_400, onSuccess: null, onFailure: null },
    retryDelaysSeconds: [1],
    deliveryId: "d",
  };
  const call = {
    id: "i",
    requestId: "r",
    qualifier: "LATEST",
    version: "2023-03-30",
    isTask: false,
  } as const;
  let invocation = enqueued(call, START);
  const waits: number[] = [];
  let now = START;
  while (!isFinal(invocation.status)) {
    now = Math.max(now, invocation.dueAt ?? now);
    const occurrence = invocation.status === "Running" ? THROTTLED : DUE;
    invocation = transition(invocation, occurrence, by, now)?.invocation ?? invocation;
    if (invocation.status === "Retrying") waits.push(((invocation.dueAt ?? 0) - now) / 1000);
  }
  expect(waits).toEqual(Array.from({ length: 15 }, (_, n) => 0.5 * 2 ** n));
  expect(invocation).toMatchObject({
    status: "Failed",
    attempts: 16,
    systemFailures: 16,
    functionFailures: 0,
  });
  expect(now - START).toBeLessThanOrEqual(5 * HOUR_MS);
});

test("no attempt begins when the event is older than the config allows", () => {
  check((life) => {
    for (const { before, begins, by, now } of life) {
      if (begins)
        expect(now - before.enqueuedAt).toBeLessThanOrEqual(by.rules.maxAsyncEventAgeInSeconds * 1000);
    }
  });
});

test("an attempt begins only where one is counted, and only when it is due", () => {
  check((life) => {
    for (const { before, after, begins, occurrence } of life) {
      expect(after.attempts - before.attempts).toBe(begins ? 1 : 0);
      if (begins) expect([occurrence, after.status]).toEqual([DUE, "Running"]);
    }
  });
});

test("what was stopped ends as Stopped, or as Invalid when the function is deleted", () => {
  check((life) => {
    const stopped = life.findIndex(({ after }) => after.status === "Stopping");
    if (stopped === -1) return;
    for (const { after } of life.slice(stopped)) {
      expect(["Stopping", "Stopped", "Invalid"]).toContain(after.status);
    }
  });
});

test("what happens next is never due before now, and something is due until the end", () => {
  check((life) => {
    for (const { before, after, now } of life) {
      if (after === before) continue;
      if (after.dueAt !== null) expect(after.dueAt).toBeGreaterThanOrEqual(now);
      // While an attempt runs, its outcome says when it ends.
      if (!isFinal(after.status) && after.status !== "Running") expect(after.dueAt).not.toBeNull();
    }
  });
});

test("times of events never go back", () => {
  check((life) => {
    const times = life.at(-1)?.after.events.map(({ at }) => at) ?? [];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

test("one delivery is made at most: to the destination for the status, where there is one", () => {
  check((life) => {
    const last = life.at(-1)?.after;
    for (const { after } of life) if (!isFinal(after.status)) expect(after.delivery).toBeNull();
    if (!last || last.delivery === null) return;
    expect(last.delivery.condition).toBe(last.status === "Succeeded" ? "onSuccess" : "onFailure");
    expect(last.status).not.toBe("Invalid");
    const ids = new Set(life.flatMap(({ after }) => after.delivery?.id ?? []));
    expect(ids.size).toBe(1);
    for (const status of ["Succeeded", "DestinationDeliveryFailed"] as const) {
      expect(delivered(last, status)).toMatchObject({ dueAt: null, delivery: { status } });
    }
  });
});

test("every final status is reached by some row, and no row leaves a final status", () => {
  expect(new Set(transitions.map(({ to }) => to))).toEqual(
    new Set([...finalStatuses, ...pendingStatuses.filter((status) => status !== "Enqueued")]),
  );
  for (const { from } of transitions) for (const status of from) expect(isFinal(status)).toBe(false);
});
