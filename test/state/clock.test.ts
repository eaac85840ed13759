import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advance,
  type Clock,
  clockSchema,
  givenClock,
  now,
  REAL_CLOCK,
  setClock,
  showClock,
} from "../../src/state/clock.ts";

const EARLIEST = Date.parse("1970-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59Z");
const REAL = Date.parse("2030-01-01T00:00:00.500Z");

const isShowable = (time: number) => time >= EARLIEST && time <= LATEST;
const times = fc.integer({ min: EARLIEST, max: LATEST });
const seconds = fc.oneof(fc.integer(), fc.integer({ min: -1e12, max: 1e12 }));
/** A clock that can be set, and the real time that it is looked at. */
const clocks: fc.Arbitrary<{ clock: Exclude<Clock, { mode: "real" }>; real: number }> = fc.oneof(
  fc.record({ clock: fc.record({ mode: fc.constant("frozen"), at: times }), real: times }),
  fc
    .record({ real: times, offsetSeconds: fc.integer() })
    .filter(({ real, offsetSeconds }) => isShowable(real + offsetSeconds * 1000))
    .map(({ real, offsetSeconds }) => ({
      clock: { mode: "shifted" as const, offsetMs: offsetSeconds * 1000 },
      real,
    })),
);

test("a real clock shows real time, a shifted one keeps its distance, and a frozen one stands still", () => {
  expect(now(REAL_CLOCK, REAL)).toBe(REAL);
  expect(now({ mode: "shifted", offsetMs: -2000 }, REAL)).toBe(REAL - 2000);
  expect(now({ mode: "frozen", at: 7 }, REAL)).toBe(7);
});

describe("setting a clock", () => {
  test("it is as it was given, and a frozen one without a time stops at the present", () => {
    expect(setClock({ mode: "real" }, REAL)).toEqual({ mode: "real" });
    expect(setClock({ mode: "shifted", offsetSeconds: 90 }, REAL)).toEqual({
      mode: "shifted",
      offsetMs: 90_000,
    });
    expect(setClock({ mode: "frozen", time: "2031-01-01T00:00:00.250Z" }, REAL)).toEqual({
      mode: "frozen",
      at: Date.parse("2031-01-01T00:00:00.250Z"),
    });
    expect(setClock({ mode: "frozen" }, REAL)).toEqual({ mode: "frozen", at: REAL });
  });

  test("it shows no time that a timestamp can't", () => {
    fc.assert(
      fc.property(seconds, times, (offsetSeconds, real) => {
        const clock = setClock({ mode: "shifted", offsetSeconds }, real);
        expect(clock !== undefined).toBe(isShowable(real + offsetSeconds * 1000));
      }),
    );
  });
});

describe("advancing a clock", () => {
  test("it then shows so many seconds more; or it is refused, since no timestamp can show that", () => {
    fc.assert(
      fc.property(clocks, seconds, ({ clock, real }, by) => {
        const wanted = now(clock, real) + by * 1000;
        const advanced = advance(clock, by, real);
        if (isShowable(wanted)) expect(advanced && now(advanced, real)).toBe(wanted);
        else expect(advanced).toBeUndefined();
      }),
    );
  });

  test("it stays frozen, or goes on", () => {
    fc.assert(
      fc.property(clocks, ({ clock, real }) => {
        expect(advance(clock, 0, real)).toEqual(clock);
      }),
    );
  });
});

test("what a snapshot keeps of a clock is valid, and sets that clock again", () => {
  fc.assert(
    fc.property(clocks, ({ clock, real }) => {
      const given = givenClock(clock);
      expect(clockSchema.parse(given)).toEqual(given);
      expect(setClock(given, real)).toEqual(clock);
    }),
  );
  expect(givenClock(REAL_CLOCK)).toEqual({ mode: "real" });
});

test("an offset that has a fraction, since the clock is being advanced, is shown in whole seconds", () => {
  const given = givenClock({ mode: "shifted", offsetMs: 86_459_987 });
  expect(given).toEqual({ mode: "shifted", offsetSeconds: 86_460 });
  expect(clockSchema.parse(given)).toEqual(given);
});

test("what is shown of a clock is that, and its present time", () => {
  expect(showClock(REAL_CLOCK, REAL)).toEqual({ mode: "real", now: "2030-01-01T00:00:00.500Z" });
  expect(showClock({ mode: "shifted", offsetMs: 3_600_000 }, REAL)).toEqual({
    mode: "shifted",
    offsetSeconds: 3600,
    now: "2030-01-01T01:00:00.500Z",
  });
  expect(showClock({ mode: "frozen", at: 0 }, REAL)).toEqual({
    mode: "frozen",
    time: "1970-01-01T00:00:00.000Z",
    now: "1970-01-01T00:00:00.000Z",
  });
});

test.each([
  [{ mode: "stopped" }, `"real", "shifted" or "frozen"`],
  [{ mode: "shifted", offsetSeconds: 0.5 }, "a whole number of seconds"],
  [{ mode: "shifted", offsetSeconds: 1e12 }, "a whole number of seconds within 10,000 years"],
  [{ mode: "frozen", time: "1969-12-31T23:59:59Z" }, "a time of the years 1970 to 9999"],
  [{ mode: "frozen", time: "2030-02-31T00:00:00Z" }, "an RFC 3339 time, such as 2030-01-31T12:00:00Z"],
])("%j is no clock: it must be %s", (clock, allowed) => {
  expect(clockSchema.safeParse(clock).error?.issues.map(({ message }) => message)).toEqual([allowed]);
});
