import fc from "fast-check";
import { expect, test } from "vitest";
import { enqueued, type Invocation, type Rules } from "../../src/fc/invocations/invocation.ts";
import { type Occurrence, transition } from "../../src/fc/invocations/machine.ts";
import { systemErrors } from "../../src/fc/invocations/outcome.ts";
import { showInvocation } from "../../src/state/invocations.ts";
import { attemptsOf, planOf } from "../../src/web/dashboard/invocations/plan.ts";

const START = Date.UTC(2030, 0, 1);
const NAME = { service: "", function: "f" };
const FAILED = {
  type: "function failed",
  statusCode: 200,
  error: "UnhandledInvocationError",
  message: "the function failed",
} as const;
const THROTTLED = { type: "system failed", ...systemErrors.throttled } as const;

const rules: fc.Arbitrary<Rules> = fc.record({
  maxAsyncRetryAttempts: fc.integer({ min: 0, max: 8 }),
  maxAsyncEventAgeInSeconds: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 86_400 })),
  onSuccess: fc.constant(null),
  onFailure: fc.constant(null),
});

const stories = fc.record({
  rules: fc.array(rules, { minLength: 1, maxLength: 3 }),
  delays: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }),
  wait: fc.integer({ min: 0, max: 5 }),
  failures: fc.array(fc.constantFrom(FAILED, THROTTLED), { maxLength: 6 }),
  durationMs: fc.integer({ min: 0, max: 3000 }),
  endsRunning: fc.boolean(),
});

test("what is planned is what the machine does when the function fails at every attempt", () => {
  fc.assert(
    fc.property(stories, ({ rules: all, delays, wait, failures, durationMs, endsRunning }) => {
      const step = (invocation: Invocation, occurrence: Occurrence, at: number, by: Rules) =>
        transition(invocation, occurrence, { rules: by, retryDelaysSeconds: delays, deliveryId: "d" }, at)
          ?.invocation ?? invocation;
      const last = all.at(-1) as Rules;
      let invocation: Invocation = enqueued(
        {
          id: "i",
          requestId: "i",
          qualifier: "LATEST",
          version: "2023-03-30",
          isTask: false,
          delaySeconds: wait,
        },
        START,
      );
      // The config may change while the invocation is on its way.
      for (const [index, failure] of failures.entries()) {
        const by = all[index % all.length] as Rules;
        if (invocation.dueAt === null) break;
        const at = invocation.dueAt;
        invocation = step(invocation, { type: "due" }, at, by);
        if (invocation.status !== "Running") break;
        invocation = step(invocation, failure, at, by);
      }
      if (endsRunning && invocation.dueAt !== null) {
        const at = invocation.dueAt;
        invocation = { ...step(invocation, { type: "due" }, at, last) };
        if (invocation.status === "Running") invocation = { ...invocation, dueAt: at + durationMs };
      }

      const plan = planOf(showInvocation(invocation, NAME), last, delays);
      const begun: { number: number; at: number }[] = [];
      let future = invocation;
      if (future.status === "Running") {
        // The attempt under way goes by the rules that it began with, which here are the present ones.
        future = step({ ...future, rules: last }, FAILED, future.dueAt ?? 0, last);
      }
      while (future.dueAt !== null && (future.status === "Enqueued" || future.status === "Retrying")) {
        const at = future.dueAt;
        future = step(future, { type: "due" }, at, last);
        if (future.status !== "Running") break;
        begun.push({ number: future.attempts, at });
        future = step(future, FAILED, at, last);
      }
      expect(plan.attempts.map(({ number, at }) => ({ number, at }))).toEqual(begun);
      expect(plan.attempts.at(-1)?.isLast ?? false).toBe(begun.length > 0 && future.status === "Failed");
      const shown = attemptsOf(showInvocation(invocation, NAME));
      expect(shown).toHaveLength(invocation.attempts);
    }),
    { numRuns: 500 },
  );
});
