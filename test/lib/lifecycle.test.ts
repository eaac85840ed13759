import { beforeEach, describe, expect, test } from "vitest";
import { Lifecycle } from "../../src/lib/lifecycle.ts";

/** What happened, in its order. */
let log: string[];

beforeEach(() => {
  log = [];
});

/** A lifecycle whose tables are numbered: how often they were opened. */
function newLifecycle() {
  let opened = 0;
  return new Lifecycle(
    () => {
      opened += 1;
      log.push(`open ${opened}`);
      return opened;
    },
    (tables) => log.push(`opened ${tables}`),
  );
}

/** A call or an erasure that notes its begin, and ends when it is told to. */
function task(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const run = async () => {
    log.push(`${name} begins`);
    await promise;
    log.push(`${name} ends`);
  };
  return { run, end: resolve, fail: reject };
}

/** Lets everything run that waits for nothing outside. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("an erasure", () => {
  test("waits for the calls that run", async () => {
    const lifecycle = newLifecycle();
    const [first, second, erasure] = [task("first"), task("second"), task("erasure")];
    const calls = [lifecycle.run(first.run), lifecycle.run(second.run)];
    const erased = lifecycle.erase(erasure.run);
    first.end();
    await settle();
    expect(log).toEqual(["first begins", "second begins", "first ends"]);
    second.end();
    erasure.end();
    await Promise.all([...calls, erased]);
    expect(log.slice(3)).toEqual(["second ends", "erasure begins", "erasure ends"]);
  });

  test("waits no longer for a call that was rejected", async () => {
    const lifecycle = newLifecycle();
    const call = task("call");
    const called = lifecycle.run(call.run);
    const erased = lifecycle.erase(async () => {});
    call.fail(new Error("a bug"));
    await expect(called).rejects.toThrow("a bug");
    await erased;
  });

  test("has calls that arrive during it wait for its end", async () => {
    const lifecycle = newLifecycle();
    const [running, erasure, late] = [task("running"), task("erasure"), task("late")];
    const called = lifecycle.run(running.run);
    const erased = lifecycle.erase(erasure.run);
    late.end();
    const calledLate = lifecycle.run(late.run);
    running.end();
    await settle();
    expect(log).toEqual(["running begins", "running ends", "erasure begins"]);
    erasure.end();
    await Promise.all([called, erased, calledLate]);
    expect(log.slice(3)).toEqual(["erasure ends", "late begins", "late ends"]);
  });

  test("that follows another at once has calls wait for its end, too", async () => {
    const lifecycle = newLifecycle();
    const [first, second, call] = [task("first"), task("second"), task("call")];
    const erased = lifecycle.erase(first.run).then(() => lifecycle.erase(second.run));
    call.end();
    const called = lifecycle.run(call.run);
    first.end();
    await settle();
    expect(log).toEqual(["first begins", "first ends", "second begins"]);
    second.end();
    await Promise.all([erased, called]);
    expect(log.slice(3)).toEqual(["second ends", "call begins", "call ends"]);
  });

  test("shares its end with an erasure that begins during it", async () => {
    const lifecycle = newLifecycle();
    const erasure = task("erasure");
    const both = [lifecycle.erase(erasure.run), lifecycle.erase(task("second").run)];
    expect(lifecycle.erasures).toBe(1);
    erasure.end();
    await Promise.all(both);
    expect(log).toEqual(["erasure begins", "erasure ends"]);
    await lifecycle.erase(async () => {});
    expect(lifecycle.erasures).toBe(2);
  });

  test("that is rejected lets the calls through that wait for it, and later ones", async () => {
    const lifecycle = newLifecycle();
    const erasure = task("erasure");
    const erased = lifecycle.erase(erasure.run);
    const waiting = lifecycle.run(() => "waiting");
    erasure.fail(new Error("out of order"));
    await expect(erased).rejects.toThrow("out of order");
    expect(await waiting).toBe("waiting");
    expect(await lifecycle.run(() => "later")).toBe("later");
    expect(lifecycle.isBusy).toBe(false);
    await lifecycle.erase(async () => {});
    expect(lifecycle.erasures).toBe(2);
  });
});

test("an object is busy while a call runs, and while it is erased", async () => {
  const lifecycle = newLifecycle();
  const [call, erasure] = [task("call"), task("erasure")];
  expect(lifecycle.isBusy).toBe(false);
  const called = lifecycle.run(call.run);
  expect(lifecycle.isBusy).toBe(true);
  call.end();
  await called;
  expect(lifecycle.isBusy).toBe(false);
  const erased = lifecycle.erase(erasure.run);
  expect(lifecycle.isBusy).toBe(true);
  erasure.end();
  await erased;
  expect(lifecycle.isBusy).toBe(false);
});

describe("the tables", () => {
  test("are opened by the first call that asks for them, once", async () => {
    const lifecycle = newLifecycle();
    await lifecycle.run(() => {});
    expect(log).toEqual([]);
    for (let i = 0; i < 2; i++) expect(await lifecycle.run(() => lifecycle.tables)).toBe(1);
    expect(log).toEqual(["open 1", "opened 1"]);
  });

  test("are there when `opened` is called", async () => {
    const found: number[] = [];
    const lifecycle: Lifecycle<number> = new Lifecycle(
      () => found.length + 1,
      () => found.push(lifecycle.tables),
    );
    await lifecycle.run(() => lifecycle.tables);
    expect(found).toEqual([1]);
  });

  test("are opened anew after `reopen`", async () => {
    const lifecycle = newLifecycle();
    await lifecycle.run(() => lifecycle.tables);
    lifecycle.reopen();
    expect(await lifecycle.run(() => lifecycle.tables)).toBe(2);
    expect(log.slice(2)).toEqual(["open 2", "opened 2"]);
  });

  test.each([
    ["an erasure", () => Promise.resolve()],
    ["an erasure that is rejected", () => Promise.reject(new Error("out of order"))],
  ])("are opened anew after %s", async (_, erase) => {
    const lifecycle = newLifecycle();
    await lifecycle.run(() => lifecycle.tables);
    await lifecycle.erase(erase).catch(() => {});
    expect(await lifecycle.run(() => lifecycle.tables)).toBe(2);
  });
});

describe("an end", () => {
  const last = (ends: boolean) => async () => ({ result: "last", ends });

  test("waits for the calls that run, and for an erasure", async () => {
    const lifecycle = newLifecycle();
    const [call, erasure] = [task("call"), task("erasure")];
    const called = lifecycle.run(call.run);
    const erased = lifecycle.erase(erasure.run);
    const ended = lifecycle.end(async () => {
      log.push("last");
      return { result: undefined, ends: false };
    });
    call.end();
    await settle();
    erasure.end();
    await Promise.all([called, erased, ended]);
    expect(log).toEqual(["call begins", "call ends", "erasure begins", "erasure ends", "last"]);
  });

  test("lets no call in after it", async () => {
    const lifecycle = newLifecycle();
    const ended = lifecycle.end(last(true));
    void lifecycle.run(task("call").run);
    expect(await ended).toBe("last");
    await settle();
    expect(log).toEqual([]);
  });

  test("lets calls go on when the object does not end", async () => {
    const lifecycle = newLifecycle();
    for (const end of [last(false), () => Promise.reject(new Error("a bug"))]) {
      const call = task("call");
      const ended = lifecycle.end(end).catch(String);
      const called = lifecycle.run(call.run);
      expect(await ended).toMatch(/^last$|a bug/);
      call.end();
      await called;
    }
    expect(log).toEqual(["call begins", "call ends", "call begins", "call ends"]);
  });
});

describe("a call on tables that are open", () => {
  test("opens none", async () => {
    const lifecycle = newLifecycle();
    await lifecycle.runIfOpen((tables) => log.push(`call on ${tables}`));
    expect(log).toEqual([]);
    expect(lifecycle.tables).toBe(1);
    await lifecycle.runIfOpen((tables) => log.push(`call on ${tables}`));
    expect(log).toEqual(["open 1", "opened 1", "call on 1"]);
  });

  test("waits for an erasure, which closes them", async () => {
    const lifecycle = newLifecycle();
    expect(lifecycle.tables).toBe(1);
    const erasure = task("erasure");
    const erased = lifecycle.erase(erasure.run);
    const called = lifecycle.runIfOpen((tables) => log.push(`call on ${tables}`));
    erasure.end();
    await Promise.all([erased, called]);
    expect(log.slice(2)).toEqual(["erasure begins", "erasure ends"]);
  });
});
