import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { hasBrowser } from "./browser.ts";
import {
  configRow,
  detail,
  goTo,
  hasFocus,
  isLive,
  newSandbox,
  openConfig,
  rows,
  viewOf,
  visit,
} from "./pages.ts";
import { QUEUE, sdk, TOPIC } from "./traffic.ts";

/** The body of the sandbox's latest PUT. */
async function lastPut(sandbox: SandboxClient): Promise<unknown> {
  const [last] = (await sandbox.requests.list({ operation: "put" }, { limit: 1 })).requests;
  return JSON.parse(last?.body ?? "");
}

async function putByForm(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole("button", { name: "New config" }).click();
  for (const [label, text] of Object.entries(fields)) {
    await page.getByRole("dialog").getByLabel(label, { exact: true }).fill(text);
  }
  await page.getByRole("button", { name: "Save", exact: true }).click();
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("puts a config by form, and sees the API's own errors where they belong", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await putByForm(page, { Function: "invoice", "Retry attempts": "9" });
    const field = page.getByLabel("Retry attempts");
    await page.getByText("maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await hasFocus(field)).toBe(true);
    await field.fill("4");
    await page.getByLabel("On failure, send to").fill(QUEUE);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const config = await openConfig(page, "demo / invoice : LATEST");
    await config.getByText(QUEUE).first().waitFor();

    // What is left alone is not sent.
    await config.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Maximum event age").fill("60");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await config.locator(".items").getByText("60 s (1 min)").waitFor();
    expect(await lastPut(sandbox)).toEqual({ maxAsyncEventAgeInSeconds: 60 });

    await config.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete demo / invoice : LATEST?" });
    await dialog.getByText("The config is deleted at once, for everyone.").waitFor();
    expect(await sandbox.requests.count({ operation: "delete" })).toBe(0);
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("There is no function and no config yet.").waitFor();
    await detail(page).getByText("It is not there, or no longer.").waitFor();
  });

  test.each([
    { service: "shop", whole: { maxAsyncRetryAttempts: 4 }, deletions: 1 },
    { service: "", whole: {}, deletions: 0 },
  ])("clears one destination of service '$service', and keeps the other", async (generation) => {
    const { service, whole, deletions } = generation;
    const both = { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } };
    const config = { function: "report", maxAsyncRetryAttempts: 4, destinationConfig: both };
    const sandbox = await newSandbox({ snapshot: { configs: [{ ...config, ...(service && { service }) }] } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const shown = await openConfig(page, `${service ? "shop / " : ""}report : LATEST`);
    await shown.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("On failure, send to").fill("");
    expect(await page.getByText("the config is deleted and put again").count()).toBe(deletions);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const items = shown.locator(".items");
    await items.getByText(QUEUE).waitFor({ state: "detached" });
    await items.getByText(TOPIC).waitFor();
    expect(await lastPut(sandbox)).toEqual({ ...whole, destinationConfig: { onSuccess: both.onSuccess } });
    expect(await sandbox.requests.count({ operation: "delete" })).toBe(deletions);
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { maxAsyncRetryAttempts: 4, destinationConfig: { onSuccess: both.onSuccess } },
    ]);
  });

  test("sees an SDK's PUT appear, and what it changed", async () => {
    const sandbox = await newSandbox();
    const pages = [
      await visit(viewOf(sandbox.controlled, "configs")),
      await visit(viewOf(sandbox.watched, "configs")),
    ];
    for (const page of pages) await isLive(page);
    const client = sdk(sandbox);
    await client.putFunctionAsyncConfig("shop", "report", "prod", { maxAsyncRetryAttempts: 1 });
    await client.putFunctionAsyncConfig("shop", "report", "prod", {
      maxAsyncEventAgeInSeconds: 120,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
    for (const page of pages) {
      const line = configRow(page, "shop / report : prod");
      await line.getByText("1 retry · 120 s (2 min) · ✗ queue failed").waitFor();
      await line.getByText("changed last").waitFor();
      const config = await openConfig(page, "shop / report : prod");
      await config.locator(".items").getByText("120 s (2 min)").waitFor();
      await config.getByText("changed last").waitFor();
      expect(await config.locator(".changed dt").allTextContents()).toEqual([
        "Maximum event age",
        "On failure",
      ]);
      await goTo(page, "Requests");
      await rows(page).first().getByRole("link").click();
      const difference = page.locator(".difference");
      await expect
        .poll(() => difference.locator("li").allTextContents())
        .toEqual(["Maximum event age: 120 s (2 min)", `On failure: ${QUEUE}`]);
      // A secret is not there to be seen.
      await page.getByRole("region", { name: "Request" }).getByText("authorization: (secret)").waitFor();
    }
  });

  test("shows an item that was never set with the default that invocations go by", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    const shown = await openConfig(page, "shop / report : prod");
    for (const text of ["default (86400 s (1 d))", "default (3)", "default (no)"]) {
      await shown.getByText(text, { exact: true }).waitFor();
    }
    await shown.getByText("none").first().waitFor();
  });
});
