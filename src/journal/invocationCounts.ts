import * as z from "zod/mini";

const byName = z.record(z.string(), z.int());

/** What came of a function's asynchronous invocations since the function is there, whatever is still kept. */
export const invocationCountsSchema = z.strictObject({
  /** Invocations that have ended, by status. */
  ended: byName,
  /** Attempts that have ended, by result. */
  attempts: byName,
  /** Deliveries, by status. */
  deliveries: byName,
});

export type InvocationCounts = z.infer<typeof invocationCountsSchema>;

export const NO_INVOCATIONS: InvocationCounts = { ended: {}, attempts: {}, deliveries: {} };

/** The sum of both. */
export function addInvocationCounts(a: InvocationCounts, b: InvocationCounts): InvocationCounts {
  return {
    ended: sum(a.ended, b.ended),
    attempts: sum(a.attempts, b.attempts),
    deliveries: sum(a.deliveries, b.deliveries),
  };
}

/** The counts with one more of a name. */
export function countOne(
  counts: InvocationCounts,
  kind: keyof InvocationCounts,
  name: string,
): InvocationCounts {
  return { ...counts, [kind]: sum(counts[kind], { [name]: 1 }) };
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) {
  const total: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) total[name] = (total[name] ?? 0) + count;
  return total;
}
