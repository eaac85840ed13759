import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { evictObjects } from "../objects/objects.ts";
import { versions } from "../request.ts";

const [classic, , fc3] = versions;

/** The samples of the metrics, by name and labels, as a scraper reads them. */
async function scraped(sandbox: TestSandbox): Promise<Record<string, number>> {
  const response = await app.request(`${new URL(sandbox.endpoint).pathname}/_sandbox/metrics`, {}, env);
  expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const samples: Record<string, number> = {};
  for (const line of (await response.text()).trimEnd().split("\n")) {
    if (/^# (HELP|TYPE) [a-z_]+ .+$/.test(line)) continue;
    const [, name, labels, value] = /^([a-z_]+)\{sandbox="[^"]+",?(.*)\} (\d+)$/.exec(line) ?? [];
    expect(name, line).toBeDefined();
    samples[`${name}{${labels}}`] = Number(value);
  }
  return samples;
}

test("requests are counted by operation and status, with faults and rows, whatever becomes of the journal", async () => {
  const sandbox = await newSandbox({ settings: { journalSize: 2 } });
  for (let i = 0; i < 5; i++) await sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: i });
  await sandbox.send("GET", classic.config("f"));
  await sandbox.send("GET", fc3.config("none"));
  await sandbox.send("GET", "/nowhere");
  await sandbox.send("PUT", classic.config("f"), {}, { "X-Sandbox-Fault": "Throttling" });
  const expected = {
    'fc_sandbox_requests_total{operation="put",status="200"}': 5,
    'fc_sandbox_requests_total{operation="put",status="429"}': 1,
    'fc_sandbox_requests_total{operation="get",status="200"}': 1,
    'fc_sandbox_requests_total{operation="get",status="404"}': 1,
    'fc_sandbox_requests_total{operation="none",status="400"}': 1,
    "fc_sandbox_faults_struck_total{}": 1,
    "fc_sandbox_functions{}": 1,
    "fc_sandbox_configs{}": 1,
  };
  const before = await scraped(sandbox);
  expect(before).toMatchObject(expected);
  // A row each, and the config's own once the entry that kept it went.
  expect(before["fc_sandbox_rows_written_total{}"]).toBe(10);
  await evictObjects(sandbox);
  expect(await scraped(sandbox)).toEqual(before);
  await sandbox.requests.clear();
  await evictObjects(sandbox);
  expect(await scraped(sandbox)).toMatchObject(expected);
  // Counters never go back, even when the functions are gone.
  await sandbox.reset();
  await evictObjects(sandbox);
  expect(await scraped(sandbox)).toMatchObject({
    ...expected,
    "fc_sandbox_functions{}": 0,
    "fc_sandbox_configs{}": 0,
  });
  await sandbox.send("PUT", classic.config("f"));
  const after = await scraped(sandbox);
  expect(after['fc_sandbox_requests_total{operation="put",status="200"}']).toBe(6);
  expect((await sandbox.summary()).traffic.requests).toContainEqual({
    operation: "put",
    status: 200,
    count: 6,
  });
});

test("a response says how long it took", async () => {
  const sandbox = await newSandbox();
  const { headers } = await sandbox.send(
    "PUT",
    classic.config("f"),
    {},
    {
      "X-Sandbox-Fault": "delay=30",
      Origin: "https://a.example",
    },
  );
  const [, total, app] = /^total;dur=(\d+), app;dur=(\d+)$/.exec(headers.get("Server-Timing") ?? "") ?? [];
  expect(Number(app)).toBeGreaterThanOrEqual(29);
  expect(Number(total)).toBeGreaterThanOrEqual(Number(app));
  const [entry] = (await sandbox.requests.list()).requests;
  expect(entry?.durationMs).toBe(Number(app));
  expect(headers.get("Timing-Allow-Origin")).toBe("*");
});
