import type { Env } from "../env.ts";
import type { ShardTotals } from "../objects/registryMessages.ts";
import { registryShards } from "../objects/stubs.ts";
import type { UsageOfDay } from "../state/registry.ts";

/** What all shards of the registry have together, in numbers; the latest day first. */
export async function registryTotals(env: Env): Promise<ShardTotals> {
  const shards = await Promise.all(registryShards(env).map((shard) => shard.totals()));
  return {
    sandboxes: shards.reduce((sum, { sandboxes }) => sum + sandboxes, 0),
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    days: sumOfDays(shards.flatMap(({ days }) => days)),
  };
}

/** The usage of each day, summed up, the latest day first. */
function sumOfDays(days: readonly UsageOfDay[]): UsageOfDay[] {
  const sums = [...Map.groupBy(days, ({ day }) => day)].map(([day, its]) => ({
    day,
    requests: its.reduce((sum, { requests }) => sum + requests, 0),
    posts: its.reduce((sum, { posts }) => sum + posts, 0),
  }));
  return sums.sort((a, b) => b.day.localeCompare(a.day));
}
