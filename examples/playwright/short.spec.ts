import { expect, test } from "./test.ts";

test("the page shows what the cloud stores, and saves what the user enters", async ({
  sandbox,
  app,
  page,
}) => {
  await sandbox.snapshot.import({ configs: [{ function: "report", maxAsyncRetryAttempts: 5 }] });
  await page.goto(`${app}/?cloud=${encodeURIComponent(sandbox.endpoint)}`);
  await expect(page.getByLabel("Retries")).toHaveValue("5");
  await page.getByLabel("Retries").fill("2");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved");
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 1 });
});
