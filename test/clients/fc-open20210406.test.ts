import { describe, expect, test } from "vitest";
import { servedSandbox } from "../program.ts";
import { allPages, FUNCTION, newFunction, QUEUE, REQUEST_ID, TIME, TOPIC } from "./fixtures.ts";
import { fcOpen20210406Client, fcOpen20210406 as sdk } from "./sdks.ts";

const client = fcOpen20210406Client(await servedSandbox());

interface Options {
  maxAsyncEventAgeInSeconds?: number;
  maxAsyncRetryAttempts?: number;
  statefulInvocation?: boolean;
  destinationConfig?: { onSuccess?: string; onFailure?: string };
}

function destination(name: string | undefined) {
  return name === undefined ? undefined : new sdk.Destination({ destination: name });
}

async function put(name: string, { destinationConfig, ...options }: Options = {}, qualifier?: string) {
  const request = new sdk.PutFunctionAsyncInvokeConfigRequest({
    ...options,
    qualifier,
    destinationConfig:
      destinationConfig &&
      new sdk.DestinationConfig({
        onSuccess: destination(destinationConfig.onSuccess),
        onFailure: destination(destinationConfig.onFailure),
      }),
  });
  return (await client.putFunctionAsyncInvokeConfig("shop", name, request)).body;
}

async function get(name: string, qualifier?: string) {
  const request = new sdk.GetFunctionAsyncInvokeConfigRequest({ qualifier });
  return (await client.getFunctionAsyncInvokeConfig("shop", name, request)).body;
}

function remove(name: string, qualifier?: string) {
  const request = new sdk.DeleteFunctionAsyncInvokeConfigRequest({ qualifier });
  return client.deleteFunctionAsyncInvokeConfig("shop", name, request);
}

async function list(name: string, options: { limit?: number; nextToken?: string | undefined } = {}) {
  const request = new sdk.ListFunctionAsyncInvokeConfigsRequest(options);
  return (await client.listFunctionAsyncInvokeConfigs("shop", name, request)).body;
}

/** What the SDK makes of a config's destinations; it leaves out what the API says is null. */
function destinations(config: { destinationConfig?: { toMap(): object } }) {
  return config.destinationConfig?.toMap();
}

describe("the life of a config", () => {
  test("the first put creates it, without the items that were not given", async () => {
    const name = newFunction();
    const created = await put(name, { destinationConfig: { onFailure: TOPIC } });
    expect(created.toMap()).toEqual({
      service: "shop",
      function: name,
      qualifier: "LATEST",
      createdTime: expect.stringMatching(TIME),
      lastModifiedTime: created.createdTime,
      destinationConfig: { onFailure: { destination: TOPIC } },
    });
    expect((await get(name)).toMap()).toEqual(created.toMap());
  });

  test("a put that gives one item leaves the rest as they were", async () => {
    const name = newFunction();
    const created = await put(name, {
      maxAsyncEventAgeInSeconds: 604_800,
      maxAsyncRetryAttempts: 8,
      statefulInvocation: true,
      destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC },
    });
    const updated = await put(name, { maxAsyncRetryAttempts: 0 });
    expect(updated.toMap()).toEqual({
      ...created.toMap(),
      lastModifiedTime: updated.lastModifiedTime,
      maxAsyncRetryAttempts: 0,
    });
    expect((await get(name)).toMap()).toEqual(updated.toMap());
  });

  test("a deleted config is gone from get and from list", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    expect((await list(name)).toMap()).toEqual({ configs: [(await get(name)).toMap()] });
    expect((await remove(name)).statusCode).toBe(204);
    await expect(get(name)).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect((await list(name)).configs).toEqual([]);
  });
});

describe("destinations", () => {
  const both = { onSuccess: { destination: QUEUE }, onFailure: { destination: TOPIC } };

  test.each([
    { given: "onFailure", kept: "onSuccess" },
    { given: "onSuccess", kept: "onFailure" },
  ])("a put that gives only $given leaves $kept as it was", async ({ given }) => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    await put(name, { destinationConfig: { [given]: FUNCTION } });
    expect(destinations(await get(name))).toEqual({ ...both, [given]: { destination: FUNCTION } });
  });

  test.each(["onSuccess", "onFailure"])('a put that gives "" for %s is refused', async (given) => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    await expect(put(name, { destinationConfig: { [given]: "" } })).rejects.toMatchObject({
      code: "InvalidDestinationResources",
    });
    expect(destinations(await get(name))).toEqual(both);
  });

  test("a put of an empty DestinationConfig changes neither", async () => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    await put(name, { destinationConfig: {} });
    expect(destinations(await get(name))).toEqual(both);
  });
});

describe("qualifiers", () => {
  test("no qualifier is LATEST", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    expect((await get(name, "LATEST")).toMap()).toEqual((await get(name)).toMap());
  });

  test("LATEST, an alias and a version each have a config of their own", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    await put(name, { maxAsyncRetryAttempts: 2 }, "prod");
    await put(name, { maxAsyncRetryAttempts: 4 }, "7");
    expect(await get(name)).toMatchObject({ qualifier: "LATEST", maxAsyncRetryAttempts: 1 });
    expect(await get(name, "prod")).toMatchObject({ qualifier: "prod", maxAsyncRetryAttempts: 2 });
    expect(await get(name, "7")).toMatchObject({ qualifier: "7", maxAsyncRetryAttempts: 4 });
  });

  test("deleting an alias's config leaves that of LATEST", async () => {
    const name = newFunction();
    await put(name);
    await put(name, {}, "prod");
    await remove(name, "prod");
    await expect(get(name, "prod")).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect((await get(name)).qualifier).toBe("LATEST");
  });
});

describe("paging", () => {
  test("following nextToken lists every config once, limit by limit", async () => {
    const name = newFunction();
    const qualifiers = ["1", "10", "2", "LATEST", "beta", "prod", "staging"];
    for (const qualifier of qualifiers) await put(name, {}, qualifier);
    const pages = await allPages((nextToken) => list(name, { limit: 3, nextToken }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(
      pages
        .flat()
        .map(({ qualifier }) => qualifier)
        .sort(),
    ).toEqual(qualifiers);
  });

  test("without a limit a page has 20 configs", async () => {
    const name = newFunction();
    for (let version = 1; version <= 21; version += 1) await put(name, {}, String(version));
    const pages = await allPages((nextToken) => list(name, { nextToken }));
    expect(pages.map((page) => page.length)).toEqual([20, 1]);
  });
});

describe("errors", () => {
  /** The SDK's error: the request ID is in `message` and in `data`, the API's own message in `data`. */
  async function refusal(request: Promise<unknown>) {
    const error = await request.then(
      () => expect.fail("the request was not refused"),
      (error) => error,
    );
    const { code, message, statusCode, data } = error;
    expect(data).toEqual({
      Code: code,
      Message: expect.any(String),
      RequestId: expect.stringMatching(REQUEST_ID),
      statusCode,
    });
    expect(message).toBe(`${code}: code: ${statusCode}, ${data.Message} request id: ${data.RequestId}`);
    return { code, statusCode, message: data.Message };
  }

  test("a config that was never put is an AsyncConfigNotExists for get and for delete", async () => {
    const name = newFunction();
    expect(await refusal(get(name))).toEqual({
      code: "AsyncConfigNotExists",
      statusCode: 404,
      message: `AsyncConfig for ${name}:LATEST does not exist.`,
    });
    expect(await refusal(remove(name, "prod"))).toEqual({
      code: "AsyncConfigNotExists",
      statusCode: 404,
      message: `AsyncConfig for ${name}:prod does not exist.`,
    });
  });

  test("too many retries is an InvalidArgument, and changes nothing", async () => {
    const name = newFunction();
    const created = await put(name, { maxAsyncRetryAttempts: 8 });
    expect(await refusal(put(name, { maxAsyncRetryAttempts: 9, maxAsyncEventAgeInSeconds: 60 }))).toEqual({
      code: "InvalidArgument",
      statusCode: 400,
      message: "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9",
    });
    expect((await get(name)).toMap()).toEqual(created.toMap());
  });

  test.each([0, 604_801])("an event age of %i seconds is an InvalidArgument", async (seconds) => {
    expect(await refusal(put(newFunction(), { maxAsyncEventAgeInSeconds: seconds }))).toEqual({
      code: "InvalidArgument",
      statusCode: 400,
      message: `maxAsyncEventAgeInSeconds must be an integer from 1 to 604800, but got ${seconds}`,
    });
  });

  test.each(["1st-report", "monthly report", "report/monthly", "报告"])(
    "the function name %j is an InvalidArgument",
    async (name) => {
      expect(await refusal(put(name))).toEqual({
        code: "InvalidArgument",
        statusCode: 400,
        message: expect.stringMatching(`^FunctionName doesn't match .*, actual: '${name}'\\)$`),
      });
    },
  );

  test.each([0, 101])("a limit of %i is an InvalidArgument", async (limit) => {
    expect(await refusal(list(newFunction(), { limit }))).toEqual({
      code: "InvalidArgument",
      statusCode: 400,
      message: `limit must be an integer from 1 to 100, but got "${limit}"`,
    });
  });

  test("a nextToken that no list returned is an InvalidArgument", async () => {
    expect(await refusal(list(newFunction(), { nextToken: "MTIzNCNhYmM=" }))).toMatchObject({
      code: "InvalidArgument",
      statusCode: 400,
    });
  });
});
