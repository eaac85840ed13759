import { beforeEach, describe, expect, test } from "vitest";
import { servedSandbox } from "../program.ts";
import { newFunction, QUEUE, REQUEST_ID, TOPIC } from "./fixtures.ts";

// fc-go-sdk leaves no item out: AsyncConfig has four pointers without omitempty, and a nil one goes as null.
const UNSET = {
  statefulInvocation: null,
  destinationConfig: null,
  maxAsyncEventAgeInSeconds: null,
  maxAsyncRetryAttempts: null,
};

const SET = {
  statefulInvocation: true,
  destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: { destination: TOPIC } },
  maxAsyncEventAgeInSeconds: 3600,
  maxAsyncRetryAttempts: 1,
};

const sandbox = await servedSandbox();
let config: string;

beforeEach(() => {
  config = `${sandbox}/2016-08-15/services/shop/functions/${newFunction()}/async-invoke-config`;
});

function send(method: string, url: string, body?: object) {
  const headers = { Accept: "application/json", "User-Agent": "go-sdk-0.1", "X-Fc-Account-Id": "" };
  return body === undefined
    ? fetch(url, { method, headers })
    : fetch(url, {
        method,
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
}

async function put(body: object) {
  const response = await send("PUT", config, body);
  expect(response.status).toBe(200);
  return await response.json();
}

async function get() {
  return await (await send("GET", config)).json();
}

describe("items that are nil", () => {
  test("a PUT of nothing but nulls creates a config in which nothing is set", async () => {
    const created = await put(UNSET);
    expect(created).toMatchObject(UNSET);
    expect(await get()).toEqual(created);
  });

  test("a PUT of nothing but nulls leaves a config as it was", async () => {
    await put(SET);
    await put(UNSET);
    expect(await get()).toMatchObject(SET);
  });

  test.each([{ maxAsyncRetryAttempts: 5 }, { maxAsyncEventAgeInSeconds: 60 }, { statefulInvocation: false }])(
    "a PUT of %j and null for the rest changes that alone",
    async (items) => {
      await put(SET);
      await put({ ...UNSET, ...items });
      expect(await get()).toMatchObject({ ...SET, ...items });
    },
  );

  test("a PUT of zero retries sets zero, not the default", async () => {
    await put({ ...UNSET, maxAsyncRetryAttempts: 0 });
    expect(await get()).toMatchObject({ maxAsyncRetryAttempts: 0 });
  });
});

describe("destinations that are nil", () => {
  test.each([
    { given: "onFailure", unset: "onSuccess" },
    { given: "onSuccess", unset: "onFailure" },
  ])("a PUT of $given with null for $unset leaves $unset as it was", async ({ given, unset }) => {
    const destination = "acs:fc:cn-hangzhou:1234567890123456:services/shop/functions/report";
    await put(SET);
    await put({ ...UNSET, destinationConfig: { [unset]: null, [given]: { destination } } });
    expect(await get()).toMatchObject({
      ...SET,
      destinationConfig: { ...SET.destinationConfig, [given]: { destination } },
    });
  });

  test("a PUT of null for both destinations leaves both as they were", async () => {
    await put(SET);
    await put({ ...UNSET, destinationConfig: { onSuccess: null, onFailure: null } });
    expect(await get()).toMatchObject(SET);
  });

  test.each([{ destination: null }, { destination: "" }])(
    "a PUT of a destination of %j with null for the other is refused",
    async (onSuccess) => {
      await put(SET);
      const body = { ...UNSET, destinationConfig: { onSuccess, onFailure: null } };
      const response = await send("PUT", config, body);
      expect([response.status, (await response.json()).ErrorCode]).toEqual([
        400,
        "InvalidDestinationResources",
      ]);
      expect(await get()).toMatchObject(SET);
    },
  );
});

describe("what the SDK and Terraform read", () => {
  test("a config is identified by service, function and qualifier", async () => {
    config = `${sandbox}/2016-08-15/services/shop.prod/functions/report/async-invoke-config`;
    await put(UNSET);
    expect(await get()).toMatchObject({ service: "shop", function: "report", qualifier: "prod" });
  });

  test("a list has configs and nextToken, and takes the token back", async () => {
    const list = `${sandbox}/2016-08-15/services/shop/functions/digest/async-invoke-configs`;
    for (const service of ["shop", "shop.1"]) {
      config = `${sandbox}/2016-08-15/services/${service}/functions/digest/async-invoke-config`;
      await put(UNSET);
    }
    const first = await (await send("GET", `${list}?limit=1`)).json();
    expect(first).toEqual({ configs: [expect.any(Object)], nextToken: expect.any(String) });
    const query = new URLSearchParams({ limit: "1", nextToken: first.nextToken });
    const second = await (await send("GET", `${list}?${query}`)).json();
    expect(second).toEqual({ configs: [expect.any(Object)], nextToken: "" });
    expect(second.configs[0].qualifier).not.toBe(first.configs[0].qualifier);
  });

  test("a deletion answers 204 without a body, and 404 the second time", async () => {
    await put(SET);
    const response = await send("DELETE", config);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    expect((await send("DELETE", config)).status).toBe(404);
  });

  test("an error has ErrorCode and ErrorMessage, and its request ID in a header", async () => {
    const response = await send("GET", config.replace("/shop/", "/shop.prod/"));
    expect(response.status).toBe(404);
    expect(response.headers.get("X-Fc-Request-Id")).toMatch(REQUEST_ID);
    expect(await response.json()).toEqual({
      ErrorCode: "AsyncConfigNotExists",
      ErrorMessage: expect.stringMatching(/^AsyncConfig for function-\d+:prod does not exist\.$/),
    });
  });
});
