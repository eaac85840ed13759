import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { click } from "./functions.ts";
import { configRow, goTo, newSandbox, openConfig, rows, viewOf, visit } from "./pages.ts";
import { sdk } from "./traffic.ts";

describe.skipIf(!hasBrowser)("a person", () => {
  test("sets a fault, and sees the client fail", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "control"));
    await page.getByRole("button", { name: "Add a fault" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Error code").selectOption("ResourceThrottled");
    await dialog.getByLabel("At most").fill("none");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByText("an integer from 1 to 1000000").first().waitFor();
    await dialog.getByLabel("At most").fill("1");
    await dialog.getByRole("button", { name: "Add" }).click();
    await page.getByText("Struck 0 of 0; at most 1 times").waitFor();

    const put = () =>
      sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", { maxAsyncRetryAttempts: 1 });
    await expect(put()).rejects.toMatchObject({ code: "ResourceThrottled" });
    await page.getByText("Struck 1 of 1; at most 1 times").waitFor();
    await goTo(page, "Requests");
    await rows(page).locator(".fault").waitFor();
    await put();
    await goTo(page, "Configs");
    await configRow(page, "shop / report : prod").waitFor();
    await goTo(page, "Control");
    await page.getByRole("button", { name: "Remove the fault ResourceThrottled" }).click();
    await page.getByText("None: every request is answered as it should be.").waitFor();
  });

  test("freezes the clock, and moves it", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "control"));
    const at = page.getByLabel("Freeze at");
    await at.fill("tomorrow");
    await click(page, "Freeze");
    await page.getByText("an RFC 3339 time, such as").first().waitFor();
    await at.fill("2030-01-01T00:00:00Z");
    await click(page, "Freeze");
    await page.getByLabel("Advance by").fill("2");
    await click(page, "Advance");
    await page.getByText("2030-01-01 02:00:00").first().waitFor();
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    await goTo(page, "Configs");
    const config = await openConfig(page, "shop / report : prod");
    await config.getByText("2030-01-01 02:00:00").first().waitFor();
    await goTo(page, "Control");
    await click(page, "Real time");
    await page.getByText("real time", { exact: true }).waitFor();
  });

  test("exports, resets and imports, each after a question, and undoes", async () => {
    const sandbox = await newSandbox({
      snapshot: { configs: [{ service: "shop", function: "report", maxAsyncRetryAttempts: 7 }] },
    });
    const page = await visit(viewOf(sandbox.controlled, "control"));
    const retries = async () =>
      (await sandbox.snapshot.export()).configs?.map((config) => config.maxAsyncRetryAttempts);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const exported = await readFile(await download.path(), "utf8");
    expect(JSON.parse(exported)).toEqual(await sandbox.snapshot.export());

    const dialog = page.getByRole("dialog");
    const toast = page.locator(".toast");
    await click(page, "Reset");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await retries()).toEqual([7]);
    await click(page, "Reset");
    await dialog.getByRole("button", { name: "Reset" }).click();
    await toast.getByText("The sandbox was reset").waitFor();
    expect(await retries()).toEqual([]);
    await goTo(page, "Configs");
    await page.getByText("There is no function and no config yet.").waitFor();
    // The offer stays when the view changes.
    await toast.getByRole("button", { name: "Undo" }).click();
    await configRow(page, "shop / report : LATEST").waitFor();
    expect(await retries()).toEqual([7]);

    await goTo(page, "Control");
    const upload = (text: string) =>
      page.getByLabel("Snapshot to import").setInputFiles({
        name: "fixture.json",
        mimeType: "application/json",
        buffer: Buffer.from(text),
      });
    await upload("{");
    await page.getByText("fixture.json is not JSON").waitFor();
    await upload(exported.replace('Attempts": 7', 'Attempts": 70'));
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByText("configs[0].maxAsyncRetryAttempts").first().waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await retries()).toEqual([7]);
    await upload(exported.replace('Attempts": 7', 'Attempts": 5'));
    await dialog.getByText("You can undo it for ten seconds.").waitFor();
    await dialog.getByRole("button", { name: "Import" }).click();
    await toast.getByText("Imported fixture.json").waitFor();
    expect(await retries()).toEqual([5]);
    await toast.getByRole("button", { name: "Undo" }).click();
    await expect.poll(retries).toEqual([7]);
  });

  test("sets what a destinationConfig does to the other destination", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "control"));
    await page.getByLabel("A given destinationConfig").selectOption("keeps them");
    await expect.poll(async () => (await sandbox.summary()).settings.destinations).toBe("merge");
  });
});
