import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { click, existing, fill, journal, openRow, row } from "./functions.ts";
import { configRow, detail, hasFocus, newSandbox, viewOf, visit } from "./pages.ts";

/** Waits until the open dialog names just this as what is deleted as well. */
async function expectLost(page: Page, texts: readonly string[]): Promise<void> {
  const named = page.getByRole("dialog").locator(".lost > div");
  await expect.poll(() => named.allTextContents()).toEqual(texts);
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("deletes a function of FC 3.0 with its aliases, versions and configs, which are named first", async () => {
    const configs = [
      { function: "resize" },
      { function: "resize", qualifier: "live" },
      { function: "other" },
    ];
    const sandbox = await newSandbox({ snapshot: { functions: existing, configs } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await openRow(page, "resize");
    await click(page, "Delete resize");
    await expectLost(page, ["Versions (1)1", "Aliases (1)live", "Configs (2)LATEST, live"]);
    await fill(page, {}, "Delete");
    await row(page, "resize").waitFor({ state: "detached" });
    await configRow(page, "resize : live").waitFor({ state: "detached" });
    await configRow(page, "other : LATEST").waitFor();
    expect(await journal(sandbox)).toEqual([
      "DeleteAlias 204",
      "DeleteFunctionVersion 204",
      "DeleteFunction 204",
    ]);
    // Where the button was is nothing any more: the focus is at the head of the list.
    await expect.poll(() => hasFocus(page.locator(".pane.list h2"))).toBe(true);
    await detail(page).getByText("It is not there, or no longer.").waitFor();
  });

  test("deletes an alias, a version and then a service with all that hangs on them", async () => {
    const configs = [
      { service: "shop", function: "invoice" },
      { service: "shop", function: "invoice", qualifier: "prod" },
      { service: "shop", function: "report", qualifier: "1" },
    ];
    const sandbox = await newSandbox({ snapshot: { functions: existing, configs } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const shop = await openRow(page, "shop");
    await click(page, "Delete version 1 of service shop");
    await expectLost(page, ["Configs (1)shop / report : 1"]);
    await page.getByText("This alias points to it, and will point to nothing: prod.").waitFor();
    await fill(page, {}, "Delete");
    await configRow(page, "shop / report : 1").waitFor({ state: "detached" });
    await click(page, "Delete alias prod of service shop");
    await expectLost(page, ["Configs (1)shop / invoice : prod"]);
    await fill(page, {}, "Delete");
    await configRow(page, "shop / invoice : prod").waitFor({ state: "detached" });
    // What they belonged to is still there, and has the focus.
    await expect.poll(() => hasFocus(shop.getByRole("heading", { name: "shop" }))).toBe(true);
    await click(page, "Delete service shop");
    await expectLost(page, [
      "Functions (2)invoice, report",
      "Versions (1)2",
      "Configs (1)shop / invoice : LATEST",
    ]);
    await fill(page, {}, "Delete");
    await row(page, "shop").waitFor({ state: "detached" });
    expect((await sandbox.functions.get()).services).toBeUndefined();
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
  });

  test("deletes what somebody else has deleted in the meantime", async () => {
    const sandbox = await newSandbox({ snapshot: { functions: existing } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await openRow(page, "resize");
    await click(page, "Delete resize");
    await sandbox.faults.add({
      match: { operation: "DeleteAlias" },
      effect: { type: "error", code: "ServiceUnavailable" },
      times: 1,
    });
    await fill(page, {}, "Delete");
    await page.getByRole("alert").getByText("503 ServiceUnavailable").waitFor();
    await sandbox.functions.declare({});
    await fill(page, {}, "Delete");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });
});
