import { describe, expect, test } from "vitest";
import { newSandbox } from "../newSandbox.ts";
import { errorOf, request, versions } from "../request.ts";

const F = "acs:fc:cn-hangzhou:123456:functions/f";
const G = "acs:mns:cn-hangzhou:123456:/queues/q/messages";
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

let created = 0;
/** A function that no other test uses. */
const newFunction = () => `f${++created}`;

test("the specification's sample creates a config and answers with all of it", async () => {
  const answer = await request(
    "PUT",
    "/2016-08-15/services/serviceName.alias/functions/functionName/async-invoke-config",
    {
      destinationConfig: {
        onSuccess: {
          destination: "acs:fc:cn-hangzhou:1986***743:services/serviceName.alias/functions/functionName",
        },
        onFailure: { destination: "acs:mns:cn-hangzhou:1986***743:/queues/xxx/messages" },
      },
      maxAsyncEventAgeInSeconds: 1000,
      maxAsyncRetryAttempts: 3,
    },
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    createdTime: expect.stringMatching(WHOLE_SECONDS),
    lastModifiedTime: expect.stringMatching(WHOLE_SECONDS),
    serviceName: "serviceName",
    functionName: "functionName",
    service: "serviceName",
    function: "functionName",
    qualifier: "alias",
    destinationConfig: {
      onSuccess: {
        destination: "acs:fc:cn-hangzhou:1986***743:services/serviceName.alias/functions/functionName",
      },
      onFailure: { destination: "acs:mns:cn-hangzhou:1986***743:/queues/xxx/messages" },
    },
    maxAsyncEventAgeInSeconds: 1000,
    maxAsyncRetryAttempts: 3,
    statefulInvocation: null,
  });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "x-fc-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    date: expect.stringMatching(/ GMT$/),
  });
});

test("the path without the version is the same resource", async () => {
  const name = newFunction();
  await request("PUT", `/services/demo.prod/functions/${name}/async-invoke-config`, {
    maxAsyncRetryAttempts: 7,
  });
  const answer = await request("GET", `/2016-08-15/services/demo.prod/functions/${name}/async-invoke-config`);
  expect(answer.body).toMatchObject({ qualifier: "prod", maxAsyncRetryAttempts: 7 });
});

describe.each(versions)("in $id", ({ id, config, list, statefulItem }) => {
  const replaces = id === "2023-03-30";
  /** What the list of a function without further pages has as `nextToken`. */
  const end = id === "2021-04-06" ? {} : { nextToken: "" };

  test("an empty PUT creates a config in which nothing is set", async () => {
    for (const body of [undefined, "", {}]) {
      const answer = await request("PUT", config(newFunction()), body);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        destinationConfig: null,
        maxAsyncEventAgeInSeconds: null,
        maxAsyncRetryAttempts: null,
        [statefulItem]: null,
      });
    }
  });

  test("a destinationConfig that was given without destinations shows two nulls, and goes on to", async () => {
    const path = config(newFunction());
    for (const body of [{ destinationConfig: {} }, { maxAsyncRetryAttempts: 1 }]) {
      expect((await request("PUT", path, body)).body.destinationConfig).toEqual({
        onSuccess: null,
        onFailure: null,
      });
    }
  });

  test("a PUT changes what it gives and leaves the rest", async () => {
    const path = config(newFunction());
    const first = await request("PUT", path, {
      destinationConfig: { onSuccess: { destination: F } },
      maxAsyncEventAgeInSeconds: 60,
      [statefulItem]: true,
    });
    const second = await request("PUT", path, {
      destinationConfig: { onFailure: { destination: G } },
      maxAsyncRetryAttempts: 0,
    });
    expect(second.body).toEqual({
      ...first.body,
      lastModifiedTime: second.body.lastModifiedTime,
      destinationConfig: {
        onSuccess: replaces ? null : { destination: F },
        onFailure: { destination: G },
      },
      maxAsyncRetryAttempts: 0,
    });
    expect((await request("GET", path)).body).toEqual(second.body);
  });

  test("null gives nothing, at every level", async () => {
    const path = config(newFunction());
    const first = await request("PUT", path, {
      destinationConfig: { onSuccess: { destination: F }, onFailure: { destination: G } },
      maxAsyncEventAgeInSeconds: 60,
      maxAsyncRetryAttempts: 0,
      [statefulItem]: true,
    });
    const nulls = [
      {
        destinationConfig: null,
        maxAsyncEventAgeInSeconds: null,
        maxAsyncRetryAttempts: null,
        [statefulItem]: null,
      },
      { destinationConfig: { onSuccess: null, onFailure: null } },
      { destinationConfig: {} },
    ];
    for (const body of nulls) {
      const { lastModifiedTime } = (await request("PUT", path, body)).body;
      const cleared = replaces && body.destinationConfig !== null;
      expect((await request("GET", path)).body).toEqual({
        ...first.body,
        lastModifiedTime,
        ...(cleared && { destinationConfig: { onSuccess: null, onFailure: null } }),
      });
    }
  });

  test("each qualifier has a config of its own, and none means LATEST", async () => {
    const name = newFunction();
    await request("PUT", config(name), { maxAsyncRetryAttempts: 1 });
    await request("PUT", config(name, "prod"), { maxAsyncRetryAttempts: 2 });
    await request("PUT", config(name, "7"), { maxAsyncRetryAttempts: 3 });
    const retries = async (qualifier?: string) =>
      (await request("GET", config(name, qualifier))).body.maxAsyncRetryAttempts;
    expect(await Promise.all(["LATEST", undefined, "prod", "7"].map(retries))).toEqual([1, 1, 2, 3]);
  });

  test("a deleted config is gone, the others are not, and a new one has nothing of the old", async () => {
    const name = newFunction();
    await request("PUT", config(name), { maxAsyncRetryAttempts: 1 });
    await request("PUT", config(name, "prod"), { maxAsyncRetryAttempts: 2 });
    const deleted = await request("DELETE", config(name));
    expect([deleted.status, deleted.body]).toEqual([204, undefined]);
    expect((await request("GET", config(name))).status).toBe(404);
    expect((await request("DELETE", config(name))).status).toBe(404);
    expect((await request("GET", config(name, "prod"))).body.maxAsyncRetryAttempts).toBe(2);
    expect((await request("PUT", config(name))).body.maxAsyncRetryAttempts).toBeNull();
  });

  test("the list has a function's configs by qualifier, each as GET shows it, page by page", async () => {
    const name = newFunction();
    const qualifiers = ["10", "9", "LATEST", "Prod", "_x", "prod"];
    for (const qualifier of qualifiers.toReversed()) await request("PUT", config(name, qualifier));
    const shown = await Promise.all(
      qualifiers.map(async (qualifier) => (await request("GET", config(name, qualifier))).body),
    );
    expect((await request("GET", list(name))).body).toEqual({ configs: shown, ...end });
    for (const size of [1, 2, 4, 6]) {
      const pages = [];
      let token = "";
      do {
        const { body } = await request("GET", `${list(name)}limit=${size}&nextToken=${token}`);
        expect(body.configs.length).toBeLessThanOrEqual(size);
        pages.push(...body.configs);
        token = body.nextToken;
      } while (token);
      expect(pages).toEqual(shown);
    }
  });

  test("the list of a function without configs is empty", async () => {
    const { status, body } = await request("GET", list(newFunction()));
    expect(status).toBe(200);
    expect(body).toEqual({ configs: id === "2016-08-15" ? null : [], ...end });
  });

  test("a page has 20 configs unless told otherwise", async () => {
    const name = newFunction();
    await Promise.all(Array.from({ length: 21 }, (_, i) => request("PUT", config(name, `q${i}`))));
    const { body } = await request("GET", list(name));
    expect([body.configs.length, typeof body.nextToken]).toEqual([20, "string"]);
    const { configs, ...rest } = (await request("GET", `${list(name)}limit=21`)).body;
    expect([configs.length, rest]).toEqual([21, end]);
  });

  test("HEAD answers as GET does, without the body", async () => {
    const path = config(newFunction());
    await request("PUT", path);
    for (const [target, status] of [
      [path, 200],
      [config(newFunction()), 404],
    ] as const) {
      const [head, get] = [await request("HEAD", target), await request("GET", target)];
      expect([head.status, head.body]).toEqual([status, undefined]);
      expect(head.headers.get("Content-Type")).toBe(get.headers.get("Content-Type"));
      expect(head.headers.get("Content-Length")).toBe(String(JSON.stringify(get.body).length));
      expect(head.headers.get("X-Fc-Request-Id")).toBeTruthy();
    }
  });

  test("OPTIONS says what a path can do", async () => {
    const answers = [await request("OPTIONS", config("f")), await request("OPTIONS", list("f"))];
    expect(answers.map(({ status, headers }) => [status, headers.get("Allow")])).toEqual([
      [204, "PUT, GET, DELETE, HEAD, OPTIONS"],
      [204, "GET, HEAD, OPTIONS"],
    ]);
  });

  test("a browser app of any origin may call it and read the request id", async () => {
    const preflight = await request("OPTIONS", config("f"), undefined, {
      Origin: "https://console.example",
      "Access-Control-Request-Method": "PUT",
      "Access-Control-Request-Headers": "authorization,content-type,x-fc-account-id",
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "https://console.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET,HEAD,PUT,POST,PATCH,DELETE",
      "access-control-allow-headers": "authorization,content-type,x-fc-account-id",
    });
    for (const path of [config(newFunction()), "/nowhere"]) {
      const { headers } = await request("GET", path, undefined, { Origin: "https://console.example" });
      expect(headers.get("Access-Control-Allow-Origin")).toBe("https://console.example");
      expect(headers.get("Access-Control-Allow-Credentials")).toBe("true");
      expect(headers.get("Access-Control-Expose-Headers")).toContain("X-Fc-Request-Id");
      expect(headers.get("Vary")).toContain("Origin");
    }
    // Other clients get none of that, as from the cloud.
    const { headers } = await request("GET", config("f"));
    expect([...headers.keys()].filter((name) => /^(access-control|timing-allow|vary)/.test(name))).toEqual(
      [],
    );
  });

  test("the control plane lets every origin in, and takes no credentials of a browser", async () => {
    const origin = { Origin: "https://console.example" };
    const preflight = { ...origin, "Access-Control-Request-Method": "PATCH" };
    for (const { headers } of [
      await request("GET", "/_sandbox", undefined, origin),
      await request("OPTIONS", "/_sandbox/settings", undefined, preflight),
    ]) {
      expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(headers.has("Access-Control-Allow-Credentials")).toBe(false);
    }
  });

  test("a page of the public web may call a sandbox in its own network", async () => {
    const preflight = (privateNetwork: Record<string, string>) =>
      request("OPTIONS", config("f"), undefined, {
        Origin: "https://console.example",
        "Access-Control-Request-Method": "PUT",
        ...privateNetwork,
      });
    const asked = await preflight({ "Access-Control-Request-Private-Network": "true" });
    expect(asked.headers.get("Access-Control-Allow-Private-Network")).toBe("true");
    expect((await preflight({})).headers.has("Access-Control-Allow-Private-Network")).toBe(false);
  });
});

test("createdTime is set once, and lastModifiedTime moves with every PUT", async () => {
  const path = versions[0].config(newFunction());
  const first = await request("PUT", path);
  let last = first;
  // Times have whole seconds: PUT until the second has changed.
  while (last.body.lastModifiedTime === first.body.lastModifiedTime) last = await request("PUT", path);
  expect(last.body.createdTime).toBe(first.body.createdTime);
  expect(last.body.lastModifiedTime > first.body.lastModifiedTime).toBe(true);
});

test("FC 2.0's two versions show the same resources, and FC 3.0 others", async () => {
  const name = newFunction();
  const [classic, openApi, fc3] = versions;
  await request("PUT", openApi.config(name, "prod"), { maxAsyncRetryAttempts: 1, statefulInvocation: true });
  // 2021-04-06 takes no age as great as this, and shows it.
  await request("PUT", classic.config(name, "prod"), { maxAsyncEventAgeInSeconds: 2_592_000 });
  const items = { maxAsyncRetryAttempts: 1, maxAsyncEventAgeInSeconds: 2_592_000, statefulInvocation: true };
  for (const { config, list } of [classic, openApi]) {
    expect((await request("GET", config(name, "prod"))).body).toMatchObject(items);
    expect((await request("GET", list(name))).body.configs).toMatchObject([items]);
  }
  expect((await request("GET", fc3.config(name, "prod"))).status).toBe(404);
});

test("a service of another name is another resource", async () => {
  const name = newFunction();
  await request("PUT", versions[0].config(name));
  const other = await request("GET", `/2016-08-15/services/other/functions/${name}/async-invoke-config`);
  expect(other.status).toBe(404);
});

test("percent-encoded names are the names they encode", async () => {
  await request("PUT", "/2016-08-15/services/demo%2Eprod/functions/%66-%31/async-invoke-config");
  const answer = await request("GET", "/2016-08-15/services/demo.prod/functions/f-1/async-invoke-config");
  expect(answer.body).toMatchObject({ functionName: "f-1", qualifier: "prod" });
});

describe("slashes that are one too many", () => {
  test.each(versions)("are as none in $id", async ({ config, list }) => {
    const name = newFunction();
    const sandbox = await newSandbox();
    const path = config(name, "prod");
    const trailing = path.includes("?") ? path.replace("?", "/?") : `${path}/`;
    const doubled = path.replace("/functions/", "//functions//");
    expect((await sandbox.send("PUT", path, { maxAsyncRetryAttempts: 1 })).status).toBe(200);
    for (const written of [`/${path}`, trailing, doubled, `//${trailing}`, list(name).replace("/", "//")]) {
      expect([written, (await sandbox.send("GET", written)).status]).toEqual([written, 200]);
    }
    const { id } = sandbox.access;
    for (const written of [`//s/${id}${path}`, `/s/${id}/${path}`, `/s/${id}/${trailing}`]) {
      expect([written, (await request("GET", written)).status]).toEqual([written, 200]);
    }
  });

  test("leave errors in the version that the path names", async () => {
    expect((await request("GET", "//2023-03-30/nowhere/")).body).toMatchObject({ Code: "PathNotSupported" });
  });

  test("are as none on the control plane, and lead back to a page's own path", async () => {
    const sandbox = await newSandbox();
    for (const path of ["/_sandbox/", "//_sandbox", "/_sandbox//requests/"])
      expect([path, (await sandbox.send("GET", path)).status]).toEqual([path, 200]);
  });
});

describe("a body that is compressed", () => {
  const compressed = async (format: "gzip" | "deflate", text: string) =>
    new Uint8Array(
      await new Response(new Response(text).body?.pipeThrough(new CompressionStream(format))).arrayBuffer(),
    );

  test.each([
    ["gzip", "gzip"],
    ["GZip", "gzip"],
    ["x-gzip", "gzip"],
    ["deflate", "deflate"],
  ] as const)("by Content-Encoding: %s is read, and journalled as what it says", async (encoding, format) => {
    const sandbox = await newSandbox();
    const body = await compressed(format, '{"maxAsyncRetryAttempts": 2}');
    const headers = { "Content-Type": "application/json", "Content-Encoding": encoding };
    const { status, body: config } = await sandbox.send("PUT", versions[1].config("f"), body, headers);
    expect([status, config.maxAsyncRetryAttempts]).toEqual([200, 2]);
    expect(await sandbox.requests.count({ body: { maxAsyncRetryAttempts: 2 } })).toBe(1);
  });

  test("has a content within the limit", async () => {
    const body = await compressed("gzip", `{"x": "${"x".repeat(10_000_000)}"}`);
    expect(body.length).toBeLessThan(65_536);
    const headers = { "Content-Encoding": "gzip" };
    const answer = await request("PUT", versions[1].config(newFunction()), body, headers);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: "EntityTooLarge" });
  });

  test.each([
    ["gzip", "{}", "the request body must be gzip, as Content-Encoding says"],
    ["br", "{}", 'Content-Encoding must be gzip, deflate or identity, but got "br"'],
    ["constructor", "{}", 'Content-Encoding must be gzip, deflate or identity, but got "constructor"'],
  ])("by Content-Encoding: %s but as %s is InvalidArgument", async (encoding, body, message) => {
    const answer = await request("PUT", versions[1].config(newFunction()), body, {
      "Content-Encoding": encoding,
    });
    expect(errorOf(answer)).toEqual({ status: 400, code: "InvalidArgument", message });
  });
});
