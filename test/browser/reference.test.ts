import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { isLive, newSandbox, openOperations, visit } from "./pages.ts";

describe.skipIf(!hasBrowser)("the API reference", () => {
  test("tries operations out in the very sandbox it is opened from, control plane included", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await page.getByRole("link", { name: "API reference" }).click();
    const execute = async (operation: string) => {
      const block = page.locator(`[id$="${operation}"]`);
      await block.locator(".opblock-summary-control").click();
      await block.getByRole("button", { name: "Execute" }).click();
      await block.locator(".live-responses-table .response-col_status").getByText("20").waitFor();
    };
    await openOperations(page, "2016-08-15");
    await execute("PutFunctionAsyncInvokeConfig_2016-08-15");
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { service: "demo", function: "hello", qualifier: "prod", maxAsyncRetryAttempts: 1 },
    ]);
    await openOperations(page, "control plane");
    await execute("clearFaults");
    await page.getByRole("link", { name: "Back to the sandbox" }).click();
    await isLive(page);
    await page.getByRole("button", { name: "Add a fault" }).waitFor();
  }, 90_000);
});
