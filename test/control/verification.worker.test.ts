import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ControlError, VerificationError } from "../../src/client/index.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects } from "../objects/objects.ts";
import { versions } from "../request.ts";

const [, , fc3] = versions;
const LONG = { description: "x".repeat(9000) };

/** What a question comes to: an answer, or what its problem says. */
async function asked<T>(question: Promise<T>): Promise<T | boolean | string> {
  try {
    return (await question) ?? true;
  } catch (error) {
    if (error instanceof VerificationError) return false;
    if (error instanceof ControlError && error.problem.status === 409) return error.problem.detail;
    throw error;
  }
}

const putTimes = async (sandbox: TestSandbox, name: string, times: number, body: object = {}) => {
  for (let i = 0; i < times; i++) await sandbox.send("PUT", fc3.config(name), body);
};

describe("a verification is inconclusive where the journal does not have the whole truth:", () => {
  test("after more requests than it keeps", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 5 } });
    await putTimes(sandbox, "f", 7);
    const { requests } = sandbox;
    expect(await asked(requests.verify({ operation: "put" }, { exactly: 5 }))).toContain(
      "Inconclusive: 5 requests in the journal match, but the journal dropped 2 that may match: make `journalSize` larger",
    );
    expect(await asked(requests.count({ operation: "put" }))).toContain("dropped 2");
    expect(await asked(requests.verify({ operation: "put" }, { exactly: 7 }))).toContain("dropped 2");
    // What holds all the same, or can't hold.
    expect(await asked(requests.verify({ operation: "put" }, { atLeast: 5 }))).toBe(true);
    expect(await asked(requests.verify({ operation: "put" }, { exactly: 4 }))).toBe(false);
    expect(await asked(requests.verify({ operation: "put" }, { atLeast: 8 }))).toBe(false);
    expect(await asked(requests.verify({ operation: "put" }, { atMost: 7 }))).toBe(true);
    // What was dropped can't be any of these.
    expect(await asked(requests.count({ operation: "get" }))).toBe(0);
    expect(await asked(requests.count({ status: "4xx" }))).toBe(0);
    expect(await asked(requests.count({ function: "g" }))).toBe(0);
    expect(await asked(requests.count({ since: new Date(Date.now() + 60_000).toISOString() }))).toBe(0);
    const [latest] = (await requests.list({}, { limit: 1 })).requests;
    expect(await asked(requests.verify({ requestId: latest?.requestId ?? "" }, { exactly: 1 }))).toBe(true);
    expect(await asked(requests.verify({ requestId: "another" }, { exactly: 0 }))).toContain("dropped 2");
    const { counts, functions } = await sandbox.summary();
    expect([counts.dropped, functions[0]?.dropped]).toEqual([2, 2]);
    await requests.clear();
    expect((await sandbox.summary()).counts.dropped).toBe(0);
    await putTimes(sandbox, "f", 1);
    expect(await asked(requests.verify({}, { exactly: 1 }))).toBe(true);
  });

  test("after a delayed request took the place of one that came later", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 1 } });
    const { requests } = sandbox;
    await putTimes(sandbox, "f", 1);
    await requests.clear();
    await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "delay", milliseconds: 500 } });
    const delayed = sandbox.send("PUT", fc3.config("f"));
    // Several, so that the last is later by a millisecond or more.
    for (let i = 0; i < 9; i++) await sandbox.send("GET", fc3.config("f"));
    const [later] = (await requests.list()).requests;
    await delayed;
    expect((await requests.list()).requests).toMatchObject([{ method: "PUT" }]);
    expect(await asked(requests.count({ since: later?.time ?? "" }))).toContain("dropped 9");
  });

  test("after requests for no function, too", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 2 } });
    for (let i = 0; i < 3; i++) await sandbox.send("GET", "/nowhere");
    expect(await asked(sandbox.requests.count({ status: 400 }))).toContain("dropped 1");
    expect(await asked(sandbox.requests.count({ status: 200 }))).toBe(0);
  });

  test("after a body that it cut", async () => {
    const sandbox = await newSandbox();
    await putTimes(sandbox, "f", 1, { ...LONG, maxAsyncRetryAttempts: 1 });
    const { requests } = sandbox;
    const body = { maxAsyncRetryAttempts: 1 };
    expect(await asked(requests.verify({ body }, { exactly: 0 }))).toContain(
      "the bodies of 1 that may match were cut: make MAX_JOURNAL_BODY_BYTES larger (it is 8192)",
    );
    expect(await asked(requests.verify({ body, status: 200 }))).toContain("were cut");
    expect(await asked(requests.verify({ body, operation: "get" }, { exactly: 0 }))).toBe(true);
    expect(await asked(requests.verify({ operation: "put" }, { exactly: 1 }))).toBe(true);
    const miss = await requests.verify({ body, operation: "get" }).catch((error) => error);
    expect(miss.message).toContain("body was cut, so what it contains is not known");
    expect((await requests.list()).requests).toMatchObject([{ bodyCut: true }]);
  });

  test("after a body that it cut, of a request or of a response, which may contain a word", async () => {
    const sandbox = await newSandbox();
    const { requests } = sandbox;
    await putTimes(sandbox, "f", 1, LONG);
    expect(await asked(requests.count({ search: "description" }))).toBe(1);
    expect(await asked(requests.verify({ search: "gone" }, { exactly: 0 }))).toContain(
      "the bodies of 1 that may match were cut: make MAX_JOURNAL_BODY_BYTES larger (it is 8192)",
    );
    expect(await asked(requests.count({ search: "gone" }))).toContain("were cut");
    expect(await asked(requests.count({ search: "gone", operation: "get" }))).toBe(0);
    expect(await asked(requests.verify({ search: "gone" }, { atMost: 1 }))).toBe(true);
    await requests.clear();
    const body = { type: "response", status: 200, body: "y".repeat(9000) } as const;
    await sandbox.faults.add({ effect: body, times: 1 });
    await sandbox.send("GET", fc3.config("f"));
    expect((await requests.list()).requests).toMatchObject([{ responseBodyCut: true }]);
    expect(await asked(requests.count({ search: "gone" }))).toContain("were cut");
    await requests.clear();
    await sandbox.send("GET", fc3.config("f"));
    expect(await asked(requests.count({ search: "gone" }))).toBe(0);
  });

  test("after more errors than it keeps, where the code may be that of an error that it dropped", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 1 } });
    const { requests } = sandbox;
    for (let i = 0; i < 3; i++) await sandbox.send("PUT", fc3.config("f"), { maxAsyncRetryAttempts: 9 });
    expect(await asked(requests.count({ errorCode: "InvalidArgument" }))).toContain("dropped 2");
    expect(await asked(requests.count({ errorCode: "UnsupportedMediaType" }))).toBe(0);
    expect(await asked(requests.count({ search: "gone" }))).toContain("dropped 2");
  });

  test("after a body that was too large to be read", async () => {
    const sandbox = await newSandbox();
    await putTimes(sandbox, "f", 1);
    await putTimes(sandbox, "f", 1, { description: "x".repeat(70_000) });
    expect(await asked(sandbox.requests.verify({ body: { a: 1 } }, { exactly: 0 }))).toContain("were cut");
  });

  test("where it kept nothing, for however short a time", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 0 } });
    const { requests } = sandbox;
    expect(await asked(requests.verify({}, { exactly: 0 }))).toBe(true);
    await putTimes(sandbox, "f", 1);
    expect(await asked(requests.verify({}, { exactly: 0 }))).toContain("since `journalSize` was 0");
    await evictObjects(sandbox);
    expect(await asked(requests.verify({}, { exactly: 0 }))).toContain("since `journalSize` was 0");
    await sandbox.settings({ journalSize: 10 });
    await putTimes(sandbox, "f", 1);
    expect(await asked(requests.count())).toContain("since `journalSize` was 0");
    expect(await asked(requests.verify({ operation: "put" }))).toBe(true);
    await sandbox.reset("journal");
    expect(await asked(requests.count())).toBe(0);
  });

  test("after it was made smaller", async () => {
    const sandbox = await newSandbox();
    await putTimes(sandbox, "f", 4);
    await sandbox.settings({ journalSize: 3 });
    await evictObjects(sandbox);
    expect(await asked(sandbox.requests.count())).toContain("dropped 1");
    expect(await asked(sandbox.requests.verify({}, { atLeast: 3 }))).toBe(true);
  });
});

type Step =
  | { readonly kind: "put"; readonly name: string; readonly retries: number; readonly long: boolean }
  | { readonly kind: "get"; readonly name: string }
  | { readonly kind: "resize"; readonly journalSize: number }
  | { readonly kind: "clear" }
  | { readonly kind: "evict" };

const name = fc.constantFrom("f", "g");
const retries = fc.constantFrom(1, 2, 9);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("put" as const), name, retries, long: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("get" as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("resize" as const), journalSize: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "clear" }, { kind: "evict" }) },
);
const question = fc.record(
  {
    operation: fc.constantFrom("put", "get"),
    function: name,
    status: fc.constantFrom(200, "4xx"),
    body: fc.record({ maxAsyncRetryAttempts: retries }),
    errorCode: fc.constantFrom("InvalidArgument" as const, "AsyncConfigNotExists" as const),
    search: fc.constantFrom("invalidargument", "4xx", "404"),
  },
  { requiredKeys: [] },
);
const bounds = fc.oneof(
  fc.record({ exactly: fc.nat({ max: 5 }) }),
  fc.record({ atLeast: fc.nat({ max: 5 }), atMost: fc.nat({ max: 5 }) }, { requiredKeys: [] }),
);

interface Remembered {
  readonly operation: string;
  readonly function: string;
  readonly status: number;
  readonly retries: number | undefined;
  readonly errorCode: string | undefined;
}

/** What each search of the property's finds. */
const found: Readonly<Record<string, (one: Remembered) => boolean>> = {
  invalidargument: ({ errorCode }) => errorCode === "InvalidArgument",
  "4xx": ({ status }) => status >= 400,
  "404": ({ status }) => status === 404,
};

test("whatever happened, an answer is the truth, and with a whole journal there always is one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 14 }),
      fc.array(fc.tuple(question, bounds), { minLength: 3, maxLength: 6 }),
      async (steps, questions) => {
        const sandbox = await newSandbox({ settings: { journalSize: 4 } });
        let truth: Remembered[] = [];
        let isWhole = true;
        let size = 4;
        for (const one of steps) {
          if (one.kind === "evict") {
            // The platform evicts no object that has still to write, as the tests do. The summary has all written.
            await sandbox.summary();
            await evictObjects(sandbox);
          } else if (one.kind === "clear") {
            await sandbox.requests.clear();
            truth = [];
            isWhole = true;
          } else if (one.kind === "resize") {
            await sandbox.settings({ journalSize: one.journalSize });
            size = one.journalSize;
          } else {
            const body =
              one.kind === "put"
                ? { maxAsyncRetryAttempts: one.retries, ...(one.long ? LONG : {}) }
                : undefined;
            const { status, body: answered } = await sandbox.send(
              one.kind.toUpperCase(),
              fc3.config(one.name),
              body,
            );
            const errorCode = answered?.Code;
            const asBody = one.kind === "put" ? one.retries : undefined;
            truth.push({ operation: one.kind, function: one.name, status, retries: asBody, errorCode });
            if (one.kind === "put" && one.long) isWhole = false;
          }
          // A function's journal, and the sandbox's for a function that is not there, have as many each.
          if (truth.length > size) isWhole = false;
        }
        for (const [filter, wanted] of questions) {
          const matching = truth.filter(
            (one) =>
              (filter.operation ?? one.operation) === one.operation &&
              (filter.function ?? one.function) === one.function &&
              (filter.status === undefined ||
                (filter.status === 200 ? one.status === 200 : one.status >= 400)) &&
              (filter.errorCode ?? one.errorCode) === one.errorCode &&
              (filter.search === undefined || found[filter.search]?.(one)) &&
              (filter.body === undefined || filter.body.maxAsyncRetryAttempts === one.retries),
          ).length;
          const { exactly, atLeast, atMost } = {
            exactly: undefined,
            atLeast: undefined,
            atMost: undefined,
            ...wanted,
          };
          const least = atLeast ?? exactly ?? (atMost === undefined ? 1 : 0);
          const most = atMost ?? exactly ?? Number.POSITIVE_INFINITY;
          const answer = await asked(sandbox.requests.verify(filter, wanted));
          if (typeof answer === "boolean") expect(answer).toBe(matching >= least && matching <= most);
          const counted = await asked(sandbox.requests.count(filter));
          if (typeof counted === "number") expect(counted).toBe(matching);
          if (isWhole) expect([typeof answer, typeof counted]).toEqual(["boolean", "number"]);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
