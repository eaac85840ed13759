import { SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { Har, Pact, SandboxClient } from "../../src/client/index.ts";
import { harOf } from "../../src/control/har.ts";
import { pactOf } from "../../src/control/pactFile.ts";
import { noting } from "../calls.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { fromAnotherClient, request, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;
const TIME = "2030-01-01T00:00:00Z";

const ofPact = { consumer: "console", provider: "function-compute" };
const exported = ({ requests }: SandboxClient) => requests.export("pact", ofPact);
const described = ({ interactions }: Pact) => interactions.map(({ description }) => description);
const statesOf = ({ interactions }: Pact) => interactions.map(({ providerStates }) => providerStates);

async function problemOf(sandbox: TestSandbox, query: string): Promise<unknown> {
  const answer = await sandbox.send("GET", `/_sandbox/requests?${query}`);
  return [answer.status, answer.body.detail];
}

describe("the headers of responses", () => {
  test("are kept, without the headers that every response has", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"), {});
    await sandbox.send("DELETE", fc3.config("f"));
    await sandbox.send("GET", fc3.config("f"), undefined, { "X-Sandbox-Fault": "Throttling" });
    const { requests } = await sandbox.requests.list();
    const json = { "content-type": "application/json; charset=utf-8" };
    expect(requests.map(({ responseHeaders }) => responseHeaders)).toEqual([
      { ...json, "retry-after": "1" },
      {},
      json,
    ]);
  });

  test("are kept without secrets", async () => {
    const sandbox = await newSandbox();
    const headers = { "X-Token": "secret-1", "X-Mine": "yes", "X-Cookie": "secret-2" };
    await sandbox.faults.add({ effect: { type: "response", status: 200, headers }, times: 1 });
    await sandbox.send("GET", fc3.config("f"));
    const { requests } = await sandbox.requests.list();
    expect(requests[0]?.responseHeaders).toEqual({
      "x-token": "(secret)",
      "x-mine": "yes",
      "x-cookie": "(secret)",
    });
  });

  test("are found by a search", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("GET", fc3.config("f"), undefined, { "X-Sandbox-Fault": "Throttling" });
    expect(await sandbox.requests.count({ search: "retry-after" })).toBe(1);
  });
});

describe("the address of an entry", () => {
  test("is in every response of the API that the journal has, and answers with the entry", async () => {
    const sandbox = await newSandbox();
    const calls: (readonly [string, string, Record<string, string>?])[] = [
      ["PUT", classic.config("f")],
      ["GET", classic.config("nothing")],
      ["GET", "/2023-03-30/functions"],
      ["GET", "/nowhere"],
      ["GET", fc3.config("f"), { "X-Sandbox-Fault": "status=418" }],
    ];
    for (const [method, path, headers] of calls) {
      const answer = await sandbox.send(method, path, undefined, { ...headers, Origin: "https://a.example" });
      const id = answer.headers.get("X-Fc-Request-Id") ?? "";
      const url = `${sandbox.endpoint}/_sandbox/requests/${id}`;
      expect(answer.headers.get("Link")).toBe(`<${url}>; rel="describedby"`);
      expect(answer.headers.get("Access-Control-Expose-Headers")).toMatch(/\bLink\b.*\bServer-Timing\b/);
      const entry = await (await SELF.fetch(url, { headers: fromAnotherClient() })).json();
      expect(entry).toMatchObject({ requestId: id, method, status: answer.status });
      expect(await sandbox.requests.get(id)).toEqual(entry);
      const app = /, app;dur=(\d+)$/.exec(answer.headers.get("Server-Timing") ?? "")?.[1];
      expect(Number(app)).toBe((entry as { durationMs: number }).durationMs);
    }
  });

  test("is in no response of the control plane, of OPTIONS, or while the journal is off", async () => {
    const sandbox = await newSandbox({ settings: { journalSize: 0 } });
    for (const [method, path] of [
      ["PUT", classic.config("f")],
      ["OPTIONS", classic.config("f")],
      ["GET", "/_sandbox"],
    ] as const) {
      const { headers } = await sandbox.send(method, path);
      expect([method, path, headers.get("Link")]).toEqual([method, path, null]);
    }
  });

  test("is 404 when the journal does not have it", async () => {
    const sandbox = await newSandbox();
    const { headers } = await sandbox.send("PUT", classic.config("f"));
    const another = await newSandbox();
    await expect(another.requests.get(headers.get("X-Fc-Request-Id") ?? "")).rejects.toMatchObject({
      problem: { status: 404, detail: "The journal has no request with this id." },
    });
  });
});

describe("as an HTTP Archive", () => {
  test("requests and responses are what HAR 1.2 says", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", openApi.config("f", "prod"), { maxAsyncRetryAttempts: 1 }, { "X-Mine": "yes" });
    await sandbox.send("DELETE", openApi.config("f", "prod"));
    await sandbox.send("HEAD", openApi.config("f", "prod"));
    await sandbox.send("GET", openApi.config("f"), undefined, { "X-Sandbox-Fault": "status=299" });
    const har = await sandbox.requests.export("har");
    const [put, deleted, head, strange] = har.log.entries;
    const [entry] = (await sandbox.requests.list({ operation: "put" })).requests;
    expect(har.log).toMatchObject({ version: "1.2", creator: { name: "fc-sandbox" } });
    expect(har.log).not.toHaveProperty("comment");
    expect(put).toEqual({
      startedDateTime: entry?.time,
      time: entry?.durationMs,
      request: {
        method: "PUT",
        url: `${sandbox.endpoint}${openApi.config("f", "prod")}`,
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: expect.arrayContaining([{ name: "x-mine", value: "yes" }]),
        queryString: [{ name: "qualifier", value: "prod" }],
        postData: { mimeType: "application/json", text: '{"maxAsyncRetryAttempts":1}' },
        headersSize: -1,
        bodySize: 27,
      },
      response: {
        status: 200,
        statusText: "OK",
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: [
          { name: "x-fc-request-id", value: entry?.requestId },
          { name: "content-type", value: "application/json; charset=utf-8" },
        ],
        content: {
          size: entry?.responseBody.length,
          mimeType: "application/json; charset=utf-8",
          text: entry?.responseBody,
        },
        redirectURL: "",
        headersSize: -1,
        bodySize: entry?.responseBody.length,
      },
      cache: {},
      timings: { send: 0, wait: entry?.durationMs, receive: 0 },
      _requestId: entry?.requestId,
      _operation: "put",
      _version: "2021-04-06",
      _faults: [],
    });
    expect(deleted?.request).not.toHaveProperty("postData");
    expect(deleted?.response).toMatchObject({ status: 204, statusText: "No Content", bodySize: 0 });
    expect(head?.response).toMatchObject({ status: 404, content: { size: 0, text: "" } });
    expect(head).toMatchObject({ _errorCode: "AsyncConfigNotExists" });
    expect(strange).toMatchObject({
      _faults: ["header"],
      _effects: ["status=299"],
      response: { status: 299, statusText: "" },
    });
  });

  test("a body that the journal cut has a comment, and a size that is not known", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", fc3.config("f"), { padding: "x".repeat(9000) });
    const body = "x".repeat(9000);
    await sandbox.faults.add({ effect: { type: "response", status: 200, body }, times: 1 });
    await sandbox.send("GET", fc3.config("f"));
    const har = await sandbox.requests.export("har");
    const comment = "The journal has only the beginning of this body.";
    const [put, get] = har.log.entries;
    expect(put?.request).toMatchObject({ bodySize: -1, postData: { comment } });
    expect(get?.response).toMatchObject({ bodySize: -1, content: { size: 8192, comment } });
  });

  test("filters and pages are as usual, over more than one page, and it says when there are more", async () => {
    const sandbox = await newSandbox();
    for (let i = 0; i < 103; i++) await sandbox.send("GET", fc3.config("f"));
    await sandbox.send("PUT", fc3.config("f"), {});
    const [whole, part] = [
      await sandbox.requests.export("har"),
      await sandbox.requests.export("har", { limit: 102, filter: { operation: "get" } }),
    ];
    expect(whole.log.entries.length).toBe(104);
    // An object sends no more than a page at once.
    const calls: string[] = [];
    const url = `${sandbox.endpoint}/_sandbox/requests?format=har`;
    await app.request(url, { headers: fromAnotherClient() }, noting(calls));
    expect(calls.filter((call) => call === "SANDBOX.control").length).toBe(2);
    expect(whole.log).not.toHaveProperty("_nextToken");
    expect(part.log.entries.length).toBe(102);
    expect(part.log.comment).toBe(
      "These are 102 entries, and older entries match, too: ask again with nextToken.",
    );
    const nextToken = part.log._nextToken ?? "";
    const rest = await sandbox.requests.export("har", { nextToken, filter: { operation: "get" } });
    expect(rest.log.entries.length).toBe(1);
    const ids = ({ log }: Har) => log.entries.map(({ _requestId }) => _requestId);
    expect([...ids(rest), ...ids(part)]).toEqual(ids(whole).slice(0, 103));
  });

  test("a browser saves it as a file", async () => {
    const sandbox = await newSandbox();
    const { headers } = await sandbox.send("GET", "/_sandbox/requests?format=har");
    expect(headers.get("Content-Disposition")).toBe(`attachment; filename="${sandbox.access.id}.har"`);
    expect(headers.get("Content-Type")).toMatch(/^application\/json/);
  });

  test("the URLs are below the endpoint that was asked, however the sandbox was named", async () => {
    await request("GET", fc3.config("f"));
    const authorization = { Authorization: "Bearer operator" };
    const answer = await request("GET", "/_sandbox/requests?format=har&limit=1", undefined, authorization);
    const urls = (answer.body as Har).log.entries.map(({ request: { url } }) => url);
    expect(urls).toEqual([`http://sandbox/s/default${fc3.config("f")}`]);
  });
});

test("entries of earlier releases, without headers of the response, are in a HAR but not in a Pact file", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", fc3.config("f"), {});
  await sandbox.send("DELETE", fc3.config("f"));
  const { requests } = await sandbox.requests.list();
  const entries = requests.map(({ responseHeaders: _, ...entry }) => entry);
  const { log } = harOf({ entries, nextToken: undefined }, sandbox.endpoint);
  expect(log.entries.map(({ response }) => response.content.mimeType)).toEqual(["application/json", ""]);
  const { interactions, metadata } = pactOf({ entries, nextToken: undefined }, ofPact, 8192);
  expect([interactions, metadata.fcSandbox.leftOut.cut]).toEqual([[], 2]);
});

test.each([
  ["format=curl", "format must be one of json, har, pact"],
  ["format=har&limit=501", 'limit must be an integer from 1 to 500, but got "501".'],
  ["limit=101", 'limit must be an integer from 1 to 100, but got "101".'],
  ["format=pact", "format=pact needs consumer and provider."],
  ["format=pact&consumer=a", "format=pact needs consumer and provider."],
  ["format=pact&provider=a", "format=pact needs consumer and provider."],
  ["format=pact&provider=a&consumer=", "consumer must be 1 to 128 characters, without spaces at its ends"],
  ["consumer=a", "consumer and provider go with format=pact only."],
  ["format=har&provider=a", "consumer and provider go with format=pact only."],
  ["format=har&colour=red", "the document must not have colour"],
  [
    "format=har&nextToken=forged",
    'nextToken must be one that an earlier page of this list returned, but got "forged".',
  ],
])("%s is a bad request", async (query, detail) => {
  expect(await problemOf(await newSandbox(), query)).toEqual([400, detail]);
});

describe("as a Pact file", () => {
  test("an interaction has what a consumer sends, and rules for what differs between runs", async () => {
    const sandbox = await newSandbox();
    await sandbox.clock.freeze("2031-05-05T05:05:05Z");
    const body = {
      destinationConfig: { onFailure: { destination: "acs:mns:cn-hangzhou:123456:/queues/q/messages" } },
    };
    await sandbox.send("PUT", `${fc3.config("f", "prod")}&Signature=abc`, body, {
      Authorization: "FC a:b",
      Date: new Date().toUTCString(),
      "User-Agent": "sdk/1",
      "X-Fc-Account-Id": "1",
      "x-acs-date": TIME,
    });
    const pact = await exported(sandbox);
    const exact = (regex: string) => ({ combine: "AND", matchers: [{ match: "regex", regex }] });
    const time = exact("^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$");
    expect(pact).toEqual({
      consumer: { name: "console" },
      provider: { name: "function-compute" },
      interactions: [
        {
          type: "Synchronous/HTTP",
          description: "PutAsyncInvokeConfig of f:prod (2023-03-30): 200",
          pending: false,
          providerStates: [{ name: "no configs" }],
          request: {
            method: "PUT",
            path: "/2023-03-30/functions/f/async-invoke-config",
            query: { qualifier: ["prod"] },
            headers: { "content-type": ["application/json"] },
            body: { content: body, contentType: "application/json", encoded: false },
          },
          response: {
            status: 200,
            headers: {
              "x-fc-request-id": ["1-65bf56b2-1368aa6d-c7da7fa6a4d4"],
              "content-type": ["application/json; charset=utf-8"],
            },
            body: {
              content: {
                functionArn: "acs:fc:cn-hangzhou:1234567890123456:functions/f/prod",
                createdTime: TIME,
                lastModifiedTime: TIME,
                destinationConfig: { onSuccess: null, ...body.destinationConfig },
                maxAsyncEventAgeInSeconds: null,
                maxAsyncRetryAttempts: null,
                asyncTask: null,
              },
              contentType: "application/json; charset=utf-8",
              encoded: false,
            },
            matchingRules: {
              header: { "x-fc-request-id": exact("^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$") },
              body: {
                "$.functionArn": exact(`^acs:fc:[^:/\\s]*:[^:/\\s]*:${RegExp.escape("functions/f/prod")}$`),
                "$.createdTime": time,
                "$.lastModifiedTime": time,
                "$.destinationConfig.onFailure.destination": exact(
                  `^acs:mns:[^:/\\s]*:[^:/\\s]*:${RegExp.escape("/queues/q/messages")}$`,
                ),
              },
            },
          },
        },
      ],
      metadata: {
        pactSpecification: { version: "4.0" },
        fcSandbox: { entries: 1, leftOut: { cut: 0, state: 0, unverifiable: 0 } },
      },
    });
  });

  test("states say which configs an interaction needs, as they were before it", async () => {
    const sandbox = await newSandbox();
    const queue = "acs:mns:cn-hangzhou:123456:/queues/q/messages";
    await sandbox.snapshot.import({
      configs: [
        {
          service: "demo",
          function: "f",
          qualifier: "prod",
          maxAsyncRetryAttempts: 1,
          stateful: true,
          destinationConfig: { onFailure: { destination: queue } },
        },
        { function: "g", destinationConfig: {} },
      ],
    });
    await sandbox.send("PUT", classic.config("f", "prod"), {
      maxAsyncRetryAttempts: 2,
      maxAsyncEventAgeInSeconds: 60,
    });
    await sandbox.send("GET", fc3.config("g"));
    await sandbox.send("GET", classic.config("nothing"));
    await sandbox.send("DELETE", classic.config("f", "prod"));
    await sandbox.send("GET", fc3.list("g"));
    await sandbox.send("GET", classic.list("f"));
    const before = {
      service: "demo",
      function: "f",
      qualifier: "prod",
      maxAsyncRetryAttempts: 1,
      stateful: true,
    };
    const destinationConfig = { onFailure: { destination: queue } };
    const pact = await exported(sandbox);
    expect(described(pact).map((description, i) => [description, statesOf(pact)[i]])).toEqual([
      [
        "DeleteFunctionAsyncInvokeConfig of demo/f:prod (2016-08-15): 204",
        [
          {
            name: "a config exists",
            params: { ...before, maxAsyncRetryAttempts: 2, maxAsyncEventAgeInSeconds: 60, destinationConfig },
          },
        ],
      ],
      [
        "GetAsyncInvokeConfig of g (2023-03-30): 200",
        [{ name: "a config exists", params: { function: "g", destinationConfig: {} } }],
      ],
      [
        "GetFunctionAsyncInvokeConfig of demo/nothing (2016-08-15): 404 AsyncConfigNotExists",
        [{ name: "no configs" }],
      ],
      [
        "ListAsyncInvokeConfigs of g (2023-03-30): 200",
        [
          { name: "no configs" },
          { name: "a config exists", params: { function: "g", destinationConfig: {} } },
        ],
      ],
      ["ListFunctionAsyncInvokeConfigs of demo/f (2016-08-15): 200", [{ name: "no configs" }]],
      [
        "PutFunctionAsyncInvokeConfig of demo/f:prod (2016-08-15): 200",
        [{ name: "a config exists", params: { ...before, destinationConfig } }],
      ],
    ]);
  });

  test("a fault that applied is a state, with all of its effect, and its header is not in the request", async () => {
    const sandbox = await newSandbox();
    const throttled = { type: "error", code: "Throttling", message: "slow down" } as const;
    await sandbox.faults.add({ effect: throttled, times: 1 });
    await sandbox.send("GET", classic.config("f"));
    const headers = { "X-Mine": "yes", "X-List": "a, b" };
    const teapot = { type: "response", status: 418, headers, body: { at: TIME }, after: "apply" } as const;
    await sandbox.faults.add({ effect: teapot, times: 1 });
    await sandbox.send("PUT", classic.config("f"), {});
    await sandbox.send("GET", classic.config("f"), undefined, { "X-Sandbox-Fault": "delay=1" });
    const broken = sandbox.send("GET", classic.config("f"), undefined, { "X-Sandbox-Fault": "broken" });
    await expect(broken).rejects.toThrow("broken off");
    const pact = await exported(sandbox);
    const match = { version: "2016-08-15", service: "demo", function: "f" };
    expect(statesOf(pact)).toEqual([
      [
        { name: "a config exists", params: { service: "demo", function: "f" } },
        {
          name: "a fault",
          params: {
            match: { ...match, operation: "get" },
            effect: { type: "delay", milliseconds: 1 },
            times: 1,
          },
        },
      ],
      [
        { name: "no configs" },
        { name: "a fault", params: { match: { ...match, operation: "get" }, effect: throttled, times: 1 } },
      ],
      [
        { name: "no configs" },
        {
          name: "a fault",
          params: {
            match: { ...match, operation: "put" },
            effect: {
              ...teapot,
              headers: {
                "x-mine": "yes",
                "x-list": "a, b",
                "content-type": "application/json; charset=utf-8",
              },
              body: `{"at":"${TIME}"}`,
            },
            times: 1,
          },
        },
      ],
    ]);
    expect(JSON.stringify(pact.interactions)).not.toContain("x-sandbox-fault");
    expect(pact.interactions[2]?.response.matchingRules.body).toEqual({});
    // A header with commas may come as several values.
    expect(Object.keys(pact.interactions[2]?.response.headers ?? {}).sort()).toEqual([
      "content-type",
      "x-fc-request-id",
      "x-mine",
    ]);
    expect(pact.metadata.fcSandbox).toEqual({ entries: 4, leftOut: { cut: 0, state: 0, unverifiable: 1 } });
  });

  test("names that look like the beginning of an instance are as they were", async () => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("c-cafe"), {});
    const [interaction] = (await exported(sandbox)).interactions;
    expect(interaction?.response.body?.content).toMatchObject({ functionName: "c-cafe" });
    expect(interaction?.response.matchingRules.body).not.toHaveProperty(["$.functionName"]);
  });

  test("what can't be verified is left out and counted", async () => {
    const sandbox = await newSandbox();
    const count = async () => (await exported(sandbox)).metadata.fcSandbox.leftOut;
    await sandbox.send("PUT", fc3.config("f"), { padding: "x".repeat(9000) });
    await sandbox.send("GET", `${fc3.config("f")}?padding=${"x".repeat(9000)}`);
    await sandbox.send("POST", "/2023-03-30/functions/f/invocations", new Uint8Array([0xff]), {
      "X-Fc-Invocation-Type": "Async",
    });
    expect(await count()).toEqual({ cut: 3, state: 0, unverifiable: 0 });

    await sandbox.outcomes.add({ outcomes: [{ type: "success", payload: { other: true } }] });
    await sandbox.send("POST", "/2023-03-30/functions/f/invocations", "{}");
    await sandbox.send("PUT", fc3.config("f", "prod"), { asyncTask: true });
    await sandbox.send("POST", "/2023-03-30/functions/f/invocations?qualifier=prod", "{}", {
      "X-Fc-Invocation-Type": "Async",
    });
    await sandbox.send("GET", `${fc3.list("f")}limit=1`);
    await sandbox.send("GET", "/2023-03-30/functions");
    await sandbox.settings({ functions: "declared" });
    await sandbox.send("GET", fc3.config("g"));
    expect(await count()).toEqual({ cut: 3, state: 5, unverifiable: 0 });

    await sandbox.settings({ signatures: "required" });
    await sandbox.send("GET", fc3.config("g"));
    const all = await exported(sandbox);
    expect(all.metadata.fcSandbox).toEqual({ entries: 10, leftOut: { cut: 3, state: 5, unverifiable: 1 } });
    expect(described(all)).toEqual(["PutAsyncInvokeConfig of f:prod (2023-03-30): 200"]);
  });

  test("the same traffic makes the same file, whenever and in whichever sandbox; the same interaction is there once", async () => {
    const files: string[] = [];
    for (let run = 0; run < 2; run++) {
      const sandbox = await newSandbox();
      const steps = [
        () => sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 }),
        () => sandbox.send("GET", classic.config("f")),
        () => sandbox.send("GET", classic.config("f")),
        () => sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 2 }),
        () => sandbox.send("GET", fc3.config("g")),
        () => sandbox.send("GET", classic.config("f")),
      ];
      for (const step of steps) await step();
      const pact = await exported(sandbox);
      files.push(JSON.stringify(pact));
      expect(described(pact)).toEqual([
        "GetAsyncInvokeConfig of g (2023-03-30): 404 AsyncConfigNotExists",
        "GetFunctionAsyncInvokeConfig of demo/f (2016-08-15): 200",
        "GetFunctionAsyncInvokeConfig of demo/f (2016-08-15): 200 (2)",
        "PutFunctionAsyncInvokeConfig of demo/f (2016-08-15): 200",
        "PutFunctionAsyncInvokeConfig of demo/f (2016-08-15): 200 (2)",
      ]);
    }
    expect(files[0]).toBe(files[1]);
  });

  test("bodies that are no JSON, and JSON that would be written otherwise, are sent to the byte", async () => {
    const sandbox = await newSandbox();
    for (const body of ['{"maxAsyncRetryAttempts": 1e0}', "{", '{ "maxAsyncRetryAttempts": 1 }']) {
      await sandbox.send("PUT", fc3.config("f"), body);
      await sandbox.send("DELETE", fc3.config("f"));
    }
    const bodies = (await exported(sandbox)).interactions.flatMap(({ request: { body } }) => body ?? []);
    expect(bodies.map(({ content, encoded }) => [content, encoded])).toEqual(
      expect.arrayContaining([
        [btoa('{"maxAsyncRetryAttempts": 1e0}'), "base64"],
        [btoa("{"), "base64"],
        [{ maxAsyncRetryAttempts: 1 }, false],
      ]),
    );
  });

  test("a browser saves it as a file with the names of both", async () => {
    const sandbox = await newSandbox();
    const { headers } = await sandbox.send(
      "GET",
      "/_sandbox/requests?format=pact&consumer=My%20app%22&provider=fc",
    );
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="My_app_-fc.json"');
  });
});
