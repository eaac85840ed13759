import { test } from "fc-sandbox/vitest";
import { describe, expect } from "vitest";

const config = (endpoint: string) => `${endpoint}/2023-03-30/functions/report/async-invoke-config`;
const seen: string[] = [];

for (const attempt of ["first", "second"]) {
  test(`the ${attempt} test has a sandbox to itself`, async ({ sandbox, sandboxServer }) => {
    expect(sandbox.endpoint.startsWith(`${sandboxServer.url}/s/`)).toBe(true);
    expect((await fetch(config(sandbox.endpoint))).status).toBe(404);
    await fetch(config(sandbox.endpoint), { method: "PUT" });
    expect((await fetch(config(sandbox.endpoint))).status).toBe(200);
    seen.push(sandboxServer.url);
  });
}

describe("made from a snapshot", () => {
  test.override("sandboxOptions", {
    snapshot: { configs: [{ function: "report", maxAsyncRetryAttempts: 7 }] },
  });

  test("it holds what the snapshot has", async ({ sandbox }) => {
    const response = await fetch(config(sandbox.endpoint));
    expect(await response.json()).toMatchObject({ maxAsyncRetryAttempts: 7 });
  });
});

test.afterAll(({ sandboxServer }) => {
  expect(new Set([...seen, sandboxServer.url]).size).toBe(1);
  console.log(`served by ${sandboxServer.url}`);
});
