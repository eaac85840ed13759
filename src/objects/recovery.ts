import { problem } from "../documents/problem.ts";
import type { Problem } from "../documents/responseBodies.ts";
import type { Env } from "../env.ts";
import { type Err, ok, type Result } from "../lib/result.ts";
import { DAY_MS } from "../lib/time.ts";
import { sandboxObject } from "./stubs.ts";

/** How far back Cloudflare keeps the history of an object's storage. */
const HISTORY_MS = 30 * DAY_MS;
/** How long an object whose storage is to be restored waits with its end, so that its reply arrives. */
const END_MS = 100;
const ATTEMPTS = 5;

/** What an object's storage was at a time: a bookmark of the platform, or null when the object had none. */
export type Past = string | null;

/**
 * Takes a sandbox and its functions back to a time, in milliseconds since 1970. The problem is 400 for a time that the
 * platform keeps no history of, 501 where it keeps none at all; with these, nothing has changed. 503 when only a part was
 * restored: then the same call completes it.
 */
export async function restoreSandbox(
  env: Env,
  sandbox: string,
  time: number,
): Promise<Result<undefined, Problem>> {
  try {
    const begun = await sandboxObject(env, sandbox).restore(time);
    if (!begun.ok) return begun;
    return await inNextSession(
      async (): Promise<Result<undefined, Problem>> =>
        sandboxObject(env, sandbox).finishRestore(time, begun.value),
    );
  } catch (error) {
    console.error(error);
    return problem(503, "The sandbox may be restored only in part: try again, with the same time.");
  }
}

/** Makes a call of an object whose session may end under it: another attempt reaches the next session. */
async function inNextSession<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** A 400 problem for a time that no platform keeps the history of. */
export function wrongTime(time: number, now: number): Err<Problem> | undefined {
  if (time <= now && time >= now - HISTORY_MS) return undefined;
  return problem(400, "The time must be in the past 30 days.");
}

/**
 * What an object's storage was at a time; 501 where the platform keeps no history, 409 where that has not begun yet.
 * `isUsed` says whether the object has something now.
 */
export async function pastOf(
  storage: Pick<DurableObjectStorage, "getBookmarkForTime">,
  time: number,
  isUsed: boolean,
): Promise<Result<Past, Problem>> {
  try {
    // Cloudflare documents the method, but not how it fails: these are the messages of the platform, and of workerd.
    return ok(await storage.getBookmarkForTime(time));
  } catch (error) {
    const why = String(error);
    if (why.includes("does not implement point-in-time recovery")) return NO_RECOVERY;
    // Cloudflare begins an object's history about a minute after the object's first write.
    if (why.includes("has no history")) return isUsed ? NO_HISTORY : ok(null);
    if (why.includes("before this database existed")) return ok(null);
    throw error;
  }
}

const NO_RECOVERY = problem(
  501,
  "Only Cloudflare can restore a sandbox to a time: this platform keeps no history.",
);

const NO_HISTORY = problem(
  409,
  "The sandbox, or one of its functions, is less than a minute old: try again in a minute.",
);

/** Has an object's storage be what it was, once the object has ended, which it does soon after its reply. */
export async function restoreStorage(ctx: DurableObjectState, bookmark: string): Promise<void> {
  await ctx.storage.onNextSessionRestoreBookmark(bookmark);
  ctx.waitUntil(scheduler.wait(END_MS).then(() => ctx.abort("The storage is restored to an earlier time.")));
}
