import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { existing, fill, openRow, row } from "./functions.ts";
import { goTo, hasFocus, newSandbox, viewOf, visit } from "./pages.ts";
import { put } from "./traffic.ts";

describe.skipIf(!hasBrowser)("a person", () => {
  test("switches a fault off and on, edits, duplicates and removes it, and brings it back", async () => {
    const sandbox = await newSandbox();
    await sandbox.faults.add({
      match: { operation: "put", function: "order" },
      effect: { type: "response", status: 503, headers: { "X-Kept": "yes" }, body: { kept: true } },
    });
    const page = await visit(viewOf(sandbox.controlled, "control"));
    const faults = page.getByRole("region", { name: /^Faults/ });
    const lines = faults.getByRole("listitem");
    const isOn = page.getByLabel("The fault Response 503 is on");
    const dialog = page.getByRole("dialog");
    expect((await put(sandbox, "order")).status).toBe(503);
    await faults.getByText("Struck 1 of 1").waitFor();
    await isOn.click();
    await expect.poll(async () => (await put(sandbox, "order")).status).toBe(200);
    await expect.poll(() => faults.locator("li.off").count()).toBe(1);
    await isOn.click();
    await expect.poll(async () => (await put(sandbox, "order")).status).toBe(503);
    await expect.poll(() => faults.locator("li.off").count()).toBe(0);

    // What the form has no field for stays.
    await faults.getByRole("button", { name: "Edit the fault Response 503" }).click();
    expect(await dialog.getByLabel("Function").inputValue()).toBe("order");
    await fill(page, { Status: "99" }, "Save");
    await dialog.locator(".field .error").waitFor();
    await fill(page, { Status: "504" }, "Save");
    await faults.getByText("Response 504").waitFor();
    const edited = await put(sandbox, "order");
    expect(edited.status).toBe(504);
    expect(edited.headers.get("X-Kept")).toBe("yes");
    expect(await edited.json()).toEqual({ kept: true });

    await faults.getByRole("button", { name: "Duplicate the fault Response 504" }).click();
    await fill(page, { Function: "other", Status: "500" }, "Add");
    await expect.poll(() => lines.count()).toBe(2);
    expect((await put(sandbox, "other")).status).toBe(500);

    await faults.getByRole("button", { name: "Remove the fault Response 500" }).click();
    await expect.poll(() => lines.count()).toBe(1);
    await expect.poll(() => hasFocus(page.locator("#faults"))).toBe(true);
    expect((await put(sandbox, "other")).status).toBe(200);
    const toast = page.locator(".toast");
    await toast.getByText("Removed the fault").waitFor();
    await toast.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => lines.count()).toBe(2);
    await toast.waitFor({ state: "detached" });
    expect((await put(sandbox, "other")).status).toBe(500);
  });

  test("edits what exists as one document, is told what is wrong with it, and undoes", async () => {
    const sandbox = await newSandbox({
      snapshot: { functions: existing, configs: [{ function: "resize" }] },
    });
    const page = await visit(viewOf(sandbox.controlled, "control"));
    const panel = page.getByRole("region", { name: "Services and functions" });
    await panel.getByText("1 service, 3 functions, 3 versions, 2 aliases").waitFor();
    await panel.getByRole("button", { name: "Edit as a document" }).click();
    const dialog = page.getByRole("dialog");
    const text = dialog.getByLabel("Document");
    await expect
      .poll(async () => JSON.parse(await text.inputValue()))
      .toMatchObject({
        functions: [{ name: "resize" }],
      });
    await fill(page, { Document: "{" }, "Save");
    await dialog.getByText("This is not JSON:").waitFor();
    await fill(page, { Document: '{"functions": [{"name": "9"}, {"name": "9b"}]}' }, "Save");
    await dialog.getByText("functions[0].name").first().waitFor();
    await fill(page, { Document: '{"functions": [{"name": "added"}]}' }, "Save");
    await panel.getByText("0 services, 1 function, 0 versions, 0 aliases").waitFor();
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await panel.getByText("1 service, 3 functions, 3 versions, 2 aliases").waitFor();
    await goTo(page, "Configs");
    await (await openRow(page, "resize")).getByText("live → 1").waitFor();
    expect((await sandbox.snapshot.export()).configs).toMatchObject([{ function: "resize" }]);
    expect(await row(page, "added").count()).toBe(0);
  });

  test("chooses the language and the time zone, which the browser remembers", async () => {
    const sandbox = await newSandbox({
      snapshot: { clock: { mode: "frozen", time: "2030-01-31T12:00:00Z" }, configs: [{ function: "order" }] },
    });
    const page = await visit(viewOf(sandbox.controlled, "control"), { timezoneId: "Asia/Shanghai" });
    await page.getByText("2030-01-31 12:00:00").waitFor();
    const html = page.locator("html");
    expect(await html.getAttribute("lang")).toBe("en");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Times").selectOption("local");
    await page.getByText("2030-01-31 20:00:00 UTC+08:00").waitFor();
    await page.getByLabel("Language").selectOption("中文");
    await expect.poll(() => html.getAttribute("lang")).toBe("zh-CN");
    await page.reload();
    await page.getByText("2030-01-31 20:00:00").waitFor();
    expect(await html.getAttribute("lang")).toBe("zh-CN");
    expect(await page.evaluate("({...localStorage})")).toEqual({
      "fc-sandbox:language": "zh",
      "fc-sandbox:zone": "local",
    });
    // A browser in Chinese gets Chinese at first.
    const other = await visit(sandbox.watched, { locale: "zh-CN" });
    await expect.poll(() => other.locator("html").getAttribute("lang")).toBe("zh-CN");
    expect(await other.evaluate("localStorage.length")).toBe(0);
  });
});
