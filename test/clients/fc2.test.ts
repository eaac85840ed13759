import type { AsyncConfigOptions } from "@alicloud/fc2";
import { describe, expect, test } from "vitest";
import { servedSandbox } from "../program.ts";
import { allPages, FUNCTION, newFunction, QUEUE, REQUEST_ID, TIME, TOPIC } from "./fixtures.ts";
import { fc2Client } from "./sdks.ts";

const client = fc2Client(await servedSandbox());

async function put(name: string, options?: AsyncConfigOptions, qualifier?: string) {
  return (await client.putFunctionAsyncConfig("shop", name, qualifier, options)).data;
}

async function get(name: string, qualifier?: string) {
  return (await client.getFunctionAsyncConfig("shop", name, qualifier)).data;
}

async function list(name: string, options?: { limit?: number; nextToken?: string | undefined }) {
  return (await client.listFunctionAsyncConfigs("shop", name, options)).data;
}

describe("the life of a config", () => {
  test("the first put creates it, with null for the items that were not given", async () => {
    const name = newFunction();
    const created = await put(name, { destinationConfig: { onFailure: { destination: TOPIC } } });
    expect(created).toEqual({
      serviceName: "shop",
      functionName: name,
      service: "shop",
      function: name,
      qualifier: "LATEST",
      createdTime: expect.stringMatching(TIME),
      lastModifiedTime: created.createdTime,
      destinationConfig: { onSuccess: null, onFailure: { destination: TOPIC } },
      maxAsyncEventAgeInSeconds: null,
      maxAsyncRetryAttempts: null,
      statefulInvocation: null,
    });
    expect(await get(name)).toEqual(created);
  });

  test("a put without options creates a config in which nothing is set", async () => {
    const name = newFunction();
    await put(name);
    expect(await get(name)).toMatchObject({ maxAsyncRetryAttempts: null, destinationConfig: null });
  });

  test("a put that gives one item leaves the rest as they were", async () => {
    const name = newFunction();
    const created = await put(name, {
      maxAsyncEventAgeInSeconds: 2_592_000,
      maxAsyncRetryAttempts: 8,
      statefulInvocation: true,
      destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: { destination: TOPIC } },
    });
    const updated = await put(name, { maxAsyncRetryAttempts: 0 });
    expect(updated).toEqual({
      ...created,
      lastModifiedTime: updated.lastModifiedTime,
      maxAsyncRetryAttempts: 0,
    });
    expect(await get(name)).toEqual(updated);
  });

  test("puts move lastModifiedTime and leave createdTime", async () => {
    const name = newFunction();
    const { createdTime } = await put(name);
    // Times have whole seconds: put until the next one.
    const later = async () => (await put(name)).lastModifiedTime > createdTime;
    await expect.poll(later).toBe(true);
    expect((await get(name)).createdTime).toBe(createdTime);
  });

  test("a deleted config is gone from get and from list", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    expect(await list(name)).toEqual({ configs: [await get(name)], nextToken: "" });
    expect((await client.deleteFunctionAsyncConfig("shop", name)).data).toBe("");
    await expect(get(name)).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect(await list(name)).toEqual({ configs: null, nextToken: "" });
  });

  test("a config put again after its deletion has nothing of the old one", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1, destinationConfig: { onSuccess: { destination: QUEUE } } });
    await client.deleteFunctionAsyncConfig("shop", name);
    expect(await put(name, { maxAsyncEventAgeInSeconds: 60 })).toMatchObject({
      maxAsyncEventAgeInSeconds: 60,
      maxAsyncRetryAttempts: null,
      destinationConfig: null,
    });
  });
});

describe("destinations", () => {
  const both = { onSuccess: { destination: QUEUE }, onFailure: { destination: TOPIC } };

  test.each([
    { given: "onFailure", kept: "onSuccess" },
    { given: "onSuccess", kept: "onFailure" },
  ])("a put that gives only $given leaves $kept as it was", async ({ given }) => {
    const name = newFunction();
    await put(name, { destinationConfig: both });
    await put(name, { destinationConfig: { [given]: { destination: FUNCTION } } });
    expect((await get(name)).destinationConfig).toEqual({ ...both, [given]: { destination: FUNCTION } });
  });

  test.each(["onSuccess", "onFailure"])('a put that gives "" for %s is refused', async (given) => {
    const name = newFunction();
    await put(name, { destinationConfig: both });
    await expect(put(name, { destinationConfig: { [given]: { destination: "" } } })).rejects.toMatchObject({
      name: "FCInvalidDestinationResourcesError",
      message: expect.stringContaining("The destination resource is invalid: destination can't be empty."),
    });
    expect((await get(name)).destinationConfig).toEqual(both);
  });

  test("a put of an empty destinationConfig changes neither", async () => {
    const name = newFunction();
    await put(name, { destinationConfig: both });
    await put(name, { destinationConfig: {} });
    expect((await get(name)).destinationConfig).toEqual(both);
  });
});

describe("qualifiers", () => {
  test("no qualifier is LATEST", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    expect(await get(name, "LATEST")).toEqual(await get(name));
  });

  test("LATEST, an alias and a version each have a config of their own", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 1 });
    await put(name, { maxAsyncRetryAttempts: 2 }, "prod");
    await put(name, { maxAsyncRetryAttempts: 4 }, "7");
    expect(await get(name)).toMatchObject({ qualifier: "LATEST", maxAsyncRetryAttempts: 1 });
    expect(await get(name, "prod")).toMatchObject({
      service: "shop",
      serviceName: "shop",
      qualifier: "prod",
      maxAsyncRetryAttempts: 2,
    });
    expect(await get(name, "7")).toMatchObject({ qualifier: "7", maxAsyncRetryAttempts: 4 });
  });

  test("deleting an alias's config leaves those of LATEST and of other functions", async () => {
    const [name, other] = [newFunction(), newFunction()];
    await put(name);
    await put(name, {}, "prod");
    await put(other, {}, "prod");
    await client.deleteFunctionAsyncConfig("shop", name, "prod");
    await expect(get(name, "prod")).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
    expect((await get(name)).qualifier).toBe("LATEST");
    expect((await get(other, "prod")).qualifier).toBe("prod");
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

  test("a last page that is full has no token of a next one", async () => {
    const name = newFunction();
    for (const qualifier of ["1", "2", "3", "4"]) await put(name, {}, qualifier);
    const pages = await allPages((nextToken) => list(name, { limit: 2, nextToken }));
    expect(pages.map((page) => page.length)).toEqual([2, 2]);
  });

  test("without a limit a page has 20 configs", async () => {
    const name = newFunction();
    for (let version = 1; version <= 21; version += 1) await put(name, {}, String(version));
    const pages = await allPages((nextToken) => list(name, { nextToken }));
    expect(pages.map((page) => page.length)).toEqual([20, 1]);
  });

  test("an entry of a list is what get returns", async () => {
    const name = newFunction();
    await put(name, { maxAsyncRetryAttempts: 5 }, "prod");
    expect((await list(name)).configs).toEqual([await get(name, "prod")]);
  });
});

describe("errors", () => {
  // This SDK tells the status and the request ID nowhere but in the message.
  function said(method: string, path: string, status: number, message: string) {
    const pattern = [
      `${method} /services/shop${path} failed with ${status}. requestid: `,
      `, message: ${message}.`,
    ].map((text) => text.replace(/[.$?+*()[\]|\\]/g, "\\$&"));
    return expect.stringMatching(new RegExp(`^${pattern.join(REQUEST_ID.source)}$`));
  }

  test("a config that was never put is an FCAsyncConfigNotExistsError for get and for delete", async () => {
    const name = newFunction();
    const path = `/functions/${name}/async-invoke-config`;
    await expect(get(name)).rejects.toMatchObject({
      name: "FCAsyncConfigNotExistsError",
      code: "AsyncConfigNotExists",
      message: said("GET", path, 404, `AsyncConfig for ${name}:LATEST does not exist.`),
    });
    await expect(client.deleteFunctionAsyncConfig("shop", name, "prod")).rejects.toMatchObject({
      name: "FCAsyncConfigNotExistsError",
      code: "AsyncConfigNotExists",
      message: said("DELETE", `.prod${path}`, 404, `AsyncConfig for ${name}:prod does not exist.`),
    });
  });

  test("too many retries is an FCInvalidArgumentError, and changes nothing", async () => {
    const name = newFunction();
    const created = await put(name, { maxAsyncRetryAttempts: 8 });
    await expect(
      put(name, { maxAsyncRetryAttempts: 9, maxAsyncEventAgeInSeconds: 60 }),
    ).rejects.toMatchObject({
      name: "FCInvalidArgumentError",
      code: "InvalidArgument",
      message: said(
        "PUT",
        `/functions/${name}/async-invoke-config`,
        400,
        "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9",
      ),
    });
    expect(await get(name)).toEqual(created);
  });

  test.each([0, 2_592_001])("an event age of %i seconds is an InvalidArgument", async (seconds) => {
    await expect(put(newFunction(), { maxAsyncEventAgeInSeconds: seconds })).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(
        `maxAsyncEventAgeInSeconds must be an integer from 1 to 2592000, but got ${seconds}`,
      ),
    });
  });

  test("a destination that is no resource name is an InvalidArgument", async () => {
    const options = { destinationConfig: { onSuccess: { destination: "https://example.com/hook" } } };
    await expect(put(newFunction(), options)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining("destinationConfig.onSuccess.destination must be"),
    });
  });

  test.each(["1st-report", "monthly report"])("the function name %j is an InvalidArgument", async (name) => {
    await expect(put(name)).rejects.toMatchObject({
      name: "FCInvalidArgumentError",
      code: "InvalidArgument",
      message: expect.stringContaining(`actual: '${name}'`),
    });
  });

  test.each([0, 101])("a limit of %i is an InvalidArgument", async (limit) => {
    await expect(list(newFunction(), { limit })).rejects.toMatchObject({
      name: "FCInvalidArgumentError",
      code: "InvalidArgument",
      message: expect.stringContaining(`limit must be an integer from 1 to 100, but got "${limit}"`),
    });
  });

  test("a nextToken of another function's list is an InvalidArgument", async () => {
    const [name, other] = [newFunction(), newFunction()];
    for (const qualifier of ["1", "2"]) {
      await put(name, {}, qualifier);
      await put(other, {}, qualifier);
    }
    const { nextToken } = await list(name, { limit: 1 });
    await expect(list(other, { limit: 1, nextToken })).rejects.toMatchObject({ code: "InvalidArgument" });
  });
});
