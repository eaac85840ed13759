// The consumer's half of the contract: what the console expects of Function Compute, written down in a pact. The provider's
// half, provider.test.ts, holds a sandbox against the pact.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MatchersV3, PactV4 } from "@pact-foundation/pact";
import { afterAll, describe, expect, test } from "vitest";
import { ConsoleClient } from "./consoleClient.ts";

const { fromProviderState, integer, string, timestamp } = MatchersV3;
const CONFIG = "/2023-03-30/functions/report/async-invoke-config";
const pacts = await mkdtemp(join(tmpdir(), "pacts-"));
afterAll(() => rm(pacts, { recursive: true }));

describe("the console", () => {
  const pact = new PactV4({
    consumer: "console",
    provider: "function-compute",
    dir: pacts,
    logLevel: "error",
  });

  test("shows what is configured", async () => {
    await pact
      .addInteraction()
      .given("the clock is frozen at", { time: "2030-01-01T00:00:00Z" })
      .given("a config exists", { function: "report", maxAsyncRetryAttempts: 3 })
      .uponReceiving("a request for a config")
      .withRequest("GET", CONFIG)
      .willRespondWith(200, (response) =>
        response.jsonBody({
          maxAsyncRetryAttempts: integer(3),
          lastModifiedTime: timestamp("yyyy-MM-dd'T'HH:mm:ss'Z'", "2030-01-01T00:00:00Z"),
        }),
      )
      .executeTest(async ({ url }) => {
        const shown = await new ConsoleClient(url).retries("report");
        expect(shown).toEqual({ retries: 3, changed: "2030-01-01T00:00:00Z" });
      });
  });

  test("shows that nothing is configured", async () => {
    await pact
      .addInteraction()
      .given("no configs")
      .uponReceiving("a request for a config that does not exist")
      .withRequest("GET", CONFIG)
      .willRespondWith(404, (response) => response.jsonBody({ Code: "AsyncConfigNotExists" }))
      .executeTest(async ({ url }) => {
        expect(await new ConsoleClient(url).retries("report")).toBeUndefined();
      });
  });

  test("saves a number of retries", async () => {
    await pact
      .addInteraction()
      .uponReceiving("a request to save a config")
      .withRequest("PUT", CONFIG, (request) => request.jsonBody({ maxAsyncRetryAttempts: 2 }))
      .willRespondWith(200)
      .executeTest(({ url }) => new ConsoleClient(url).saveRetries("report", 2));
  });

  test("tells that the cloud throttles", async () => {
    await pact
      .addInteraction()
      .given("a fault", { effect: { type: "error", code: "Throttling" } })
      .uponReceiving("a request to save a config while the cloud throttles")
      .withRequest("PUT", CONFIG, (request) => request.jsonBody({ maxAsyncRetryAttempts: 2 }))
      .willRespondWith(429, (response) => response.jsonBody({ Message: string("request throttled") }))
      .executeTest(async ({ url }) => {
        await expect(new ConsoleClient(url).saveRetries("report", 2)).rejects.toThrow("request throttled");
      });
  });

  test("shows a shop that is open", async () => {
    await pact
      .addInteraction()
      // A state of the team's own: provider.test.ts says what it is.
      .given("the shop is open")
      .uponReceiving("a request for the shop's config")
      .withRequest("GET", CONFIG.replace("report", "shop"))
      .willRespondWith(200, (response) => response.jsonBody({ maxAsyncRetryAttempts: 8 }))
      .executeTest(async ({ url }) => {
        expect(await new ConsoleClient(url).retries("shop")).toMatchObject({ retries: 8 });
      });
  });

  test("shows what became of a task", async () => {
    const path = "/2023-03-30/functions/report/async-tasks/";
    await pact
      .addInteraction()
      .given("an asynchronous invocation", { function: "report", status: "Failed" })
      .uponReceiving("a request for a task")
      // The sandbox says which id the invocation has.
      .withRequest("GET", fromProviderState(`${path}\${invocationId}`, `${path}task-1`))
      .willRespondWith(200, (response) => response.jsonBody({ status: "Failed" }))
      .executeTest(async ({ url }) => {
        expect(await new ConsoleClient(url).statusOf("report", "task-1")).toBe("Failed");
      });
  });
});

test("the pact that the provider is held against is this one (vitest -u writes it anew)", async () => {
  const { metadata: _, ...written } = JSON.parse(
    await readFile(join(pacts, "console-function-compute.json"), "utf8"),
  );
  const contract = { ...written, metadata: { pactSpecification: { version: "4.0" } } };
  await expect(`${JSON.stringify(contract, null, 2)}\n`).toMatchFileSnapshot("console-function-compute.json");
});
