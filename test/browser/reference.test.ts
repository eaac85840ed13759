import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { execute, goTo, isLive, newSandbox, openOperation, openOperations, visit } from "./pages.ts";

const PUT = "PutFunctionAsyncInvokeConfig_2016-08-15";

/** Opens and executes an operation. Returns the status of the response. */
async function statusOf(page: Page, operation: string): Promise<number> {
  return execute(await openOperation(page, operation));
}

describe.skipIf(!hasBrowser)("the API reference", () => {
  test("tries operations out in the very sandbox it is opened from, control plane included", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await page.getByRole("link", { name: "API reference" }).click();
    await openOperations(page, "2016-08-15");
    expect(await statusOf(page, PUT)).toBe(200);
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { service: "demo", function: "hello", qualifier: "prod", maxAsyncRetryAttempts: 1 },
    ]);
    await openOperations(page, "control plane");
    expect(await statusOf(page, "clearFaults")).toBe(204);
    await page.getByRole("link", { name: "Back to the sandbox" }).click();
    await isLive(page);
    await goTo(page, "Control");
    await page.getByRole("button", { name: "Add a fault" }).waitFor();
  }, 90_000);

  test("signs what it executes where the sandbox requires signatures, if it has the token", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const open = async (fragment: string) => {
      const page = await visit(`${sandbox.endpoint}/docs${fragment}`);
      await openOperations(page, "2016-08-15");
      return page;
    };
    const page = await open(`#token=${sandbox.access.controlToken}`);
    expect(await statusOf(page, PUT)).toBe(200);
    // With a query, which this scheme does not sign.
    expect(await statusOf(page, "ListFunctionAsyncInvokeConfigs_2016-08-15")).toBe(200);
    expect(await statusOf(await open(""), PUT)).toBe(400);
    expect((await sandbox.requests.list({ operation: "put" })).requests.map(({ status }) => status)).toEqual([
      400, 200,
    ]);
  }, 90_000);

  test("executes no change of the API with a token to watch", async () => {
    const sandbox = await newSandbox();
    const page = await visit(`${sandbox.endpoint}/docs#token=${sandbox.access.watchToken}`);
    await openOperations(page, "2016-08-15");
    expect(await statusOf(page, PUT)).toBe(403);
    expect(await statusOf(page, "ListFunctionAsyncInvokeConfigs_2016-08-15")).toBe(200);
  }, 90_000);

  test("has the referenced parts of its document where they are shown", async () => {
    const page = await visit(`${SERVER}/docs`);
    await openOperations(page, "control plane");
    const block = await openOperation(page, "addFault");
    await block.getByRole("tab", { name: "Schema" }).first().click();
    for (const item of ["match", "effect", "times"])
      await block.getByText(item, { exact: true }).first().waitFor();
    expect(await block.getByText("$ref").count()).toBe(0);
    expect(await block.getByText("Could not render").count()).toBe(0);
  }, 90_000);

  test("fits on a phone, long names included, and leads to the guide and past its head by keyboard", async () => {
    const sandbox = await newSandbox();
    const page = await visit(`${sandbox.endpoint}/docs#token=${sandbox.access.controlToken}`, {
      viewport: { width: 360, height: 740 },
    });
    await openOperations(page, "2016-08-15");
    const block = await openOperation(page, PUT);
    for (const name of ["serviceName", "functionName"]) {
      await block.locator(`tr[data-param-name="${name}"] input`).fill("n".repeat(128));
    }
    expect(await execute(block)).toBe(200);
    await openOperations(page, "control plane");
    expect(await statusOf(page, "getSandbox")).toBe(200);
    for (const width of [360, 500, 768]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
    await page.getByRole("link", { name: "Skip to the operations" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("reference");
    expect(new URL(page.url()).hash).toContain("token=");
    await page.getByRole("link", { name: "Guide" }).click();
    await page.waitForURL(`${sandbox.endpoint}/guide#token=${sandbox.access.controlToken}`);
  }, 90_000);
});
