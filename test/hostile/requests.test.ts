import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { expectConforming, type HostileRequest, type RawResponse, send } from "./exchange.ts";

/** How many requests are made up: `npm run test:hostile` makes more. */
const CASES = Number(process.env["HOSTILE_CASES"] ?? 5000);
/** So many are sent at once, and are one case of fast-check's. */
const AT_ONCE = 10;
const RUNS = Math.ceil(CASES / AT_ONCE / 2);
const TIMEOUT_MS = 60_000 + CASES * 10;
const MARK = "nobody-else-may-read-this";

const server = await servedSandbox();
/** Signs all that it sends, and is attacked by others. */
let victim: SandboxClient;
/** Where requests to the API go, and where those to the control plane do. */
let target: SandboxClient;
let controlled: SandboxClient;

beforeAll(async () => {
  const destination = `acs:mns:r:1:/queues/${MARK}/messages`;
  victim = await createSandbox(server, {
    snapshot: {
      settings: { signatures: "required" },
      configs: [{ service: "demo", function: "f", destinationConfig: { onFailure: { destination } } }],
    },
  });
  [target, controlled] = await Promise.all([createSandbox(server), createSandbox(server)]);
});

/** Sends what was made up all at once; each answer must be as the API's, and say nothing of the victim's. */
async function sendAll(requests: readonly HostileRequest[]): Promise<RawResponse[]> {
  const { accessKeySecret = "", controlToken = "" } = victim.access;
  return Promise.all(
    requests.map(async (sent) => {
      const response = await send(server, sent);
      expectConforming(sent, response);
      for (const secret of [MARK, accessKeySecret, controlToken]) expect(response.text).not.toContain(secret);
      return response;
    }),
  );
}

// What is picked from often hits what a parser takes apart; the rest is anything at all.

const nasty = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("demo", "f", "LATEST", "1", "prod", "a.b", "..", ".", "", "-", "0", "-1", "_"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "default",
      "%00",
      "%2e%2e%2f",
      "%2F",
      "%",
      "%zz",
      "%ff%fe",
      "%F0%9F%92%A9",
      "a%0d%0aX-Injected:%201",
      "%25%32%46",
      "1e400",
      "9007199254740993",
      "0x10",
      "+1",
      "1".repeat(200),
      "x".repeat(3000),
      "NaN",
      "null",
      "[]",
      "{}",
      "[object Object]",
      "eyJ.e30",
      "{{7*7}}",
      "'--",
      "%22",
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .string({ maxLength: 20 })
      .map(encodeURI)
      .filter((text) => !/[?#]/.test(text)),
  },
  { weight: 1, arbitrary: fc.webSegment() },
);

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    8,
    9,
    1e308,
    0.5,
    2 ** 53,
    "",
    "LATEST",
    "acs:",
    [],
    [null],
    {},
    { toString: 1 },
  ),
  fc.constantFrom(
    "acs:fc:r:1:functions/f",
    "acs:mns:r:1:/queues/q/messages",
    "\ud800",
    "\u0000",
    "x".repeat(2000),
  ),
);

/** An object with some of these items, mostly what they ought to be, and now and then others. */
function loosely(items: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const loose = Object.fromEntries(
    Object.entries(items).map(([name, usual]) => [
      name,
      fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: anyJson }),
    ]),
  );
  const extra = fc.dictionary(fc.constantFrom("__proto__", "constructor", "extra", "a.b", "0"), anyJson, {
    maxKeys: 1,
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.record(loose, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.record(loose, { requiredKeys: [] }), extra).map(([a, b]) => ({ ...a, ...b })),
    },
    { weight: 1, arbitrary: anyJson },
  );
}

const destination = loosely({
  destination: fc.constantFrom("", "acs:fc:r:1:functions/f", "acs:mns:r:1:/queues/q/messages", "acs:x:::"),
});
const destinationConfig = loosely({ onSuccess: destination, onFailure: destination });
const items = {
  maxAsyncEventAgeInSeconds: fc.integer({ min: -1, max: 3_000_000 }),
  maxAsyncRetryAttempts: fc.integer({ min: -1, max: 9 }),
  statefulInvocation: fc.boolean(),
  asyncTask: fc.boolean(),
  destinationConfig,
};

/** A body as text: JSON, JSON that was damaged, JSON that readers disagree about, or no JSON. */
function bodyOf(json: fc.Arbitrary<unknown>): fc.Arbitrary<string | Buffer | undefined> {
  const text = json.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 8, arbitrary: text },
    {
      weight: 1,
      arbitrary: fc.tuple(text, fc.nat()).map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    },
    { weight: 1, arbitrary: fc.tuple(text, text).map(([a, b]) => `{"__proto__":${a},"a":${a},"a":${b}}`) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom("[", '{"a":', '{"destinationConfig":', '{"body":', '{"filter":{"body":['),
          fc.nat(15_000),
        )
        .map(([open, depth]) => {
          const closing = [...open].filter((c) => c === "{" || c === "[").map((c) => (c === "{" ? "}" : "]"));
          return (
            open.repeat(depth % Math.floor(60_000 / open.length)) +
            "0" +
            closing
              .reverse()
              .join("")
              .repeat(depth % Math.floor(60_000 / open.length))
          );
        }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        undefined,
        "",
        " ",
        "\ufeff{}",
        "x".repeat(70_000),
        '{"a":"\ud800"}',
        "1e999",
      ),
    },
  );
}

const headerText = fc.oneof(
  nasty,
  fc.string({
    maxLength: 40,
    unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
  }),
);
const signature = fc
  .tuple(
    fc.constantFrom(
      "FC $:",
      "FC $",
      "ACS3-HMAC-SHA256 Credential=$,SignedHeaders=host;x-acs-date,Signature=",
      "ACS3-HMAC-SHA256 Credential=$,SignedHeaders=;;,Signature=",
      "ACS3-HMAC-SHA256 $",
      "acs $:",
      "Bearer $",
      "Bearer",
      "Basic $",
    ),
    fc.constantFrom("any-id", "sbx-", "sbx-default", "sbx-victim", "sbx-target"),
    headerText,
  )
  .map(([form, id, rest]) => form.replace("$", () => idOf(id)) + rest);

const idOf = (name: string) =>
  name.replace("victim", () => victim.access.id ?? "").replace("target", () => target.access.id ?? "");

const headers = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.tuple(fc.constant("Authorization"), signature) },
      {
        weight: 2,
        arbitrary: fc.tuple(
          fc.constant("Content-Type"),
          fc.constantFrom(
            "application/json",
            "application/json; charset=utf-16",
            "text/plain",
            "application/jsonx",
            ";",
            "multipart/form-data",
          ),
        ),
      },
      {
        // Those that ask for no 5xx, and for no long wait.
        weight: 1,
        arbitrary: fc.tuple(
          fc.constant("X-Sandbox-Fault"),
          fc.constantFrom(
            "delay=-1",
            "delay=1e9",
            "delay=5",
            "status=101",
            "status=99",
            "status=1000",
            "status=204",
            "status=x",
            "broken=1",
            "__proto__",
            "constructor;after=apply",
            "Throttling;;",
            "after=apply",
            "AccessDenied",
            "",
          ),
        ),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(
          fc.constantFrom(
            "Date",
            "X-Fc-Date",
            "X-Acs-Date",
            "X-Acs-Content-Sha256",
            "Content-MD5",
            "X-Fc-Account-Id",
            "X-Fc-Security-Token",
            "Host",
            "Origin",
            "Cookie",
            "Range",
            "If-None-Match",
            "Accept-Encoding",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Http-Method-Override",
            "CF-Connecting-IP",
            "Access-Control-Request-Method",
            "Access-Control-Request-Headers",
            "Sec-WebSocket-Protocol",
            "Forwarded",
            "__proto__",
            "constructor",
          ),
          headerText,
        ),
      },
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs.map(([name, value]) => {
      const sendable = value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "");
      // A host of nothing, or of bytes that are no text, is refused before the Worker sees it; one with a path in it
      // has no version to answer in the shape of.
      return [
        name,
        name === "Host" ? `h${sendable.replace(/[^\x20-\x7e]|[/?#\\]/g, "")}` : sendable,
      ] as const;
    }),
  );

const prefix = fc.oneof(
  { weight: 8, arbitrary: fc.constant("/s/target") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "",
      "/s/victim",
      "/s/default",
      "/s/",
      "/s",
      "/s/target/s/victim",
      "//",
      "/S/target",
    ),
  },
  { weight: 1, arbitrary: nasty.map((part) => `/s/${part}`) },
);
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            "qualifier",
            "limit",
            "nextToken",
            "functionName",
            "__proto__",
            "body",
            "status",
            "since",
            "function",
            "",
          ),
          nasty,
        ),
        { maxLength: 4 },
      )
      .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`),
  },
);
const version = fc.constantFrom(
  "/2016-08-15",
  "/2021-04-06",
  "/2023-03-30",
  "",
  "/2016-08-16",
  "/2023-03-30/",
  "/__proto__",
);
const resource = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(nasty, nasty).map(([s, f]) => `/services/${s}/functions/${f}/async-invoke-config`),
  },
  { weight: 4, arbitrary: nasty.map((f) => `/functions/${f}/async-invoke-config`) },
  { weight: 2, arbitrary: nasty.map((s) => `/services/${s}/functions/f/async-invoke-configs`) },
  { weight: 2, arbitrary: fc.constant("/async-invoke-configs") },
  { weight: 2, arbitrary: fc.array(nasty, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`) },
);
const method = fc.constantFrom(
  "PUT",
  "PUT",
  "PUT",
  "GET",
  "GET",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "POST",
  "PATCH",
);

const apiRequest: fc.Arbitrary<HostileRequest> = fc
  .record({ method, prefix, version, resource, query, headers, body: bodyOf(loosely(items)) })
  .map(({ prefix, version, resource, query, ...rest }) => ({
    ...rest,
    path: (idOf(prefix) + version + resource + query).replaceAll(" ", "%20"),
  }));

test.concurrent(
  `${CASES / 2} hostile requests of the API get its own answers`,
  async () => {
    const before = (await victim.snapshot.export()).configs;
    await fc.assert(
      fc.asyncProperty(fc.array(apiRequest, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
        await sendAll(requests);
      }),
      { numRuns: RUNS },
    );
    expect((await victim.snapshot.export()).configs).toEqual(before);
    await expectUnpolluted();
  },
  TIMEOUT_MS,
);

const match = loosely({
  operation: fc.constantFrom("put", "get"),
  function: fc.constantFrom("f", "g"),
  version: fc.constant("2016-08-15"),
});
const effect = fc.oneof(
  loosely({
    type: fc.constant("error"),
    code: fc.constantFrom("Throttling", "AccessDenied"),
    message: fc.string(),
    after: fc.constant("apply"),
  }),
  loosely({
    type: fc.constant("response"),
    status: fc.integer({ min: 99, max: 600 }),
    headers: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 2 }),
    body: anyJson,
  }),
  loosely({
    type: fc.constant("delay"),
    milliseconds: fc.integer({ min: -1, max: 70_000 }),
    jitterMilliseconds: fc.integer(),
  }),
  loosely({ type: fc.constant("broken") }),
);
const fault = loosely({
  id: fc.constantFrom("a", "b", ""),
  match,
  effect,
  skip: fc.integer(),
  times: fc.integer({ min: -1, max: 5 }),
  probability: fc.double(),
  matched: fc.nat(),
  struck: fc.nat(),
});
const name = fc.constantFrom("demo", "f", "g", "hello", "__proto__", "constructor", "a".repeat(129), "1");
const time = fc.constantFrom(
  "2030-01-01T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "2030-02-31T00:00:00Z",
  "2030-01-01T24:00:00Z",
  "2030-01-01",
);
const clock = loosely({
  mode: fc.constantFrom("real", "shifted", "frozen"),
  time,
  offsetSeconds: fc.oneof(fc.integer(), fc.double()),
});
const declaredFunction = loosely({
  name,
  versions: fc.array(fc.constantFrom("1", "x")),
  aliases: fc.array(name),
});
const declared = loosely({
  services: fc.array(
    loosely({
      name,
      functions: fc.array(name, { maxLength: 3 }),
      versions: fc.array(name, { maxLength: 2 }),
      aliases: fc.array(name, { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  functions: fc.array(declaredFunction, { maxLength: 3 }),
});
const settings = loosely({
  signatures: fc.constantFrom("off", "optional", "required"),
  functions: fc.constantFrom("open", "declared"),
  region: fc.string(),
  accountId: fc.string(),
  journalSize: fc.integer({ min: -1, max: 300 }),
});
const snapshot = loosely({
  format: fc.constant("fc-sandbox/1"),
  settings,
  clock,
  faults: fc.array(fault, { maxLength: 3 }),
  functions: declared,
  configs: fc.array(
    loosely({
      service: name,
      function: name,
      qualifier: name,
      createdTime: time,
      lastModifiedTime: time,
      stateful: fc.boolean(),
      maxAsyncEventAgeInSeconds: items.maxAsyncEventAgeInSeconds,
      maxAsyncRetryAttempts: items.maxAsyncRetryAttempts,
      destinationConfig,
    }),
    { maxLength: 4 },
  ),
});
const filter = loosely({
  operation: fc.constant("put"),
  function: name,
  status: fc.constantFrom("2xx", "404,5xx", 404, "x"),
  since: time,
  body: anyJson,
  method: fc.constant("PUT"),
  requestId: fc.string(),
});

const controlCalls: readonly (readonly [string, string, fc.Arbitrary<unknown>])[] = [
  [
    "POST",
    "/sandboxes",
    loosely({ label: fc.constantFrom("a", "-", "A", "a".repeat(33)), settings, snapshot }),
  ],
  ["PATCH", "/settings", settings],
  ["POST", "/reset", loosely({ parts: fc.array(fc.constantFrom("configs", "journal", "x")) })],
  ["PUT", "/snapshot", snapshot],
  ["POST", "/requests/count", filter],
  [
    "POST",
    "/requests/verify",
    loosely({ filter, exactly: fc.integer(), atLeast: fc.integer(), atMost: fc.integer() }),
  ],
  ["POST", "/faults", fault],
  ["PUT", "/clock", clock],
  ["POST", "/clock/advance", loosely({ seconds: fc.double() })],
  ["PUT", "/functions", declared],
];
const controlRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(
      ...controlCalls.map(([method, path, json]) =>
        fc.record({
          method: fc.constant(method),
          path: fc.constant(path),
          headers,
          body: bodyOf(json),
        }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        method,
        path: fc.constantFrom(
          "",
          "/",
          "/snapshot",
          "/requests",
          "/faults",
          "/clock",
          "/functions",
          "/events",
          "/health",
          "/settings",
        ),
        query,
        headers,
        body: fc.constant(undefined),
      })
      .map(({ path, query, ...rest }) => ({ ...rest, path: path + query })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method,
      path: nasty.map((id) => `/faults/${id}`),
      headers,
      body: fc.constant(undefined),
    }),
  },
);

test.concurrent(
  `${CASES / 2} hostile calls of the control plane get its own answers`,
  async () => {
    const base = `/s/${controlled.access.id}/_sandbox`;
    const token = ["Authorization", `Bearer ${controlled.access.controlToken}`] as const;
    const before = await victim.snapshot.export();
    await fc.assert(
      fc.asyncProperty(
        fc.array(controlRequest, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (requests) => {
          const calls = requests.map(({ path, headers, ...rest }) => {
            return { ...rest, path: base + path.replaceAll(" ", "%20"), headers: [...headers, token] };
          });
          await sendAll(calls);
          // Whatever was taken can be exported, imported, and exported again.
          const exported = await controlled.snapshot.export();
          await controlled.snapshot.import(exported);
          expect(await controlled.snapshot.export()).toEqual(exported);
          // And the API still answers as what was taken says, be that a fault.
          await controlled.reset("faults");
          const get = {
            method: "GET",
            path: `/s/${controlled.access.id}/2023-03-30/async-invoke-configs`,
            headers: [],
            body: undefined,
          };
          await sendAll([get]);
        },
      ),
      { numRuns: RUNS },
    );
    expect(await victim.snapshot.export()).toEqual(before);
    await expectUnpolluted();
  },
  TIMEOUT_MS,
);

/** Whoever changed what all objects have would change what a new sandbox says. */
async function expectUnpolluted(): Promise<void> {
  const fresh = await createSandbox(server);
  const url = `${fresh.endpoint}/2021-04-06/services/demo/functions/f/async-invoke-config`;
  const headers = { "Content-Type": "application/json" };
  const config = await (await fetch(url, { method: "PUT", body: "{}", headers })).json();
  const now = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(config).toStrictEqual({
    service: "demo",
    function: "f",
    qualifier: "LATEST",
    createdTime: now,
    lastModifiedTime: now,
    destinationConfig: null,
    maxAsyncEventAgeInSeconds: null,
    maxAsyncRetryAttempts: null,
    statefulInvocation: null,
  });
  expect(await fresh.faults.list()).toEqual([]);
}
