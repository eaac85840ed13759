import { beforeAll, describe, expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { bodyOf, type PageOptions } from "./adapters/adapter.ts";
import { fc2 } from "./adapters/fc2.ts";
import { fc20230330 } from "./adapters/fc20230330.ts";
import { fcOpen20210406 } from "./adapters/fcOpen20210406.ts";
import { allPages, newFunction, QUEUE, REQUEST_ID, TIME, TOPIC } from "./fixtures.ts";
import { fc2Client, fc20230330Client, fc20230330 as sdk } from "./sdks.ts";

const url = await servedSandbox();
const { clock } = new SandboxClient({ endpoint: url });
beforeAll(() => clock.freeze());

describe.each([fc2(url), fcOpen20210406(url), fc20230330(url)])("$sdk", ({ configs, refusal }) => {
  const {
    put,
    get,
    remove,
    list,
    lastPage,
    identity,
    destinations,
    unset,
    statefulItem,
    maxEventAgeSeconds,
  } = configs;

  describe("the life of a config", () => {
    test("the first put creates it, with nothing set that was not given", async () => {
      const name = newFunction();
      const created = await put(name, { destinationConfig: { onFailure: TOPIC } });
      expect(created).toEqual({
        ...unset,
        ...identity(name),
        createdTime: expect.stringMatching(TIME),
        lastModifiedTime: created.createdTime,
        destinationConfig: destinations({ onFailure: TOPIC }),
      });
      expect(await get(name)).toEqual(created);
    });

    test("a put without a config creates one in which nothing is set", async () => {
      const name = newFunction();
      await put(name);
      const { createdTime, lastModifiedTime, ...rest } = await get(name);
      expect(createdTime).toBe(lastModifiedTime);
      expect(rest).toEqual({ ...unset, ...identity(name) });
    });

    test("a put that gives one item leaves the rest as they were", async () => {
      const name = newFunction();
      const created = await put(name, {
        maxAsyncEventAgeInSeconds: maxEventAgeSeconds,
        maxAsyncRetryAttempts: 8,
        stateful: true,
        destinationConfig: { onSuccess: QUEUE, onFailure: TOPIC },
      });
      expect(created).toMatchObject({
        maxAsyncEventAgeInSeconds: maxEventAgeSeconds,
        maxAsyncRetryAttempts: 8,
        [statefulItem]: true,
        destinationConfig: destinations({ onSuccess: QUEUE, onFailure: TOPIC }),
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
      const { createdTime } = await put(name, {});
      await clock.advance(1);
      expect((await put(name, {})).lastModifiedTime > createdTime).toBe(true);
      expect((await get(name)).createdTime).toBe(createdTime);
    });

    test("a deleted config is gone from get and from list", async () => {
      const name = newFunction();
      await put(name, { maxAsyncRetryAttempts: 1 });
      expect(await list(name)).toEqual(lastPage([await get(name)]));
      expect(await remove(name)).toBe(configs.deleted);
      await expect(get(name)).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
      expect(await list(name)).toEqual(lastPage([]));
    });

    test("a config put again after its deletion has nothing of the old one", async () => {
      const name = newFunction();
      await put(name, { maxAsyncRetryAttempts: 1, destinationConfig: { onSuccess: QUEUE } });
      await remove(name);
      const again = await put(name, { maxAsyncEventAgeInSeconds: 60 });
      const { createdTime, lastModifiedTime, ...rest } = again;
      expect(createdTime).toBe(lastModifiedTime);
      expect(rest).toEqual({ ...unset, ...identity(name), maxAsyncEventAgeInSeconds: 60 });
    });
  });

  describe("destinations", () => {
    const both = { onSuccess: QUEUE, onFailure: TOPIC };

    /** What is left of the destinations that a put does not give. */
    const others = configs.destinationsRule === "merge" ? both : {};

    test.each(["onFailure", "onSuccess"])(
      `a put that gives only %s ${configs.destinationsRule}s the destinations`,
      async (given) => {
        const name = newFunction();
        const report = { [given]: configs.functionDestination };
        await put(name, { destinationConfig: both });
        await put(name, { destinationConfig: report });
        expect((await get(name)).destinationConfig).toEqual(destinations({ ...others, ...report }));
      },
    );

    test.each(["onSuccess", "onFailure"])('a put that gives "" for %s is refused', async (given) => {
      const name = newFunction();
      await put(name, { destinationConfig: both });
      expect(await refusal(put(name, { destinationConfig: { [given]: "" } }))).toEqual({
        code: "InvalidDestinationResources",
        statusCode: 400,
        message: "The destination resource is invalid: destination can't be empty.",
      });
      expect((await get(name)).destinationConfig).toEqual(destinations(both));
    });

    test(`a put of an empty destinationConfig ${configs.destinationsRule}s the destinations`, async () => {
      const name = newFunction();
      await put(name, { destinationConfig: both });
      await put(name, { destinationConfig: {} });
      expect((await get(name)).destinationConfig).toEqual(destinations(others));
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
      expect(await get(name)).toMatchObject({ ...identity(name), maxAsyncRetryAttempts: 1 });
      expect(await get(name, "prod")).toMatchObject({ ...identity(name, "prod"), maxAsyncRetryAttempts: 2 });
      expect(await get(name, "7")).toMatchObject({ ...identity(name, "7"), maxAsyncRetryAttempts: 4 });
    });

    test("deleting an alias's config leaves those of LATEST and of other functions", async () => {
      const [name, other] = [newFunction(), newFunction()];
      await put(name, {});
      await put(name, {}, "prod");
      await put(other, {}, "prod");
      await remove(name, "prod");
      await expect(get(name, "prod")).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
      expect(await get(name)).toMatchObject(identity(name));
      expect(await get(other, "prod")).toMatchObject(identity(other, "prod"));
    });
  });

  describe("paging", () => {
    test("following nextToken lists every config of a function once, limit by limit", async () => {
      const name = newFunction();
      const qualifiers = ["1", "10", "2", "LATEST", "beta", "prod", "staging"];
      for (const qualifier of qualifiers) await put(name, {}, qualifier);
      const pages = await allPages((nextToken) => list(name, { limit: 3, nextToken }));
      expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
      const wanted = await Promise.all(qualifiers.map((qualifier) => get(name, qualifier)));
      const inOrder = (all: object[]) => all.map((one) => JSON.stringify(one)).toSorted();
      expect(inOrder(pages.flat())).toEqual(inOrder(wanted));
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
    const invalid = (message: unknown) => ({ code: "InvalidArgument", statusCode: 400, message });

    test("a config that was never put is an AsyncConfigNotExists for get and for delete", async () => {
      const name = newFunction();
      const missing = (qualifier: string) => ({
        code: "AsyncConfigNotExists",
        statusCode: 404,
        message: `AsyncConfig for ${name}:${qualifier} does not exist.`,
      });
      expect(await refusal(get(name))).toEqual(missing("LATEST"));
      expect(await refusal(remove(name, "prod"))).toEqual(missing("prod"));
    });

    test("too many retries is an InvalidArgument, and changes nothing", async () => {
      const name = newFunction();
      const created = await put(name, { maxAsyncRetryAttempts: 8 });
      expect(await refusal(put(name, { maxAsyncRetryAttempts: 9, maxAsyncEventAgeInSeconds: 60 }))).toEqual(
        invalid("maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9"),
      );
      expect(await get(name)).toEqual(created);
    });

    test.each([0, maxEventAgeSeconds + 1])(
      "an event age of %i seconds is an InvalidArgument",
      async (seconds) => {
        const range = `an integer from 1 to ${maxEventAgeSeconds}`;
        expect(await refusal(put(newFunction(), { maxAsyncEventAgeInSeconds: seconds }))).toEqual(
          invalid(`maxAsyncEventAgeInSeconds must be ${range}, but got ${seconds}`),
        );
      },
    );

    test("a destination that is no resource name is an InvalidArgument", async () => {
      const destinationConfig = { onSuccess: "https://example.com/hook" };
      expect(await refusal(put(newFunction(), { destinationConfig }))).toEqual(
        invalid(expect.stringContaining("destinationConfig.onSuccess.destination must be")),
      );
    });

    test.each(configs.invalidNames)("the function name %j is an InvalidArgument", async (name) => {
      expect(await refusal(put(name, {}))).toEqual(
        invalid(expect.stringMatching(`^FunctionName doesn't match .*, actual: '${name}'\\)$`)),
      );
    });

    test.each([0, 101])("a limit of %i is an InvalidArgument", async (limit) => {
      expect(await refusal(list(newFunction(), { limit }))).toEqual(
        invalid(`limit must be an integer from 1 to 100, but got "${limit}"`),
      );
    });

    test("a nextToken that no list returned, or another function's, is an InvalidArgument", async () => {
      const [name, other] = [newFunction(), newFunction()];
      for (const qualifier of ["1", "2"]) {
        await put(name, {}, qualifier);
        await put(other, {}, qualifier);
      }
      const { nextToken } = await list(name, { limit: 1 });
      expect(nextToken).toBeDefined();
      // In 2016-08-15 a token is a qualifier, whichever list it is of.
      const ofOther = /^\w+$/.test(String(nextToken)) ? [] : [nextToken];
      for (const wrong of [...ofOther, "MTIzNCNhYmM="]) {
        expect(await refusal(list(other, { limit: 1, nextToken: wrong }))).toEqual(
          invalid(expect.any(String)),
        );
      }
    });
  });
});

test("fc2's error says in its message which request failed, and how", async () => {
  const client = fc2Client(url);
  const name = newFunction();
  const path = `/functions/${name}/async-invoke-config`;
  function said(request: string, status: number, message: string) {
    const [before, after] = [`${request} failed with ${status}. requestid: `, `, message: ${message}.`].map(
      RegExp.escape,
    );
    return { message: expect.stringMatching(new RegExp(`^${before}${REQUEST_ID.source}${after}$`)) };
  }
  await expect(client.getFunctionAsyncConfig("shop", name)).rejects.toMatchObject(
    said(`GET /services/shop${path}`, 404, `AsyncConfig for ${name}:LATEST does not exist.`),
  );
  await expect(client.deleteFunctionAsyncConfig("shop", name, "prod")).rejects.toMatchObject(
    said(`DELETE /services/shop.prod${path}`, 404, `AsyncConfig for ${name}:prod does not exist.`),
  );
  await expect(
    client.putFunctionAsyncConfig("shop", name, "", { maxAsyncRetryAttempts: 9 }),
  ).rejects.toMatchObject(
    said(`PUT /services/shop${path}`, 400, "maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9"),
  );
});

describe("fc20230330 alone", () => {
  const client = fc20230330Client(url);
  const { configs, refusal } = fc20230330(url);

  const listAll = (options: PageOptions) =>
    bodyOf<{ configs: { functionArn: string }[]; nextToken?: string }>(
      client.listAsyncInvokeConfigs(new sdk.ListAsyncInvokeConfigsRequest(options)),
    );

  test("a put of an empty Destination is refused, and changes nothing", async () => {
    const name = newFunction();
    const both = { onSuccess: QUEUE, onFailure: TOPIC };
    await configs.put(name, { destinationConfig: both });
    const destinationConfig = new sdk.DestinationConfig({ onSuccess: new sdk.Destination({}) });
    const body = new sdk.PutAsyncInvokeConfigInput({ destinationConfig });
    const put = client.putAsyncInvokeConfig(name, new sdk.PutAsyncInvokeConfigRequest({ body }));
    expect(await refusal(put)).toMatchObject({ code: "InvalidDestinationResources", statusCode: 400 });
    expect((await configs.get(name)).destinationConfig).toEqual(configs.destinations(both));
  });

  test("without a functionName the list is that of all functions, each config once", async () => {
    const qualifiers = ["1", "10", "2", "LATEST", "beta", "prod", "staging"];
    const names = [newFunction(), newFunction(), newFunction()];
    const made = names.flatMap((name) => qualifiers.map((qualifier) => ({ name, qualifier })));
    for (const { name, qualifier } of made) await configs.put(name, {}, qualifier);
    const pages = await allPages((nextToken) => listAll({ limit: 4, nextToken }));
    const arns = pages.flat().map(({ functionArn }) => functionArn);
    expect(pages.slice(0, -1).every((page) => page.length === 4)).toBe(true);
    expect(new Set(arns).size).toBe(arns.length);
    const wanted = made.map(({ name, qualifier }) => configs.identity(name, qualifier)["functionArn"]);
    expect(arns).toEqual(expect.arrayContaining(wanted));
  });

  test("a nextToken of one function's list is an InvalidArgument for the list of all", async () => {
    const name = newFunction();
    for (const qualifier of ["1", "2"]) await configs.put(name, {}, qualifier);
    const { nextToken } = await configs.list(name, { limit: 1 });
    expect(await refusal(listAll({ limit: 1, nextToken }))).toMatchObject({
      code: "InvalidArgument",
      statusCode: 400,
    });
  });
});
