import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sendAlerts } from "../../src/control/alerts.ts";
import type { Env } from "../../src/env.ts";
import worker from "../../src/index.ts";
import { firstRegistryShard } from "../../src/objects/stubs.ts";

const WEBHOOK = "https://chat.example.com/hook";
const hooked: Env = { ...env, ALERT_WEBHOOK: WEBHOOK };

let posted: { url: string; message: { text: string; alerts: { kind: string; status: string }[] } }[] = [];
let status = 200;

beforeEach(async () => {
  posted = [];
  status = 200;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    posted.push({ url: String(url), message: JSON.parse(String(init?.body)) });
    return new Response(null, { status });
  });
  // What other tests have left is no news here.
  await sendAlerts(hooked, Date.now());
  posted = [];
});

afterEach(() => vi.restoreAllMocks());

const noteError = (requestId: string) =>
  firstRegistryShard(env).noteError({
    time: new Date().toISOString(),
    requestId,
    status: 500,
    sandbox: null,
    message: "Error: broken",
  });

test("errors since the last check are told once, by the cron trigger", async () => {
  await noteError("request-1");
  const event = { scheduledTime: Date.now() + 1, cron: "", noRetry: () => {} };
  await worker.scheduled(event, hooked);
  expect(posted).toHaveLength(1);
  const [first] = posted;
  expect(first?.url).toBe(WEBHOOK);
  expect(first?.message.text).toMatch(
    /^fc-sandbox: .*1 errors since the last check; the latest: 500, Error: broken, request request-1/,
  );
  expect(first?.message.alerts).toContainEqual(expect.objectContaining({ kind: "errors", status: "firing" }));
  posted = [];
  await sendAlerts(hooked, Date.now() + 2);
  expect(posted).toEqual([]);
});

test("a full store is told when it fills, and when it has room again", async () => {
  const full = { ...hooked, QUOTA_BYTES: 1 };
  // Another shard's sandboxes count as well: what there is, is more than a byte.
  await runInDurableObject(firstRegistryShard(env), async (object) => {
    await object.report({
      id: "default",
      origin: null,
      createdAt: Date.now(),
      usedAt: Date.now(),
      bytes: 100_000,
      functions: 1,
      today: { day: "2001-01-01", requests: 0, posts: 0 },
      throttled: null,
    });
  });
  const kinds = () =>
    posted.flatMap(({ message }) => message.alerts.map(({ kind, status }) => [kind, status]));
  await sendAlerts(full, Date.now());
  expect(kinds()).toContainEqual(["bytes", "firing"]);
  posted = [];
  await sendAlerts(full, Date.now());
  expect(kinds()).not.toContainEqual(["bytes", "firing"]);
  await sendAlerts(hooked, Date.now());
  expect(kinds()).toContainEqual(["bytes", "resolved"]);
});

test("a message that the webhook refuses is sent again", async () => {
  await noteError("request-2");
  status = 503;
  await expect(sendAlerts(hooked, Date.now() + 1)).rejects.toThrow("ALERT_WEBHOOK answered 503");
  status = 200;
  posted = [];
  await sendAlerts(hooked, Date.now() + 1);
  expect(posted).toHaveLength(1);
});

test("a wrong variable is told, though no object can be asked", async () => {
  await sendAlerts({ ...hooked, MAX_FAULTS: "lots" }, Date.now());
  expect(posted[0]?.message.alerts).toEqual([
    {
      kind: "variables",
      status: "firing",
      text: 'The variable MAX_FAULTS must be a positive integer, but is "lots".',
    },
  ]);
});

test("without a webhook nothing is sent, and without an operator there is nothing to tell", async () => {
  await noteError("request-3");
  await sendAlerts(env, Date.now());
  await sendAlerts({ ...hooked, OPERATOR_TOKEN: "", ACCESS_TEAM_DOMAIN: "" }, Date.now());
  expect(posted).toEqual([]);
});
