import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";

test("an empty PUT creates a config of defaults", async () => {
  const url = "http://sandbox/services/demo/functions/hello/async-invoke-config";
  const response = await SELF.fetch(url, { method: "PUT" });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ qualifier: "LATEST", maxAsyncRetryAttempts: 3 });
});
