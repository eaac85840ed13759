import { join } from "node:path";
import { verifyPacts } from "fc-sandbox/pact";
import { test } from "vitest";

test("Function Compute keeps the console's pact", async () => {
  await verifyPacts({
    provider: "function-compute",
    pactUrls: [join(import.meta.dirname, "console-function-compute.json")],
    states: { "the shop is open": { configs: [{ function: "shop", maxAsyncRetryAttempts: 8 }] } },
  });
});
