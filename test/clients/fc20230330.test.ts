import { describe, expect, test } from "vitest";
import { servedSandbox } from "../program.ts";
import { allPages, FC3_REQUEST_ID, newFunction, QUEUE, TIME, TOPIC } from "./fixtures.ts";
import { fc20230330Client, fc20230330 as sdk } from "./sdks.ts";

const FUNCTION = "acs:fc:cn-hangzhou:1234567890123456:functions/report/LATEST";

const client = fc20230330Client(await servedSandbox());

interface Options {
  maxAsyncEventAgeInSeconds?: number;
  maxAsyncRetryAttempts?: number;
  asyncTask?: boolean;
  destinationConfig?: { onSuccess?: string; onFailure?: string };
}

function destination(name: string | undefined) {
  return name === undefined ? undefined : new sdk.Destination({ destination: name });
}

async function put(name: string, { destinationConfig, ...options }: Options = {}, qualifier?: string) {
  const body = new sdk.PutAsyncInvokeConfigInput({
    ...options,
    destinationConfig:
      destinationConfig &&
      new sdk.DestinationConfig({
        onSuccess: destination(destinationConfig.onSuccess),
        onFailure: destination(destinationConfig.onFailure),
      }),
  });
  return sent(client.putAsyncInvokeConfig(name, new sdk.PutAsyncInvokeConfigRequest({ body, qualifier })));
}

function get(name: string, qualifier?: string) {
  return sent(client.getAsyncInvokeConfig(name, new sdk.GetAsyncInvokeConfigRequest({ qualifier })));
}

function remove(name: string, qualifier?: string) {
  return client.deleteAsyncInvokeConfig(name, new sdk.DeleteAsyncInvokeConfigRequest({ qualifier }));
}

function list(options: { functionName?: string; limit?: number; nextToken?: string | undefined }) {
  return sent(client.listAsyncInvokeConfigs(new sdk.ListAsyncInvokeConfigsRequest(options)));
}

/** The body of a response; the SDK's type says that there may be none. */
async function sent<T>(response: Promise<{ body?: T }>): Promise<T> {
  const { body } = await response;
  return body ?? expect.fail("the response has no body");
}

function arn(name: string, qualifier = "LATEST") {
  const ofFunction = `acs:fc:cn-hangzhou:1234567890123456:functions/${name}`;
  return qualifier === "LATEST" ? ofFunction : `${ofFunction}/${qualifier}`;
}

describe("the life of a config", () => {
  test("the first put creates it, without the items that were not given", async () => {
    const name = newFunction();
    const created = await put(name, { destinationConfig: { onFailure: TOPIC } });
    expect(created.toMap()).toEqual({
      functionArn: arn(name),
      createdTime: expect.stringMatching(TIME),
      lastModifiedTime: created.createdTime,
      destinationConfig: { onFailure: { destination: TOPIC } },
    });
    expect((await get(name)).toMap()).toEqual(created.toMap());
  });

  test("a put without a body creates a config in which nothing is set", async () => {
    const name = newFunction();
    await client.putAsyncInvokeConfig(name, new sdk.PutAsyncInvokeConfigRequest({}));
    expect((await get(name)).maxAsyncRetryAttempts ?? null).toBeNull();
  });

  test("a put that gives one item leaves the rest as they were", async () => {
    const name = newFunction();
    const created = await put(name, {
      maxAsyncEventAgeInSeconds: 604_800,
      maxAsyncRetryAttempts: 8,
      asyncTask: true,
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
    expect((await list({ functionName: name })).toMap()).toEqual({
      configs: [(await get(name)).toMap()],
      nextToken: "",
    });
    expect((await remove(name)).statusCode).toBe(204);
    await expect(get(name)).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect((await list({ functionName: name })).configs).toEqual([]);
  });
});

describe("destinations", () => {
  const both = { onSuccess: { destination: QUEUE }, onFailure: { destination: TOPIC } };

  test.each(["onFailure", "onSuccess"])("a put that gives only %s clears the other one", async (given) => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    await put(name, { destinationConfig: { [given]: FUNCTION } });
    expect((await get(name)).destinationConfig?.toMap()).toEqual({ [given]: { destination: FUNCTION } });
  });

  test("a put of an empty DestinationConfig clears both", async () => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    await put(name, { destinationConfig: {} });
    expect((await get(name)).destinationConfig?.toMap()).toEqual({});
  });

  test("a put of an empty Destination is refused", async () => {
    const name = newFunction();
    await put(name, { destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC } });
    const destinationConfig = new sdk.DestinationConfig({ onSuccess: new sdk.Destination({}) });
    const body = new sdk.PutAsyncInvokeConfigInput({ destinationConfig });
    await expect(
      client.putAsyncInvokeConfig(name, new sdk.PutAsyncInvokeConfigRequest({ body })),
    ).rejects.toMatchObject({ code: "InvalidDestinationResources" });
    expect((await get(name)).destinationConfig?.toMap()).toEqual(both);
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
    expect(await get(name)).toMatchObject({ functionArn: arn(name), maxAsyncRetryAttempts: 1 });
    expect(await get(name, "prod")).toMatchObject({
      functionArn: arn(name, "prod"),
      maxAsyncRetryAttempts: 2,
    });
    expect(await get(name, "7")).toMatchObject({ functionArn: arn(name, "7"), maxAsyncRetryAttempts: 4 });
  });

  test("deleting an alias's config leaves that of LATEST", async () => {
    const name = newFunction();
    await put(name);
    await put(name, {}, "prod");
    await remove(name, "prod");
    await expect(get(name, "prod")).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect((await get(name)).functionArn).toBe(arn(name));
  });
});

describe("paging", () => {
  const qualifiers = ["1", "10", "2", "LATEST", "beta", "prod", "staging"];

  test("following nextToken lists every config of a function once, limit by limit", async () => {
    const name = newFunction();
    for (const qualifier of qualifiers) await put(name, {}, qualifier);
    const pages = await allPages((nextToken) => list({ functionName: name, limit: 3, nextToken }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(
      pages
        .flat()
        .map(({ functionArn }) => functionArn)
        .sort(),
    ).toEqual(qualifiers.map((qualifier) => arn(name, qualifier)).sort());
  });

  test("without a functionName the list is that of all functions, each config once", async () => {
    const names = [newFunction(), newFunction(), newFunction()];
    const made = names.flatMap((name) => qualifiers.map((qualifier) => ({ name, qualifier })));
    for (const { name, qualifier } of made) await put(name, {}, qualifier);
    const pages = await allPages((nextToken) => list({ limit: 4, nextToken }));
    const arns = pages.flat().map(({ functionArn }) => functionArn);
    expect(pages.slice(0, -1).every((page) => page.length === 4)).toBe(true);
    expect(new Set(arns).size).toBe(arns.length);
    expect(arns).toEqual(expect.arrayContaining(made.map(({ name, qualifier }) => arn(name, qualifier))));
  });

  test("without a limit a page has 20 configs", async () => {
    const name = newFunction();
    for (let version = 1; version <= 21; version += 1) await put(name, {}, String(version));
    const pages = await allPages((nextToken) => list({ functionName: name, nextToken }));
    expect(pages.map((page) => page.length)).toEqual([20, 1]);
  });
});

describe("errors", () => {
  /** The SDK's error; `message` is the API's own, which the SDK wraps in code, status and request ID. */
  async function refusal(request: Promise<unknown>) {
    const error = await request.then(
      () => expect.fail("the request was not refused"),
      (error) => error,
    );
    const { name, code, statusCode, message, requestId, data } = error;
    expect(requestId).toMatch(FC3_REQUEST_ID);
    expect(data).toEqual({ Code: code, Message: expect.any(String), RequestId: requestId });
    expect(message).toBe(`${code}: code: ${statusCode}, ${data.Message} request id: ${requestId}`);
    return { name, code, statusCode, message: data.Message };
  }

  test("a config that was never put is a ClientError AsyncConfigNotExists for get and for delete", async () => {
    const name = newFunction();
    expect(await refusal(get(name))).toEqual({
      name: "ClientError",
      code: "AsyncConfigNotExists",
      statusCode: 404,
      message: `AsyncConfig for ${name}:LATEST does not exist.`,
    });
    expect(await refusal(remove(name, "prod"))).toEqual({
      name: "ClientError",
      code: "AsyncConfigNotExists",
      statusCode: 404,
      message: `AsyncConfig for ${name}:prod does not exist.`,
    });
  });

  test("too many retries is a ClientError InvalidArgument, and changes nothing", async () => {
    const name = newFunction();
    const created = await put(name, { maxAsyncRetryAttempts: 8 });
    expect(await refusal(put(name, { maxAsyncRetryAttempts: 9, maxAsyncEventAgeInSeconds: 60 }))).toEqual({
      name: "ClientError",
      code: "InvalidArgument",
      statusCode: 400,
      message: "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9",
    });
    expect((await get(name)).toMap()).toEqual(created.toMap());
  });

  test.each([0, 604_801])("an event age of %i seconds is an InvalidArgument", async (seconds) => {
    expect(await refusal(put(newFunction(), { maxAsyncEventAgeInSeconds: seconds }))).toEqual({
      name: "ClientError",
      code: "InvalidArgument",
      statusCode: 400,
      message: `maxAsyncEventAgeInSeconds must be an integer from 1 to 604800, but got ${seconds}`,
    });
  });

  test.each(["1st-report", "monthly report", "report/monthly", "报告"])(
    "the function name %j is an InvalidArgument",
    async (name) => {
      expect(await refusal(put(name))).toEqual({
        name: "ClientError",
        code: "InvalidArgument",
        statusCode: 400,
        message: expect.stringMatching(`^FunctionName doesn't match .*, actual: '${name}'\\)$`),
      });
    },
  );

  test.each([0, 101])("a limit of %i is an InvalidArgument", async (limit) => {
    expect(await refusal(list({ limit }))).toEqual({
      name: "ClientError",
      code: "InvalidArgument",
      statusCode: 400,
      message: `limit must be an integer from 1 to 100, but got "${limit}"`,
    });
  });

  test("a nextToken of one function's list is an InvalidArgument for the list of all", async () => {
    const name = newFunction();
    for (const qualifier of ["1", "2"]) await put(name, {}, qualifier);
    const { nextToken } = await list({ functionName: name, limit: 1 });
    expect(await refusal(list({ limit: 1, nextToken }))).toMatchObject({
      code: "InvalidArgument",
      statusCode: 400,
    });
  });
});
