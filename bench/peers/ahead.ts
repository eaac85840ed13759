/** What a server was found to do, in numbers. */
export interface Result {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly memoryMiB: number;
  readonly startMs: number;
  readonly keepsState: boolean;
  readonly keeps: string;
}

/** The columns of numbers, and whether more of it is better. */
export const COLUMNS = [
  { name: "PUT/s", of: ({ requestsPerSecond }: Result) => requestsPerSecond, isMoreBetter: true },
  { name: "p50 ms", of: ({ p50 }: Result) => p50, isMoreBetter: false },
  { name: "p99 ms", of: ({ p99 }: Result) => p99, isMoreBetter: false },
  { name: "MiB", of: ({ memoryMiB }: Result) => memoryMiB, isMoreBetter: false },
  { name: "start ms", of: ({ startMs }: Result) => startMs, isMoreBetter: false },
] as const;

/** A sentence for each column: who is ahead of all, and of those that keep configs, and which place each of `ours` takes. */
export function ahead(found: readonly Result[], ours: readonly string[]): string[] {
  return COLUMNS.map(({ name, of, isMoreBetter }) => {
    // Where there is no /proc, no memory is known.
    const known = found.filter((result) => !Number.isNaN(of(result)));
    const isBetter = (one: number, other: number) => (isMoreBetter ? one > other : one < other);
    const best = (some: readonly Result[]) => {
      const leaders = some.filter((one) => !some.some((other) => isBetter(of(other), of(one))));
      return leaders.map((one) => `${one.name}, ${of(one)} (keeps ${one.keeps})`).join("; ");
    };
    const places = known
      .filter((one) => ours.includes(one.name))
      .map((one) => {
        const place = 1 + known.filter((other) => isBetter(of(other), of(one))).length;
        return `${one.name}, ${of(one)}, is number ${place} of ${known.length}.`;
      });
    const keepers = known.filter(({ keepsState }) => keepsState);
    const leaders = `${name}: ahead is ${best(known)}. Of those that keep configs: ${best(keepers)}.`;
    return [leaders, ...places].join(" ");
  });
}
