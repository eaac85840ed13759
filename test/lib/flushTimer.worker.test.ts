import { beforeEach, expect, test, vi } from "vitest";
import { FlushTimer } from "../../src/lib/flushTimer.ts";

const QUIET_MS = 50;

let time: number;
/** Times of flushes. */
let flushes: number[];

beforeEach(() => {
  time = 1_000_000;
  flushes = [];
  vi.spyOn(Date, "now").mockImplementation(() => time);
});

/** Time passes only while somebody waits, and `meanwhile` is done in each wait. */
function passTime(meanwhile: () => void): void {
  vi.spyOn(scheduler, "wait").mockImplementation(async (milliseconds) => {
    meanwhile();
    time += milliseconds;
  });
}

function newTimer(flush = async () => {}) {
  const work: Promise<void>[] = [];
  const timer = new FlushTimer(
    async () => {
      flushes.push(time - 1_000_000);
      await flush();
    },
    (added) => work.push(added),
  );
  return { timer, settled: () => Promise.all(work) };
}

test("what comes alone is flushed after a moment", async () => {
  passTime(() => {});
  const { timer, settled } = newTimer();
  for (let i = 1; i <= 3; i++) {
    timer.set();
    await settled();
    expect(flushes.at(-1)).toBe(i * QUIET_MS);
  }
});

test("what comes together is flushed once", async () => {
  passTime(() => {});
  const { timer, settled } = newTimer();
  for (let i = 0; i < 5; i++) timer.set();
  await settled();
  expect(flushes).toEqual([2 * QUIET_MS]);
});

test("what keeps coming is flushed within a second", async () => {
  const { timer, settled } = newTimer();
  passTime(() => timer.set());
  timer.set();
  await settled();
  expect(flushes).toEqual([1000 - QUIET_MS]);
});

test("what keeps coming for a while is flushed when nothing more comes", async () => {
  let more = 3;
  const { timer, settled } = newTimer();
  passTime(() => more-- > 0 && timer.set());
  timer.set();
  await settled();
  expect(flushes).toEqual([4 * QUIET_MS]);
});

test("a flush that fails is logged, and the next is tried", async () => {
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  passTime(() => {});
  const failure = new Error("out of order");
  const { timer, settled } = newTimer(async () => {
    throw failure;
  });
  timer.set();
  await settled();
  timer.set();
  await settled();
  expect(flushes).toHaveLength(2);
  expect(reported.mock.calls).toEqual([[failure], [failure]]);
});
