import * as z from "zod/mini";

/** What came to an object since it is there, whatever its journal still remembers. */
export const trafficSchema = z.strictObject({
  /** By operation (`none` where a request matched none) and status. */
  requests: z.array(z.strictObject({ operation: z.string(), status: z.int(), count: z.int() })),
  /** How often a fault struck, those included that requests asked for themselves. */
  faultsStruck: z.int(),
  /** Rows of configs and journal that were written, as the storage counts them. */
  rowsWritten: z.int(),
});

export type Traffic = z.infer<typeof trafficSchema>;

/** The operation of requests that matched none. */
export const NO_OPERATION = "none";

export const NO_TRAFFIC: Traffic = { requests: [], faultsStruck: 0, rowsWritten: 0 };

/** One request as it is counted. */
export interface CountedRequest {
  readonly operation: string | null;
  readonly status: number;
  readonly faultsStruck: number;
}

export function trafficOf({ operation, status, faultsStruck }: CountedRequest): Traffic {
  return {
    requests: [{ operation: operation ?? NO_OPERATION, status, count: 1 }],
    faultsStruck,
    rowsWritten: 0,
  };
}

/** The sum of both. */
export function addTraffic(a: Traffic, b: Traffic): Traffic {
  const requests = [...a.requests];
  for (const one of b.requests) {
    const index = requests.findIndex(
      (other) => other.operation === one.operation && other.status === one.status,
    );
    const known = requests[index];
    if (known) requests[index] = { ...known, count: known.count + one.count };
    else requests.push(one);
  }
  return {
    requests,
    faultsStruck: a.faultsStruck + b.faultsStruck,
    rowsWritten: a.rowsWritten + b.rowsWritten,
  };
}
