import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { click, existing, fill, openRow, row } from "./functions.ts";
import { card, configRow, detail, hasFocus, newSandbox, openConfig, rows, viewOf, visit } from "./pages.ts";
import { NOON, put, QUEUE, TOPIC } from "./traffic.ts";

describe.skipIf(!hasBrowser)("a person", () => {
  test("sees which request set a value, the history with what changed, and times that tell apart", async () => {
    // Both requests are of the same second, by the sandbox's clock.
    const sandbox = await newSandbox({ snapshot: { clock: { mode: "frozen", time: NOON } } });
    await put(sandbox, "order", { maxAsyncRetryAttempts: 1 });
    const page = await visit(viewOf(sandbox.watched, "configs"));
    const config = await openConfig(page, "order : LATEST");
    await expect.poll(() => config.locator(".times").textContent()).toBe("Created 2030-01-31 12:00:00");
    await put(sandbox, "order", {
      maxAsyncEventAgeInSeconds: 120,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
    await expect
      .poll(() => config.locator(".times").textContent())
      .toBe("Created 2030-01-31 12:00:00 · Modified 2030-01-31 12:00:00");
    const history = config.getByRole("region", { name: "History" }).locator("ol > li");
    await expect.poll(() => history.locator("strong").allTextContents()).toEqual(["Changed", "Created"]);
    expect(await history.first().locator("ul li").allTextContents()).toEqual([
      "Maximum event age: 120 s (2 min)",
      `On failure: ${QUEUE}`,
    ]);
    expect(await history.last().locator("ul li").allTextContents()).toEqual(["Retry attempts: 1"]);

    const items = config.locator(".items > div");
    for (const [item, title] of [
      ["Retry attempts", "Created the config"],
      ["On failure", "What it changed"],
    ] as const) {
      await items
        .filter({ hasText: item })
        .getByRole("link", { name: /^set by PUT/ })
        .click();
      await detail(page).getByRole("heading", { name: title }).waitFor();
      await page.goBack();
    }
    // What the journal no longer has is said.
    await sandbox.requests.clear();
    await page.reload();
    await config.getByText("The journal has no request that changed it.").waitFor();
    expect(await items.getByText("set before the oldest request that the journal keeps").count()).toBe(3);
  });

  test("searches by name, runtime, qualifier and destination, and folds a service", async () => {
    const sandbox = await newSandbox({
      snapshot: {
        functions: existing,
        configs: [
          { service: "shop", function: "invoice", qualifier: "prod" },
          { function: "resize", destinationConfig: { onFailure: { destination: QUEUE } } },
        ],
      },
    });
    const page = await visit(viewOf(sandbox.watched, "configs"));
    const names = () => page.locator(".rows").locator(".name, .qualifier").allTextContents();
    const all = ["FC 3.0, without a service", "resize", "LATEST", "shop", "invoice", "prod", "report"];
    await expect.poll(names).toEqual(all);
    await page.getByRole("button", { name: "Fold shop" }).click();
    await expect.poll(names).toEqual(all.slice(0, 4));
    for (const [search, found] of [
      ["SHOP", all.slice(3)],
      ["invoice prod", ["shop", "invoice", "prod"]],
      ["nodejs20", ["shop", "invoice", "prod"]],
      ["queues/failed", all.slice(0, 3)],
      ["", all.slice(0, 4)],
    ] as const) {
      await page.getByRole("searchbox").fill(search);
      await expect.poll(names).toEqual(found);
    }
    await page.getByRole("button", { name: "Unfold shop" }).click();
    await expect.poll(names).toEqual(all);
  });

  test("is told that a config changed under the edit, sees both, and saves only what was entered", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "order", {
      maxAsyncRetryAttempts: 1,
      destinationConfig: { onSuccess: { destination: TOPIC } },
    });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const config = await openConfig(page, "order : LATEST");
    await config.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Retry attempts").fill("3");
    await dialog.getByLabel("On failure, send to").fill(QUEUE);
    expect(await dialog.getByRole("alert").count()).toBe(0);
    const other = TOPIC.replace("done", "others");
    await put(sandbox, "order", {
      maxAsyncRetryAttempts: 5,
      maxAsyncEventAgeInSeconds: 60,
      destinationConfig: { onSuccess: { destination: other } },
    });
    const alert = dialog.getByRole("alert");
    await alert.getByText("The config has changed since you opened this form.").waitFor();
    expect(await alert.locator("li").allTextContents()).toEqual([
      "Maximum event age: was default (86400 s (1 d)), is 60 s (1 min) now",
      "Retry attempts: was 1, is 5 now; yours is 3",
      `On success: was ${TOPIC}, is ${other} now`,
    ]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      {
        maxAsyncRetryAttempts: 3,
        maxAsyncEventAgeInSeconds: 60,
        destinationConfig: { onSuccess: { destination: other }, onFailure: { destination: QUEUE } },
      },
    ]);
    await config.getByRole("button", { name: "Edit" }).click();
    const path = "/2023-03-30/functions/order/async-invoke-config";
    await fetch(sandbox.endpoint + path, { method: "DELETE" });
    await alert.getByText("The config was deleted since you opened this form.").waitFor();
    await fill(page, { "Retry attempts": "2" }, "Save");
    await configRow(page, "order : LATEST").getByText("2 retries").waitFor();
  });

  test("keeps a draft after Escape until it is sent, and reads beside the field what is missing", async () => {
    const sandbox = await newSandbox({
      snapshot: { functions: existing, configs: [{ function: "resize" }] },
    });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const dialog = page.getByRole("dialog");
    for (const [button, submit, label, message] of [
      ["New config", "Save", "Function", "Enter the function's name."],
      ["Create a function", "Create", "Function", "Enter the function's name."],
    ] as const) {
      await page.locator(".pane.list").getByRole("button", { name: button }).click();
      await dialog.getByRole("button", { name: submit }).click();
      const field = dialog.locator(".field", { has: page.getByLabel(label, { exact: true }) });
      await field.locator(".error").getByText(message).waitFor();
      await expect.poll(() => hasFocus(dialog.getByLabel(label, { exact: true }))).toBe(true);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    await openRow(page, "resize");
    await click(page, "Create an alias");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("Enter a name.").waitFor();
    await page.keyboard.press("Escape");
    expect(await sandbox.requests.count()).toBe(0);

    const config = await openConfig(page, "resize : LATEST");
    const edit = config.getByRole("button", { name: "Edit" });
    await edit.click();
    await dialog.getByLabel("Retry attempts").fill("7");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await hasFocus(edit)).toBe(true);
    await edit.click();
    expect(await dialog.getByLabel("Retry attempts").inputValue()).toBe("7");
    await dialog.getByRole("button", { name: "Save" }).click();
    await card(page, "resize : LATEST").locator(".items").getByText(/^7/).waitFor();
    await put(sandbox, "resize", { maxAsyncRetryAttempts: 6 });
    await card(page, "resize : LATEST").locator(".items").getByText(/^6/).waitFor();
    await edit.click();
    expect(await dialog.getByLabel("Retry attempts").inputValue()).toBe("6");
    await page.keyboard.press("Escape");
    await row(page, "resize").waitFor();
    expect(await rows(page).count()).toBe(6);
  });
});
