import { env, SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { errorOf, request, versions } from "../request.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FC3_ID = /^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/;

test("an error has the body of its API version, and its request id", async () => {
  const [classic, openApi, fc3] = await Promise.all(
    versions.map(({ config }) => request("GET", config("none"))),
  );
  expect(classic?.body).toEqual({
    ErrorCode: "AsyncConfigNotExists",
    ErrorMessage: "AsyncConfig for none:LATEST does not exist.",
  });
  for (const answer of [openApi, fc3]) {
    expect(answer?.body).toEqual({
      Code: "AsyncConfigNotExists",
      Message: "AsyncConfig for none:LATEST does not exist.",
      RequestId: answer?.headers.get("X-Fc-Request-Id"),
    });
  }
  expect(classic?.headers.get("X-Fc-Request-Id")).toMatch(UUID);
  expect(openApi?.body.RequestId).toMatch(UUID);
  expect(fc3?.body.RequestId).toMatch(FC3_ID);
  expect(classic?.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
});

describe("a path or method that no version has is PathNotSupported", () => {
  test.each([
    ["POST", "/"],
    ["GET", "/nowhere"],
    ["POST", "/2016-08-15/services/s/functions/f/async-invoke-config"],
    ["PATCH", "/2021-04-06/services/s/functions/f/async-invoke-config"],
    ["PUT", "/2016-08-15/services/s/functions/f/async-invoke-configs"],
    ["DELETE", "/2023-03-30/async-invoke-configs"],
    ["PUT", "/2016-08-15/services//functions/f/async-invoke-config"],
    ["PUT", "/2016-08-15/services/s/functions/a/b/async-invoke-config"],
    ["GET", "/2016-08-15/async-invoke-configs"],
    ["PUT", "/2023-03-30/services/s/functions/f/async-invoke-config"],
    ["GET", "/2020-01-01/functions/f/async-invoke-config"],
    ["OPTIONS", "/2023-03-30/nowhere"],
  ])("%s %s", async (method, path) => {
    const answer = await request(method, path);
    expect(errorOf(answer)).toEqual({
      status: 400,
      code: "PathNotSupported",
      message: `'${method}' against '${path}' is not supported`,
    });
    const shape = /^\/20(21|23)/.test(path) ? "Code" : "ErrorCode";
    expect(answer.body).toHaveProperty(shape);
  });
});

const queueOfLength = (length: number) => "acs:mns:cn-hangzhou:1:/queues/".padEnd(length, "q");

describe.each(versions)("in $id", ({ id, config, list, maxEventAgeSeconds, statefulItem }) => {
  const path = config("kept", "prod");
  const maxDestination = id === "2023-03-30" ? 512 : 1024;
  const destination =
    "must be a resource name: acs:fc:{region}:{account}:services/{service}/functions/{function}, " +
    "acs:fc:{region}:{account}:functions/{function}, acs:mns:{region}:{account}:/queues/{queue}/messages, " +
    "acs:mns:{region}:{account}:/topics/{topic}/messages, acs:eventbridge:{region}:{account}:eventbus/{bus} or " +
    "acs:mq:{region}:{account}:/instances/{instance}/topics/{topic}, but got";
  const retries = "maxAsyncRetryAttempts must be an integer from 0 to 8, but got";

  test.each<[body: unknown, message: string]>([
    ["{", 'the request body must be JSON in UTF-8, but it has an error at line 1, column 2: "{"'],
    [
      '{\n  "maxAsyncRetryAttempts": nope\n}',
      'the request body must be JSON in UTF-8, but it has an error at line 2, column 28: "{\\n  \\"maxAsyncRetryAttempts\\": nope\\n}"',
    ],
    ["[]", "the request body must be a JSON object, but got an array"],
    ["null", "the request body must be a JSON object, but got null"],
    ['"x"', 'the request body must be a JSON object, but got "x"'],
    [
      "[".repeat(60_000),
      `the request body must be JSON in UTF-8, but it has an error at line 1, column 60001: "${"[".repeat(100)}…"`,
    ],
    ["[".repeat(30_000) + "]".repeat(30_000), "the request body must be a JSON object, but got an array"],
    [`{"maxAsyncRetryAttempts":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, `${retries} an array`],
    [
      new Uint8Array([0x7b, 0xff, 0x7d]),
      "the request body must be JSON in UTF-8, but it has bytes that are not",
    ],
    ['{"__proto__":{}}', 'the request body must not have an item named "__proto__"'],
    [
      '{"maxAsyncRetryAttempts":1,"maxAsyncRetryAttempts":2}',
      'the request body must give each item once, but gives "maxAsyncRetryAttempts" more than once',
    ],
    [{ maxAsyncRetryAttempts: 9 }, `${retries} 9`],
    [{ maxAsyncRetryAttempts: -1 }, `${retries} -1`],
    [{ maxAsyncRetryAttempts: 0.5 }, `${retries} 0.5`],
    [{ maxAsyncRetryAttempts: "3" }, `${retries} "3"`],
    ['{"maxAsyncRetryAttempts":1e400}', `${retries} 1e400`],
    ['{"maxAsyncRetryAttempts":9007199254740993}', `${retries} 9007199254740993`],
    ['{"maxAsyncRetryAttempts":1.0}', `${retries} 1.0`],
    [
      `${'{"a":'.repeat(9000)}1.0${"}".repeat(9000)}x`,
      "the request body must be JSON in UTF-8, but it has an error at line 1, column 54004: ",
    ],
    [
      { maxAsyncEventAgeInSeconds: maxEventAgeSeconds + 1 },
      `maxAsyncEventAgeInSeconds must be an integer from 1 to ${maxEventAgeSeconds}, but got ${maxEventAgeSeconds + 1}`,
    ],
    [{ [statefulItem]: "yes" }, `${statefulItem} must be true or false, but got "yes"`],
    [{ destinationConfig: [] }, "destinationConfig must be an object, but got an array"],
    [
      { destinationConfig: { onSuccess: { destination: "acs:oss:r:a:b" } } },
      `destinationConfig.onSuccess.destination ${destination} "acs:oss:r:a:b"`,
    ],
    [
      { destinationConfig: { onSuccess: { destination: queueOfLength(maxDestination + 1) } } },
      `destinationConfig.onSuccess.destination must be at most ${maxDestination} characters long, but got "${queueOfLength(99)}…`,
    ],
    [
      { maxAsyncRetryAttempts: 5, destinationConfig: { onFailure: { destination: 5 } } },
      `destinationConfig.onFailure.destination ${destination} 5`,
    ],
  ])("PUT $0 is InvalidArgument, and changes nothing", async (body, message) => {
    await request("PUT", path, { maxAsyncRetryAttempts: 1 });
    const before = (await request("GET", path)).body;
    const { message: said, ...rest } = errorOf(await request("PUT", path, body));
    expect(rest).toEqual({ status: 400, code: "InvalidArgument" });
    expect(said.startsWith(message)).toBe(true);
    expect((await request("GET", path)).body).toEqual(before);
  });

  test.each([{}, { destination: "" }, { destination: null }])(
    "PUT of a destination of %j is InvalidDestinationResources, and changes nothing",
    async (slot) => {
      await request("PUT", path, { maxAsyncRetryAttempts: 1 });
      const before = (await request("GET", path)).body;
      const body = { maxAsyncRetryAttempts: 2, destinationConfig: { onSuccess: slot } };
      expect(errorOf(await request("PUT", path, body))).toEqual({
        status: 400,
        code: "InvalidDestinationResources",
        message: "The destination resource is invalid: destination can't be empty.",
      });
      expect((await request("GET", path)).body).toEqual(before);
    },
  );

  test("a body that is nested as deep as it can be is read", async () => {
    const body = `{"maxAsyncRetryAttempts": 4, "unknown": ${'{"a":'.repeat(9000)}1.0${"}".repeat(9000)}}`;
    expect((await request("PUT", path, body)).body).toMatchObject({ maxAsyncRetryAttempts: 4 });
  });

  test("a refused PUT creates nothing", async () => {
    await request("PUT", config("never"), { maxAsyncRetryAttempts: 9 });
    expect((await request("GET", config("never"))).status).toBe(404);
  });

  test("a body over 64 KiB is EntityTooLarge, declared or not, and changes nothing", async () => {
    const body = JSON.stringify({ maxAsyncRetryAttempts: 5, padding: "x".repeat(65_536) });
    for (const sent of [body, new Blob([body]).stream()]) {
      const response = await SELF.fetch(`http://sandbox${config("large")}`, {
        method: "PUT",
        body: sent,
        headers: { "Content-Type": "application/json" },
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("payload size exceeds maximum allowed size (65536 bytes)");
    }
    expect((await request("GET", config("large"))).status).toBe(404);
  });

  test("a Content-Type that is not JSON is UnsupportedMediaType", async () => {
    expect(errorOf(await request("PUT", path, "{}", { "Content-Type": "text/plain" }))).toEqual({
      status: 415,
      code: "UnsupportedMediaType",
      message: "the Content-Type must be 'application/json'",
    });
  });

  test("a function's name that is too long is InvalidArgument", async () => {
    const most = id === "2023-03-30" ? 64 : 128;
    const name = "a".repeat(most);
    expect((await request("PUT", config(name))).status).toBe(200);
    const { status, code, message } = errorOf(await request("PUT", config(`${name}a`)));
    expect([status, code]).toEqual([400, "InvalidArgument"]);
    expect(
      message.startsWith(`FunctionName exceeds the maximum allowed length (max: ${most}, actual: 'aaa`),
    ).toBe(true);
  });

  test.each(["1a", "-a", "a b", "a%2Fb", "%00", "%ff", "%zz", "%", "ä", "__proto__%20"])(
    "a function named %j is InvalidArgument",
    async (name) => {
      for (const method of ["GET", "PUT", "DELETE"]) {
        const { status, code, message } = errorOf(await request(method, config(name)));
        expect([status, code]).toEqual([400, "InvalidArgument"]);
        expect(message).toMatch(
          /^FunctionName doesn't match expected format \(allowed: \^\[_a-zA-Z\].*, actual: '/,
        );
      }
    },
  );

  test.each(["0", "1a", "a%2Fb", "a.b", "%ff", "a".repeat(129)])(
    "qualifier %j is InvalidArgument",
    async (qualifier) => {
      const { status, code, message } = errorOf(await request("PUT", config("f", qualifier)));
      expect([status, code]).toEqual([400, "InvalidArgument"]);
      expect(message).toMatch(
        /^Qualifier (doesn't match expected format|exceeds the maximum allowed length) \(/,
      );
    },
  );

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "%s is a name like any other",
    async (name) => {
      const answer = await request("PUT", config(name, name), { maxAsyncRetryAttempts: 2 });
      expect([answer.status, answer.body.maxAsyncRetryAttempts]).toEqual([200, 2]);
      expect((await request("DELETE", config(name, name))).status).toBe(204);
    },
  );

  test.each(["0", "101", "-1", "1.5", "abc", "1e1", "%20", "99999999999999999999", "0x10"])(
    "limit=%s is InvalidArgument",
    async (limit) => {
      expect(errorOf(await request("GET", `${list("f")}limit=${limit}`))).toEqual({
        status: 400,
        code: "InvalidArgument",
        message: `limit must be an integer from 1 to 100, but got ${JSON.stringify(decodeURIComponent(limit))}`,
      });
    },
  );

  test("limits of 1 and of 100 are taken, and an empty one is none", async () => {
    for (const limit of ["1", "100", ""]) {
      expect((await request("GET", `${list("f")}limit=${limit}`)).status).toBe(200);
    }
  });

  // In 2016-08-15 a token is a qualifier, so every qualifier is one.
  const areQualifiers = id === "2016-08-15";
  const tokensAreQualifiers = async () => {
    await request("PUT", config("listed"));
    for (const token of ["a.b", ".", "9x", "%00"]) {
      const { status, code, message } = errorOf(await request("GET", `${list("listed")}nextToken=${token}`));
      expect([status, code]).toEqual([400, "InvalidArgument"]);
      expect(message).toMatch(/^nextToken must be one that an earlier page of this list returned, but got "/);
    }
  };

  const tokensAreOfOneList = async () => {
    for (const name of ["listed", "other"]) {
      for (const qualifier of ["a", "b", "c"]) await request("PUT", config(name, qualifier));
    }
    const { nextToken } = (await request("GET", `${list("other")}limit=1`)).body;
    expect((await request("GET", `${list("other")}nextToken=${nextToken}`)).status).toBe(200);
    const [mac, position] = nextToken.split(".");
    const tokens = [
      "x",
      "LATEST",
      "a.b",
      ".",
      `${position}.${mac}`,
      `${mac}.${position}A`,
      `.${position}`,
      "%00",
    ];
    for (const [name, token] of [["listed", nextToken], ...tokens.map((token) => ["other", token])]) {
      const { status, code, message } = errorOf(await request("GET", `${list(name)}nextToken=${token}`));
      expect([status, code]).toEqual([400, "InvalidArgument"]);
      expect(message).toMatch(/^nextToken must be one that an earlier page of this list returned, but got "/);
    }
  };

  if (areQualifiers) test("a token that is no qualifier is InvalidArgument", tokensAreQualifiers);
  else test("a token that is forged, changed, or of another list is InvalidArgument", tokensAreOfOneList);
});

test("names that an API version puts elsewhere are refused where they don't belong", async () => {
  const service = errorOf(
    await request("PUT", "/2021-04-06/services/s.prod/functions/f/async-invoke-config"),
  );
  expect(service).toMatchObject({ status: 400, code: "InvalidArgument" });
  expect(service.message).toMatch(/^ServiceName doesn't match .*, actual: 's.prod'\)$/);
  const empty = errorOf(await request("PUT", "/2016-08-15/services/s./functions/f/async-invoke-config"));
  expect(empty.message).toMatch(/^Qualifier doesn't match .*, actual: ''\)$/);
});

describe("limits", () => {
  const overrides = { ...env, MAX_NAME_LENGTH: "6", MAX_BODY_BYTES: "10" };

  test("names and bodies are bounded by the deployment's variables", async () => {
    const put = (name: string, body: string) =>
      app.request(
        versions[2].config(name),
        { method: "PUT", body, headers: { "Content-Type": "application/json" } },
        overrides,
      );
    expect((await put("abcdef", "{}        ")).status).toBe(200);
    expect((await put("abcdefg", "{}")).status).toBe(400);
    expect(await (await put("abcdef", "{}         ")).json()).toMatchObject({ Code: "EntityTooLarge" });
  });

  test("an event may be as large as a deployment may allow, whatever its bytes are", async () => {
    const most = 16_777_216;
    const event = new Uint8Array(most).fill(0xff);
    const invoke = (body: Uint8Array) =>
      app.request(
        "/2023-03-30/functions/f/invocations",
        { method: "POST", body },
        { ...env, MAX_EVENT_BYTES: `${most}` },
      );
    const answer = await invoke(event);
    expect(answer.status).toBe(200);
    expect((await answer.bytes()).every((byte) => byte === 0xff)).toBe(true);
    expect((await invoke(new Uint8Array(most + 1))).status).toBe(400);
  });

  test("a name that a deployment allows can be declared there, too", async () => {
    const name = "n".repeat(129);
    const headers = { Authorization: "Bearer operator" };
    const declare = (limit: string) =>
      app.request(
        "/_sandbox/functions",
        { method: "PUT", headers, body: JSON.stringify({ functions: [{ name }] }) },
        { ...env, MAX_NAME_LENGTH: limit },
      );
    expect((await declare("128")).status).toBe(400);
    expect((await declare("129")).status).toBe(200);
  });

  test("a function has at most 100 configs, and the ones it has can still be changed", async () => {
    const { config } = versions[0];
    for (let i = 0; i < 100; i++) expect((await request("PUT", config("full", `q${i}`))).status).toBe(200);
    expect(errorOf(await request("PUT", config("full", "q100")))).toEqual({
      status: 400,
      code: "InvalidArgument",
      message: "function 'full' has 100 configs, and may have no more",
    });
    expect((await request("PUT", config("full", "q0"), { maxAsyncRetryAttempts: 0 })).status).toBe(200);
    expect((await request("DELETE", config("full", "q0"))).status).toBe(204);
    expect((await request("PUT", config("full", "q100"))).status).toBe(200);
  });
});
