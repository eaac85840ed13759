import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DueWork, NO_RETRY, ObjectAlarm, type Retry } from "../../src/lib/alarm.ts";

const NOW = Date.UTC(2030, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The alarm of an object that has this work, when the alarm is set, and how often its retries were stored. */
function newAlarm(...work: DueWork[]) {
  let time: number | undefined;
  let retry: Retry = NO_RETRY;
  let writes = 0;
  const storage = {
    setAlarm: async (at: number) => {
      time = at;
    },
    deleteAlarm: async () => {
      time = undefined;
    },
  };
  const alarm = new ObjectAlarm(storage, work, {
    get: () => retry,
    set: (given) => {
      retry = given;
      writes += 1;
    },
  });
  return { alarm, time: () => time, writes: () => writes };
}

/** Work that is due at this time, and counts how often it was done. */
function work(dueAt: number | undefined, run: () => Promise<"done" | "erased"> = async () => "done") {
  const counted = {
    runs: 0,
    dueAt: () => dueAt,
    run: () => {
      counted.runs += 1;
      return run();
    },
  };
  return counted;
}

const failing = () => Promise.reject(new Error("out of order"));

describe("the alarm is set", () => {
  test("to the earliest time at which work is due", async () => {
    const { alarm, time } = newAlarm(work(NOW + 2000), work(undefined), work(NOW + 1000));
    await alarm.schedule();
    expect(time()).toBe(NOW + 1000);
  });

  test("to the time of new work of which nothing else is known", async () => {
    const { alarm, time } = newAlarm(work(undefined));
    await alarm.scheduleBy(NOW + 1000);
    expect(time()).toBe(NOW + 1000);
    await alarm.scheduleBy(NOW + 2000);
    expect(time()).toBe(NOW + 1000);
  });

  test("to no time when nothing is due", async () => {
    let dueAt: number | undefined = NOW + 1000;
    const { alarm, time } = newAlarm({ dueAt: () => dueAt, run: async () => "done" });
    await alarm.schedule();
    expect(time()).toBe(NOW + 1000);
    dueAt = undefined;
    await alarm.schedule();
    expect(time()).toBeUndefined();
  });

  test("after it has run, to when work is due next", async () => {
    const { alarm, time } = newAlarm(work(NOW + 3000));
    await alarm.run();
    expect(time()).toBe(NOW + 3000);
  });

  test("without a write of retries while nothing fails", async () => {
    const { alarm, writes } = newAlarm(work(NOW));
    alarm.forgetFailures();
    await alarm.run();
    expect(writes()).toBe(0);
  });

  test("no more after it has erased the object, whose other work is not done", async () => {
    const other = work(NOW);
    const { alarm, time } = newAlarm(
      work(NOW, async () => "erased"),
      other,
    );
    await alarm.run();
    expect(other.runs).toBe(0);
    expect(time()).toBeUndefined();
  });
});

describe("an alarm whose work fails", () => {
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
  });

  test("does the other work, and reports the failure", async () => {
    const other = work(NOW);
    const { alarm } = newAlarm(work(NOW, failing), other);
    await alarm.run();
    expect(other.runs).toBe(1);
    expect(console.error).toHaveBeenCalledWith(new Error("out of order"));
  });

  test("waits 1 s, 2 s, 4 s and so on, up to an hour", async () => {
    const { alarm, time } = newAlarm(work(NOW, failing));
    const waits: number[] = [];
    for (let i = 0; i < 14; i++) {
      await alarm.run();
      waits.push(((time() ?? 0) - Date.now()) / 1000);
      vi.setSystemTime(time() ?? 0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
  });

  test("waits for later work no longer than that is due", async () => {
    const { alarm, time } = newAlarm(work(NOW + 60_000, failing));
    await alarm.run();
    expect(time()).toBe(NOW + 60_000);
  });

  test.each(["a success", "new work"])("starts again with 1 s after %s", async (what) => {
    let run: DueWork["run"] = failing;
    const { alarm, time } = newAlarm({ dueAt: () => NOW, run: (now) => run(now) });
    for (let i = 0; i < 5; i++) await alarm.run();
    expect(time()).toBe(NOW + 16_000);
    if (what === "new work") {
      alarm.forgetFailures();
      await alarm.schedule();
    } else {
      run = async () => "done";
      await alarm.run();
    }
    expect(time()).toBe(NOW);
    run = failing;
    await alarm.run();
    expect(time()).toBe(NOW + 1000);
  });
});
