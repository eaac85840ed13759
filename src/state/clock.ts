import * as z from "zod/mini";
import { timeSchema } from "../lib/time.ts";

/**
 * A sandbox's clock, which the API's timestamps show. `offsetMs` is in milliseconds, `at` in milliseconds
 * since 1970.
 */
export type Clock =
  | { readonly mode: "real" }
  | { readonly mode: "shifted"; readonly offsetMs: number }
  | { readonly mode: "frozen"; readonly at: number };

export const REAL_CLOCK: Clock = { mode: "real" };

// Timestamps have a four-digit year.
const EARLIEST = Date.UTC(1970, 0, 1);
/** The latest time that a clock shows, in milliseconds since 1970. */
export const LATEST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

const shownTime = timeSchema.check(
  z.refine((text) => isShowable(Date.parse(text)), { error: "a time of the years 1970 to 9999" }),
);

const MAX_SECONDS = 10_000 * 366 * 86_400;
const SECONDS_ALLOWED = { error: "a whole number of seconds within 10,000 years" };
const seconds = z
  .int({ error: "a whole number of seconds" })
  .check(z.gte(-MAX_SECONDS, SECONDS_ALLOWED), z.lte(MAX_SECONDS, SECONDS_ALLOWED));

/** The schemas of a clock's modes in requests. A frozen clock without a time stops at the present. */
export const clockModes = {
  real: z.strictObject({ mode: z.literal("real") }),
  shifted: z.strictObject({ mode: z.literal("shifted"), offsetSeconds: seconds }),
  frozen: z.strictObject({ mode: z.literal("frozen"), time: z.optional(shownTime) }),
};

export const clockSchema = z.discriminatedUnion(
  "mode",
  [clockModes.real, clockModes.shifted, clockModes.frozen],
  { error: `"real", "shifted" or "frozen"` },
);

/** The schema of how far to advance a clock: by seconds, to what is due next, or until nothing is due. */
export const advanceSchema = z.union(
  [
    z.strictObject({ seconds }),
    z.strictObject({ to: z.enum(["next", "idle"], { error: '"next" or "idle"' }) }),
  ],
  { error: 'either "seconds", a whole number, or "to", which is "next" or "idle"' },
);

export type GivenAdvance = z.infer<typeof advanceSchema>;

/** The schema of a clock in responses: a mode, the clock's present time, and other items. */
export function shownClockWith<S extends Readonly<Record<string, z.ZodMiniType>>>(others: S) {
  const items = { now: z.string(), ...others };
  return z.discriminatedUnion("mode", [
    z.extend(clockModes.real, items),
    z.extend(clockModes.shifted, items),
    z.extend(clockModes.frozen, items),
  ]);
}

export const shownClockSchema = shownClockWith({});

export type GivenClock = z.infer<typeof clockSchema>;
export type ShownClock = z.infer<typeof shownClockSchema>;

/** The clock's time when real time is `real`; both in milliseconds since 1970. */
export function now(clock: Clock, real: number): number {
  if (clock.mode === "frozen") return clock.at;
  return clock.mode === "shifted" ? real + clock.offsetMs : real;
}

/** The clock from a request; undefined when its time is outside of the years that timestamps can show. */
export function setClock(given: GivenClock, real: number): Clock | undefined {
  if (given.mode === "real") return REAL_CLOCK;
  const clock: Clock =
    given.mode === "shifted"
      ? { mode: "shifted", offsetMs: given.offsetSeconds * 1000 }
      : { mode: "frozen", at: given.time === undefined ? real : Date.parse(given.time) };
  return isShowable(now(clock, real)) ? clock : undefined;
}

/**
 * Advances a clock by seconds; undefined when its time would be outside of the years that timestamps can
 * show.
 */
export function advance(
  clock: Exclude<Clock, { mode: "real" }>,
  by: number,
  real: number,
): Clock | undefined {
  const advanced: Clock =
    clock.mode === "frozen"
      ? { mode: "frozen", at: clock.at + by * 1000 }
      : { mode: "shifted", offsetMs: clock.offsetMs + by * 1000 };
  return isShowable(now(advanced, real)) ? advanced : undefined;
}

/** A clock that is not real, at another time of the sandbox. */
export function clockAt(clock: Exclude<Clock, { mode: "real" }>, at: number, real: number): Clock {
  return clock.mode === "frozen" ? { mode: "frozen", at } : { mode: "shifted", offsetMs: at - real };
}

/** A clock whose offset is in whole seconds, as responses show it: at most a second later. */
export function withWholeSeconds(clock: Clock): Clock {
  return clock.mode === "shifted" ? { ...clock, offsetMs: Math.ceil(clock.offsetMs / 1000) * 1000 } : clock;
}

/** When real time shows a time of the sandbox; undefined when the clock never gets there by itself. */
export function realTimeOf(clock: Clock, time: number): number | undefined {
  if (clock.mode === "frozen") return undefined;
  return clock.mode === "shifted" ? time - clock.offsetMs : time;
}

/** A clock in the form of requests and snapshots, without its present time. */
export function givenClock(clock: Clock): GivenClock {
  if (clock.mode === "frozen") return { mode: "frozen", time: new Date(clock.at).toISOString() };
  // While the clock is being advanced, its offset may have a fraction of a second.
  return clock.mode === "shifted"
    ? { mode: "shifted", offsetSeconds: Math.ceil(clock.offsetMs / 1000) }
    : clock;
}

/** A clock in the form of responses, with its present time. */
export function showClock(clock: Clock, real: number): ShownClock {
  return { ...givenClock(clock), now: new Date(now(clock, real)).toISOString() };
}

function isShowable(time: number): boolean {
  return time >= EARLIEST && time <= LATEST_TIME;
}
