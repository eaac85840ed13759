import { test } from "fc-sandbox/vitest";
import { HttpResponse, http, passthrough } from "msw";
import { setupServer } from "msw/node";
import { saveRetries } from "./saveRetries.ts";

test("the save button puts the config to the cloud", async ({ sandbox }) => {
  const audit = http.post("https://audit.example.com/*", () => new HttpResponse(null, { status: 201 }));
  const mocks = setupServer(
    http.all(`${sandbox.endpoint}/*`, () => passthrough()),
    audit,
  );
  mocks.listen({ onUnhandledFrame: "error" });
  await saveRetries(sandbox.endpoint, { functionName: "report", retries: 2, user: "mei" });
  mocks.close();
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 1 });
});
