import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { app } from "../../src/app.ts";
import { healthSchema } from "../../src/documents/responseBodies.ts";
import { newSandbox } from "../newSandbox.ts";
import { errorOf, request, versions } from "../request.ts";

const [classic, openApi] = versions;

describe("rate limits", () => {
  const denied = { limit: async () => ({ success: false }) };

  test("answer with the API's own throttling error, and when to come again", async () => {
    const answers = await Promise.all(
      versions.map(({ config }) => app.request(config("f"), {}, { ...env, API_RATE_LIMIT: denied })),
    );
    expect(answers.map(({ status, headers }) => [status, headers.get("Retry-After")])).toEqual(
      Array(3).fill([429, "1"]),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json<Record<string, string>>()));
    expect(bodies.map(({ ErrorCode, Code }) => ErrorCode ?? Code)).toEqual([
      "ResourceThrottled",
      "Throttling",
      "Throttling",
    ]);
  });

  test("hold for the control plane and for making sandboxes", async () => {
    const control = await app.request("/_sandbox", {}, { ...env, API_RATE_LIMIT: denied });
    const creation = await app.request(
      "/_sandbox/sandboxes",
      { method: "POST" },
      { ...env, CREATION_RATE_LIMIT: denied },
    );
    for (const { status, headers } of [control, creation]) {
      expect([status, headers.get("Retry-After"), headers.get("Content-Type")]).toEqual([
        429,
        "10",
        "application/problem+json",
      ]);
    }
  });

  test("count per client", async () => {
    const client = { "CF-Connecting-IP": "192.0.2.1" };
    const create = async () => (await request("POST", "/_sandbox/sandboxes", {}, client)).status;
    const statuses = new Set<number>();
    for (let i = 0; i <= 1300 && !statuses.has(429); i += 50) {
      for (const status of await Promise.all(Array.from({ length: 50 }, create))) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([201, 429]));
    expect(
      (await request("POST", "/_sandbox/sandboxes", {}, { "CF-Connecting-IP": "192.0.2.2" })).status,
    ).toBe(201);
  });
});

test("every response has security headers, and is not to be cached", async () => {
  const sandbox = await newSandbox();
  for (const path of [
    classic.config("f"),
    "/nowhere",
    "/_sandbox",
    "/_sandbox/health",
    "/_sandbox/nowhere",
  ]) {
    const { headers } = await sandbox.send("GET", path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-fc-request-id": expect.any(String),
    });
  }
});

test("health answers without credentials", async () => {
  const { status, body } = await request("GET", "/_sandbox/health");
  expect([status, body]).toEqual([
    200,
    { status: "ok", createsSandboxes: true, creation: "open", defaultSandbox: "protected" },
  ]);
});

test.each(["open", "protected", "off"] as const)(
  "health says to a page of any origin what the deployment offers, where default is %s",
  async (defaultSandbox) => {
    for (const secret of [env.ROOT_SECRET, ""]) {
      const response = await app.request(
        "/_sandbox/health",
        { headers: { Origin: "https://app.example" } },
        { ...env, DEFAULT_SANDBOX: defaultSandbox, ROOT_SECRET: secret },
      );
      expect([response.status, response.headers.get("Access-Control-Allow-Origin")]).toEqual([200, "*"]);
      const expected = { status: "ok", createsSandboxes: secret !== "", creation: "open", defaultSandbox };
      expect(healthSchema.parse(await response.json())).toEqual(expected);
    }
  },
);

test("health says which variable is wrong, and what it must be", async () => {
  for (const [name, value, allowed] of [
    ["MAX_FAULTS", "lots", "a positive integer"],
    ["MAX_NAME_LENGTH", "", "a positive integer"],
    ["MAX_BODY_BYTES", "0", "a positive integer"],
    ["IDLE_SECONDS", "1e15", "an integer from 0 to 1000000000"],
    ["IDLE_SECONDS", "-1", "an integer from 0 to 1000000000"],
    ["DEFAULT_SANDBOX_IDLE_SECONDS", "", "an integer from 0 to 1000000000"],
    ["DEFAULT_SANDBOX", "opne", '"open", "protected" or "off"'],
    ["LOG_REQUESTS", "yes", '"on" or "off"'],
    ["SANDBOX_DOMAIN", "http://x.example", "a domain, without a scheme or a port, or empty"],
    ["LOCATION_HINT", "mars", "wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me or empty"],
    ["JURISDICTION", "EU", "eu, us, fedramp or empty"],
    ["PUBLIC_URL", "x.example", "an http or https URL without a query, or empty"],
    ["TRUSTED_PROXY", "yes", '"on" or "off"'],
    ["ACCESS_TEAM_DOMAIN", "https://a.example", "a domain, without a scheme or a port, or empty"],
    ["ACCESS_AUDIENCE", "an app", "the AUD tag of an application, or empty"],
    ["REGION", "Hangzhou", "1 to 32 lower-case letters, digits or hyphens"],
    ["ACCOUNT_ID", undefined, "1 to 32 digits"],
  ] as const) {
    const answer = await app.request("/_sandbox/health", {}, { ...env, [name]: value });
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([503, "application/problem+json"]);
    const is = value === undefined ? "not set" : `"${value}"`;
    const { detail } = await answer.json<{ detail: string }>();
    expect(detail).toBe(`The variable ${name} must be ${allowed}, but is ${is}.`);
  }
  for (const [given, missing] of [
    ["ACCESS_TEAM_DOMAIN", "ACCESS_AUDIENCE"],
    ["ACCESS_AUDIENCE", "ACCESS_TEAM_DOMAIN"],
  ] as const) {
    const answer = await app.request("/_sandbox/health", {}, { ...env, [given]: "a" });
    const { detail } = await answer.json<{ detail: string }>();
    expect(detail).toBe(`The variable ${missing} must be set when ${given} is, but is "".`);
  }
  // In wrangler.toml a number needs no quotes.
  const numbers = { ...env, ACCOUNT_ID: 123, MAX_FAULTS: 5, IDLE_SECONDS: 0, SANDBOX_DOMAIN: "a.example" };
  expect((await app.request("/_sandbox/health", {}, numbers)).status).toBe(200);
});

test("health says that a platform without jurisdictions has none", async () => {
  const answer = await app.request("/_sandbox/health", {}, { ...env, JURISDICTION: "eu" });
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    {
      detail:
        'The variable JURISDICTION must be empty on a platform without jurisdictions, which only Cloudflare has, but is "eu".',
    },
  ]);
});

test("a wrong variable opens nothing, and no request of the API is answered with it", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    expect((await app.request("/_sandbox", {}, { ...env, DEFAULT_SANDBOX: "opne" })).status).toBe(401);
    for (const wrong of [{ MAX_FAULTS: "lots" }, { DEFAULT_SANDBOX: "opne" }, { SANDBOX_DOMAIN: "a b" }]) {
      expect((await app.request(classic.config("f"), {}, { ...env, ...wrong })).status).toBe(500);
    }
  } finally {
    errors.mockRestore();
  }
});

test("a path that the control plane does not have is a problem document", async () => {
  const sandbox = await newSandbox();
  const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
  for (const [method, path] of [
    ["GET", "/nowhere"],
    ["DELETE", "/clock/hands"],
    ["PUT", "/faults/1/2"],
  ] as const) {
    const { status, headers, body } = await sandbox.send(
      method,
      `/_sandbox${path}`,
      undefined,
      authorization,
    );
    expect([status, headers.get("Content-Type")]).toEqual([404, "application/problem+json"]);
    expect(body).toEqual({
      type: "about:blank",
      status: 404,
      title: "Not found",
      detail: `The control plane has no ${method} /_sandbox${path}.`,
    });
  }
});

test.each([
  ["DELETE", "/clock", "GET, PUT, HEAD, OPTIONS", "GET, PUT"],
  ["PUT", "/faults", "GET, POST, DELETE, HEAD, OPTIONS", "GET, POST, DELETE"],
  ["GET", "/faults/1", "PUT, DELETE, OPTIONS", "PUT, DELETE"],
  ["PROPFIND", "/snapshot", "GET, PUT, HEAD, OPTIONS", "GET, PUT"],
  ["PUT", "/sandboxes", "POST, GET, HEAD, OPTIONS", "POST, GET"],
])(
  "a method that a path does not have, %s %s, is 405 with what it has",
  async (method, path, allow, methods) => {
    const sandbox = await newSandbox();
    const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
    const address = `/_sandbox${path}`;
    const { status, headers, body } = await sandbox.send(method, address, undefined, authorization);
    expect([status, headers.get("Allow")]).toEqual([405, allow]);
    expect(body.detail).toBe(`${address} takes ${methods}, and not ${method}.`);
    const options = await sandbox.send("OPTIONS", address, undefined, authorization);
    expect([options.status, options.headers.get("Allow")]).toEqual([204, allow]);
  },
);

test("a body may be compressed, and begin with a byte order mark", async () => {
  const sandbox = await newSandbox();
  const text = new Response('\ufeff{"region": "cn-beijing"}').body;
  const body = await new Response(text?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const headers = { Authorization: `Bearer ${sandbox.access.controlToken}`, "Content-Encoding": "gzip" };
  const answer = await sandbox.send("PATCH", "/_sandbox/settings", new Uint8Array(body), headers);
  expect(answer.body.region).toBe("cn-beijing");
  const wrong = await sandbox.send("PATCH", "/_sandbox/settings", "{}", {
    ...headers,
    "Content-Encoding": "br",
  });
  expect([wrong.status, wrong.body.detail]).toEqual([
    400,
    'Content-Encoding must be gzip, deflate or identity, but got "br".',
  ]);
});

describe("the endpoint of a new sandbox is where its client reaches it:", () => {
  const endpointOf = async (variables: object, headers: Record<string, string> = {}) => {
    const request = { method: "POST", headers };
    const response = await app.request("http://inside:8787/_sandbox/sandboxes", request, {
      ...env,
      ...variables,
    });
    const { id, endpoint } = await response.json<{ id: string; endpoint: string }>();
    return endpoint.replace(`/s/${id}`, "/s/{id}");
  };
  const forwarded = {
    "X-Forwarded-Proto": "https, http",
    "X-Forwarded-Host": "fc.example:8443",
    "X-Forwarded-Prefix": "/team/fc/",
  };

  test.each<[string, object, Record<string, string>, string]>([
    ["the request's own address", {}, {}, "http://inside:8787/s/{id}"],
    ["not what anybody writes into a header", {}, forwarded, "http://inside:8787/s/{id}"],
    [
      "what a trusted proxy says",
      { TRUSTED_PROXY: "on" },
      forwarded,
      "https://fc.example:8443/team/fc/s/{id}",
    ],
    [
      "as much as it says",
      { TRUSTED_PROXY: "on" },
      { "X-Forwarded-Proto": "https" },
      "https://inside:8787/s/{id}",
    ],
    [
      "and no more than has the form of it",
      { TRUSTED_PROXY: "on" },
      { "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "a/b", "X-Forwarded-Prefix": "//evil" },
      "http://inside:8787/s/{id}",
    ],
    [
      "PUBLIC_URL, above all",
      { TRUSTED_PROXY: "on", PUBLIC_URL: "https://x.example/fc/" },
      forwarded,
      "https://x.example/fc/s/{id}",
    ],
  ])("%s", async (_, variables, headers, endpoint) => {
    expect(await endpointOf(variables, headers)).toBe(endpoint);
  });
});

test("a body that is not JSON, or too large, is a problem document", async () => {
  const sandbox = await newSandbox();
  const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
  expect((await sandbox.send("PATCH", "/_sandbox/settings", "{", authorization)).body.detail).toBe(
    "The body must be JSON in UTF-8, but it has an error at line 1, column 2.",
  );
  expect(
    (await sandbox.send("PATCH", "/_sandbox/settings", `"${"x".repeat(65_536)}"`, authorization)).status,
  ).toBe(413);
});

test("a document that is nested too deep is refused", async () => {
  const sandbox = await newSandbox();
  const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  for (const [path, body] of [
    ["/requests/count", `{"body":${deep}}`],
    ["/faults", `{"effect":{"type":"response","status":200,"body":${deep}}}`],
  ] as const) {
    const answer = await sandbox.send("POST", `/_sandbox${path}`, body, authorization);
    expect([answer.status, answer.body.detail]).toEqual([400, "The body is nested more than 100 deep."]);
  }
});

test("the log has one line of JSON for each request, and never a secret", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await app.request(
      `${openApi.config("f")}?Signature=secret`,
      { method: "PUT", headers: { Authorization: "FC a:secret", "x-fc-security-token": "secret" } },
      { ...env, LOG_REQUESTS: "on" },
    );
    expect(lines.mock.calls.length).toBe(1);
    const line = String(lines.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toEqual({
      requestId: expect.any(String),
      sandbox: "default",
      operation: "put",
      method: "PUT",
      status: 200,
      durationMs: expect.any(Number),
    });
    expect(line).not.toContain("secret");
  } finally {
    lines.mockRestore();
  }
});

test("a fault of the platform is the API's 503 or 500, and a problem document on the control plane", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    for (const [properties, status, code] of [
      [{ retryable: true }, 503, "ServiceUnavailable"],
      [{ overloaded: true }, 503, "ServiceUnavailable"],
      [{}, 500, "InternalServerError"],
    ] as const) {
      const failing = {
        getByName: () => {
          throw Object.assign(new Error("storage caused object to be reset"), properties);
        },
      };
      const broken = { ...env, FUNCTION: failing, SANDBOX: failing } as unknown as typeof env;
      const answer = await app.request(classic.config("f"), {}, broken);
      const body = await answer.json<Record<string, string>>();
      expect(errorOf({ status: answer.status, headers: answer.headers, body })).toMatchObject({
        status,
        code,
      });
      expect(JSON.stringify(body)).not.toContain("storage");
      const control = await app.request(
        "/_sandbox",
        { headers: { Authorization: "Bearer operator" } },
        broken,
      );
      expect([control.status, control.headers.get("Content-Type")]).toEqual([
        status,
        "application/problem+json",
      ]);
    }
  } finally {
    errors.mockRestore();
  }
});
