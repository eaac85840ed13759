import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { abridged, entryJson, type JournalEntry } from "../../src/journal/entry.ts";
import { differences, type Filter, filterSchema, mayMatch } from "../../src/journal/filter.ts";
import { comparePositions, isAfter, nearest, type Position } from "../../src/journal/order.ts";
import { toJson } from "../../src/lib/json.ts";

const entry: JournalEntry = {
  requestId: "3f2c",
  time: "2030-01-01T00:00:00.500Z",
  sandbox: "default",
  operation: "put",
  version: "2016-08-15",
  service: "shop",
  function: "report",
  qualifier: "prod",
  method: "PUT",
  url: "/2016-08-15/services/shop.prod/functions/report/async-invoke-config",
  headers: { host: "sandbox" },
  body: '{"maxAsyncRetryAttempts":1,"destinationConfig":{"onSuccess":{"destination":"a"}},"tags":["x","y"]}',
  status: 404,
  responseBody: "{}",
  durationMs: 3,
  faults: [],
};

test("the JSON of a request and of its reply are put together to that of an entry", () => {
  const { status, responseBody, durationMs, faults, ...request } = entry;
  const json = entryJson(toJson(request), { status, responseBody, durationMs, faults });
  expect(JSON.parse(json)).toEqual(entry);
});

describe("an entry meets a filter", () => {
  test("that is empty, or made of its own items", () => {
    const own = {
      operation: "put",
      version: "2016-08-15",
      service: "shop",
      function: "report",
      qualifier: "prod",
      method: "PUT",
      requestId: "3f2c",
      status: 404,
      since: entry.time,
    };
    fc.assert(
      fc.property(fc.subarray(Object.entries(own)), (items) => {
        expect(differences(entry, Object.fromEntries(items))).toEqual([]);
      }),
    );
  });

  test.each<Filter>([
    { status: "404" },
    { status: "4xx" },
    { status: "500,4xx" },
    { since: "2030-01-01T00:00:00Z" },
    { body: {} },
    { body: { maxAsyncRetryAttempts: 1 } },
    { body: { destinationConfig: { onSuccess: {} } } },
    { body: { tags: ["x", "y"] } },
    { search: "" },
    { search: "PUT report 4xx tags" },
  ])("such as %j", (filter) => expect(differences(entry, filter)).toEqual([]));

  test("whose body is part of its own", () => {
    const items = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(items, items, (wanted, others) => {
        const body = JSON.stringify({ a: { ...others, ...wanted }, b: others });
        // What JSON can't say, such as -0, is not to be had in a body either.
        const filter = { body: { a: JSON.parse(JSON.stringify(wanted)) } };
        expect(differences({ ...entry, body }, filter)).toEqual([]);
      }),
    );
  });

  test("whose body is empty when it has none", () => {
    expect(differences({ ...entry, body: "" }, { body: {} })).toEqual([]);
  });
});

describe("what of a filter an entry does not meet is a sentence each", () => {
  test.each<[Filter, string[]]>([
    [{ function: "f", qualifier: "1" }, ['function is "report", not "f"', 'qualifier is "prod", not "1"']],
    [{ status: 200 }, ["status is 404, not 200"]],
    [{ status: "2xx,500" }, ["status is 404, not 2xx,500"]],
    [{ since: "2030-01-01T00:00:01Z" }, ["time is 2030-01-01T00:00:00.500Z, before 2030-01-01T00:00:01Z"]],
    [{ body: { maxAsyncRetryAttempts: 2 } }, ["body.maxAsyncRetryAttempts is 1, not 2"]],
    [{ body: { maxAsyncRetryAttempts: "1" } }, ['body.maxAsyncRetryAttempts is 1, not "1"']],
    [{ body: { stateful: false } }, ["body.stateful is not there"]],
    [{ body: { toString: null } }, ["body.toString is not there"]],
    [
      { body: { destinationConfig: { onSuccess: { destination: "b" }, onFailure: null } } },
      [
        'body.destinationConfig.onSuccess.destination is "a", not "b"',
        "body.destinationConfig.onFailure is not there",
      ],
    ],
    [{ body: { tags: ["x", "z"] } }, ['body.tags[1] is "y", not "z"']],
    [{ body: { tags: ["x"] } }, ['body.tags is ["x","y"], not ["x"]']],
    [{ body: null }, [`body is ${entry.body}, not null`]],
    [{ errorCode: "Throttling" }, ['errorCode is null, not "Throttling"']],
    [{ search: "put gone 404 2xx" }, ['search: "gone" is not there', 'search: "2xx" is not there']],
  ])("%j", (filter, sentences) => expect(differences(entry, filter)).toEqual(sentences));

  test.each(["operation", "version", "service", "function", "qualifier", "method", "requestId"] as const)(
    "another %s",
    (item) => {
      expect(differences(entry, { [item]: "other" })).toEqual([`${item} is "${entry[item]}", not "other"`]);
    },
  );

  test("an item that the request named none of", () => {
    expect(differences({ ...entry, service: null }, { service: "shop" })).toEqual([
      'service is null, not "shop"',
    ]);
  });

  test("a body that is not JSON", () => {
    expect(differences({ ...entry, body: "<html>" }, { body: {} })).toEqual(["body is not JSON"]);
  });

  test("whose body was cut is not known, and may match where nothing else differs", () => {
    const cut: JournalEntry = { ...entry, body: '{"a', bodyCut: true };
    const unknown = ["body was cut, so what it contains is not known"];
    expect(differences(cut, { body: { b: 1 } })).toEqual(unknown);
    expect(mayMatch(unknown)).toBe(true);
    expect(mayMatch(differences(cut, { body: {}, method: "GET" }))).toBe(false);
    expect(mayMatch(differences(cut, { method: "GET" }))).toBe(false);
    expect(differences(cut, { method: "PUT" })).toEqual([]);
  });
});

test("a word that is not there may be in a body that was cut, the request's or the response's", () => {
  const unknown = ['search: "gone" is not there, but a body was cut, so what it contains is not known'];
  for (const cut of [{ bodyCut: true }, { responseBodyCut: true }] as const) {
    const its = { ...entry, ...cut };
    expect(differences(its, { search: "report gone" })).toEqual(unknown);
    expect(mayMatch(unknown)).toBe(true);
    expect(mayMatch(differences(its, { search: "gone", method: "GET" }))).toBe(false);
    expect(differences(its, { search: "report" })).toEqual([]);
  }
  const both = differences({ ...entry, bodyCut: true }, { search: "gone away", body: { a: 1 } });
  expect([both.length, mayMatch(both)]).toEqual([3, true]);
  expect(mayMatch([])).toBe(false);
});

test("an entry has the code of its error", () => {
  const failed: JournalEntry = { ...entry, errorCode: "AsyncConfigNotExists" };
  expect(differences(failed, { errorCode: "AsyncConfigNotExists" })).toEqual([]);
  expect(differences(failed, { errorCode: "Throttling" })).toEqual([
    'errorCode is "AsyncConfigNotExists", not "Throttling"',
  ]);
});

describe("a search has at most 200 characters and 10 words:", () => {
  const reasons = (search: unknown) =>
    filterSchema.safeParse({ search }).error?.issues.map(({ message }) => message) ?? [];

  test.each(["", " ", "x".repeat(200), " a".repeat(10)])("%j is one", (search) => {
    expect(reasons(search)).toEqual([]);
  });

  test.each(["x".repeat(201), "a ".repeat(11), 404, null])("%j is not", (search) => {
    expect(new Set(reasons(search))).toEqual(new Set(["a text of at most 200 characters and 10 words"]));
  });
});

test("a filter's errorCode is a code of the API", () => {
  const { error } = filterSchema.safeParse({ errorCode: "throttling" });
  expect(error?.issues[0]?.message).toContain("an error code of the API: InvalidArgument, ");
});

test.each([404, "404", "4xx", "404,5xx"])("a filter's status may be %j", (status) => {
  expect(filterSchema.safeParse({ status }).success).toBe(true);
});

test.each(["", "6xx", "40", "404,", "4XX", 4.5])("a filter's status must not be %j", (status) => {
  const { error } = filterSchema.safeParse({ status });
  expect(error?.issues.map(({ message }) => message)).toEqual(["a status such as 404, 4xx or 404,5xx"]);
});

describe("the order of a journal", () => {
  const positions: fc.Arbitrary<Position> = fc.record({
    time: fc.constantFrom("2030-01-01T00:00:00.000Z", "2030-01-01T00:00:00.001Z", "2031-01-01T00:00:00.000Z"),
    source: fc.constantFrom("a", "b"),
    number: fc.nat(3),
  });

  test("is newest first: by time, then by object, then by number", () => {
    const [older, newer] = ["2030-01-01T00:00:00.000Z", "2030-01-01T00:00:00.001Z"] as const;
    const ordered = [
      { time: newer, source: "a", number: 1 },
      { time: older, source: "b", number: 1 },
      { time: older, source: "a", number: 10 },
      { time: older, source: "a", number: 2 },
    ];
    expect(ordered.toReversed().toSorted(comparePositions)).toEqual(ordered);
  });

  test("is the same whatever order the entries come in", () => {
    const shuffled = fc
      .uniqueArray(positions, { selector: (one) => JSON.stringify(one) })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([all, others]) => {
        expect(others.toSorted(comparePositions)).toEqual(all.toSorted(comparePositions));
      }),
    );
  });

  test("has of two entries one after the other, and none after itself", () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect([isAfter(a, b), isAfter(b, a)].filter(Boolean)).toHaveLength(isSame ? 0 : 1);
      }),
    );
  });
});

test("the nearest misses are those with the fewest differences, and of these the newest", () => {
  const miss = (time: string, ...differences: string[]) => ({
    position: { time, source: "a", number: 1 },
    entry: { ...entry, time },
    differences,
  });
  const misses = [miss("1", "x", "y"), miss("2", "x"), miss("4", "x", "y"), miss("3", "x")];
  expect(nearest(misses, 3).map(({ entry }) => entry.time)).toEqual(["3", "2", "4"]);
});

test("an abridged entry has the first 1000 characters of its bodies, and the rest as it was", () => {
  const long = { ...entry, body: "b".repeat(1001), responseBody: "r".repeat(5000) };
  expect(abridged(long)).toEqual({ ...entry, body: "b".repeat(1000), responseBody: "r".repeat(1000) });
  expect(abridged(entry)).toEqual(entry);
});
