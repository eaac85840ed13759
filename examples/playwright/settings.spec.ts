import { expect, test } from "./test.ts";

test.beforeEach(async ({ sandbox, app, page }) => {
  await sandbox.snapshot.import({ configs: [{ function: "report", maxAsyncRetryAttempts: 5 }] });
  await page.goto(`${app}/?cloud=${encodeURIComponent(sandbox.endpoint)}`);
  await expect(page.getByRole("status")).toHaveText("Loaded");
});

test("shows the stored config", async ({ page }) => {
  await expect(page.getByLabel("Retries")).toHaveValue("5");
});

test("saves the value that the user entered", async ({ sandbox, page }) => {
  await page.getByLabel("Retries").fill("2");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved");
  await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 2 } }, { exactly: 1 });
});

test("shows the cloud's message when the cloud throttles", async ({ sandbox, page }) => {
  await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "error", code: "Throttling" } });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Throttling: ");
});
