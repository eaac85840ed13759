import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/fc/asyncConfig/schema.ts";
import { apiVersions } from "../../../src/fc/versions.ts";

const F = "acs:fc:cn-hangzhou:123456:functions/f";

describe.each(apiVersions)("$id", (version) => {
  const parse = (body: unknown) => parseConfig(version, body);

  test("takes all items", () => {
    const body = {
      destinationConfig: { onSuccess: { destination: F }, onFailure: null },
      maxAsyncEventAgeInSeconds: version.maxEventAgeSeconds,
      maxAsyncRetryAttempts: 8,
      [version.statefulItem]: true,
    };
    expect(parse(body)).toEqual({
      ok: true,
      value: {
        maxAsyncEventAgeInSeconds: version.maxEventAgeSeconds,
        maxAsyncRetryAttempts: 8,
        stateful: true,
        destinationConfig: { onSuccess: F, onFailure: undefined },
      },
    });
  });

  test.each([
    {},
    {
      destinationConfig: null,
      maxAsyncEventAgeInSeconds: null,
      maxAsyncRetryAttempts: null,
      statefulInvocation: null,
      asyncTask: null,
    },
    { unknown: { deep: [1] } },
  ])("takes %j as nothing given", (body) => {
    const parsed = parse(body);
    expect(parsed.ok && Object.values(parsed.value).every((item) => item === undefined)).toBe(true);
  });

  test.each([{}, { onSuccess: null, onFailure: null }])(
    "takes a destinationConfig of %j as given, without destinations",
    (destinationConfig) => {
      expect(parse({ destinationConfig })).toEqual({
        ok: true,
        value: { destinationConfig: { onSuccess: undefined, onFailure: undefined } },
      });
    },
  );

  test.each([{}, { destination: "" }, { destination: null }])(
    "refuses a destination of %j as an empty one",
    (slot) => {
      for (const destinationConfig of [
        { onSuccess: slot },
        { onSuccess: { destination: F }, onFailure: slot },
      ]) {
        expect(parse({ destinationConfig })).toEqual({
          ok: false,
          error: {
            status: 400,
            code: "InvalidDestinationResources",
            message: "The destination resource is invalid: destination can't be empty.",
          },
        });
      }
    },
  );

  test("bounds a destination", () => {
    const queue = (length: number) => `${"acs:mns:cn-hangzhou:1:/queues/".padEnd(length - 9, "q")}/messages`;
    const most = version.id === "2023-03-30" ? 512 : 1024;
    const parsed = (length: number) =>
      parse({ destinationConfig: { onSuccess: { destination: queue(length) } } });
    expect(parsed(most).ok).toBe(true);
    expect(parsed(most + 1)).toMatchObject({
      error: {
        code: "InvalidArgument",
        message: expect.stringMatching(
          `onSuccess.destination must be at most ${most} characters long, but got`,
        ),
      },
    });
  });

  const age = `an integer from 1 to ${version.maxEventAgeSeconds}`;
  const destination = expect.stringMatching(/ must be a resource name: acs:fc:.*, but got "x"$/);
  test.each([
    [{ maxAsyncRetryAttempts: -1 }, "maxAsyncRetryAttempts must be an integer from 0 to 8, but got -1"],
    [{ maxAsyncRetryAttempts: 9 }, "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9"],
    [{ maxAsyncRetryAttempts: 1.5 }, "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 1.5"],
    [{ maxAsyncRetryAttempts: "3" }, 'maxAsyncRetryAttempts must be an integer from 0 to 8, but got "3"'],
    [{ maxAsyncRetryAttempts: true }, "maxAsyncRetryAttempts must be an integer from 0 to 8, but got true"],
    [
      { maxAsyncRetryAttempts: [3] },
      "maxAsyncRetryAttempts must be an integer from 0 to 8, but got an array",
    ],
    [
      { maxAsyncRetryAttempts: Symbol("1e400") },
      "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 1e400",
    ],
    [{ maxAsyncEventAgeInSeconds: 0 }, `maxAsyncEventAgeInSeconds must be ${age}, but got 0`],
    [
      { maxAsyncEventAgeInSeconds: version.maxEventAgeSeconds + 1 },
      `maxAsyncEventAgeInSeconds must be ${age}, but got ${version.maxEventAgeSeconds + 1}`,
    ],
    [
      { maxAsyncEventAgeInSeconds: 2 ** 53 },
      `maxAsyncEventAgeInSeconds must be ${age}, but got 9007199254740992`,
    ],
    [{ [version.statefulItem]: "true" }, `${version.statefulItem} must be true or false, but got "true"`],
    [{ [version.statefulItem]: 1 }, `${version.statefulItem} must be true or false, but got 1`],
    [{ destinationConfig: "x" }, 'destinationConfig must be an object, but got "x"'],
    [{ destinationConfig: [] }, "destinationConfig must be an object, but got an array"],
    [{ destinationConfig: { onSuccess: "x" } }, 'destinationConfig.onSuccess must be an object, but got "x"'],
    [{ destinationConfig: { onFailure: { destination: "x" } } }, destination],
    [[], "the request body must be a JSON object, but got an array"],
    ["x", 'the request body must be a JSON object, but got "x"'],
    [null, "the request body must be a JSON object, but got null"],
    [3, "the request body must be a JSON object, but got 3"],
  ])("refuses %j", (body, message) => {
    expect(parse(body)).toEqual({ ok: false, error: { status: 400, code: "InvalidArgument", message } });
  });

  test("takes items in any letter case, each once", () => {
    const { statefulItem } = version;
    const upper = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`;
    const body = {
      DestinationConfig: { ONSUCCESS: { Destination: F } },
      maxasynceventageinseconds: 60,
      [upper(statefulItem)]: true,
    };
    expect(parse(body)).toMatchObject({
      ok: true,
      value: { maxAsyncEventAgeInSeconds: 60, stateful: true, destinationConfig: { onSuccess: F } },
    });
    expect(parse({ MaxAsyncRetryAttempts: 9 })).toMatchObject({
      error: { message: "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9" },
    });
    for (const twice of [
      { maxAsyncRetryAttempts: 1, MaxAsyncRetryAttempts: null },
      { destinationConfig: { onSuccess: null, OnSuccess: {} } },
    ]) {
      expect(parse(twice)).toMatchObject({
        error: { code: "InvalidArgument", message: expect.stringMatching(/ each item once, but gives /) },
      });
    }
    const foreign = statefulItem === "asyncTask" ? "statefulInvocation" : "asyncTask";
    const unknown = { a: 1, A: 2, [foreign]: 1, [upper(foreign)]: 2, destination: 1, Destination: 2 };
    expect(parse(unknown)).toMatchObject({ ok: true });
    expect(parse(JSON.parse(`${'{"destination": '.repeat(20_000)}1${"}".repeat(20_000)}`)).ok).toBe(true);
  });
});
