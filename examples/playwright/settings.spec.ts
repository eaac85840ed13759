import { expect, test } from "./test.ts";

test.beforeEach(async ({ sandbox, app, page }) => {
  await sandbox.snapshot.import({ configs: [{ function: "report", maxAsyncRetryAttempts: 5 }] });
  await page.goto(`${app}/?cloud=${encodeURIComponent(sandbox.endpoint)}`);
  await expect(page.getByRole("status")).toHaveText("Loaded");
});

test("shows the config there is", async ({ page }) => {
  await expect(page.getByLabel("Retries")).toHaveValue("5");
});

test("saves what was entered", async ({ sandbox, page }) => {
  await page.getByLabel("Retries").fill("2");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved");
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 1 });
});

test("says what the cloud says when it throttles", async ({ sandbox, page }) => {
  await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "error", code: "Throttling" } });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Throttling: ");
});
