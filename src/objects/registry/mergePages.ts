import type { RegisteredSandbox, SandboxesQuery } from "../../state/registry.ts";
import type { SandboxesFound, SandboxPosition } from "../registryMessages.ts";
import { orderOf } from "./sandboxTable.ts";

/**
 * The page that all shards together have: the first `limit` sandboxes in the query's order. A shard may have stopped before
 * it found as many, so the page ends where the first of these shards has stopped. `next` is null on the last page.
 */
export function mergePages(
  found: readonly SandboxesFound[],
  query: SandboxesQuery,
  limit: number,
): { readonly sandboxes: RegisteredSandbox[]; readonly next: SandboxPosition | null } {
  const positionOf = positionIn(query);
  const compare = comparison(query);
  const ends = found.flatMap(({ reached }) => reached ?? []).sort(compare);
  const [end = null] = ends;
  const known = found
    .flatMap(({ sandboxes }) => sandboxes)
    .filter((one) => end === null || compare(positionOf(one), end) <= 0)
    .sort((a, b) => compare(positionOf(a), positionOf(b)));
  const sandboxes = known.slice(0, limit);
  const last = sandboxes.at(-1);
  if (known.length > limit && last) return { sandboxes, next: positionOf(last) };
  return { sandboxes, next: end };
}

/** The place of a sandbox in the query's order. */
function positionIn(query: SandboxesQuery): (one: RegisteredSandbox) => SandboxPosition {
  const order = orderOf(query);
  return (one) => {
    if (order === "label") return { value: one.label ?? "", id: one.id };
    return { value: order === "bytes" ? one.bytes : Date.parse(one[order]), id: one.id };
  };
}

/** Compares positions as the shards sort. Labels and ids are ASCII, so the order of their characters is that of their bytes. */
function comparison(query: SandboxesQuery): (a: SandboxPosition, b: SandboxPosition) => number {
  const sign = orderOf(query) === "label" ? 1 : -1;
  return (a, b) => {
    if (a.value !== b.value) return a.value < b.value ? -sign : sign;
    return a.id === b.id ? 0 : a.id < b.id ? -sign : sign;
  };
}
