import { describe, expect, test } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { hasBrowser } from "./browser.ts";
import { click, existing, fill, journal, openRow, row } from "./functions.ts";
import { configRow, detail, hasFocus, isLive, newSandbox, rows, viewOf, visit, widthOf } from "./pages.ts";
import { PHONE } from "./traffic.ts";

const LONG = "n".repeat(128);

async function send(sandbox: SandboxClient, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(sandbox.endpoint + path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  expect(response.ok, await response.text()).toBe(true);
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("sees what exists before it has a config: runtime, memory, timeout, versions and aliases", async () => {
    const sandbox = await newSandbox({ snapshot: { functions: existing } });
    for (const page of [
      await visit(viewOf(sandbox.controlled, "configs")),
      await visit(viewOf(sandbox.watched, "configs")),
    ]) {
      await row(page, "resize").getByText("python3.10, 512 MB").waitFor();
      await page.getByRole("heading", { name: "Functions and configs 3 functions, 0 configs" }).waitFor();
      const resize = await openRow(page, "resize");
      await resize.getByText("python3.10, 512 MB, 60 s").waitFor();
      await resize.getByText("live → 1").waitFor();
      for (const [name, facts] of [
        ["invoice", "nodejs20, 256 MB, 3 s"],
        ["report", "custom.debian12, 128 MB, 3 s"],
      ] as const) {
        await (await openRow(page, name)).getByText(facts).waitFor();
      }
      const shop = await openRow(page, "shop");
      expect(await shop.locator(".qualifiers p").allTextContents()).toEqual([
        "Alias prod → 1",
        "Version 2 ",
        "Version 1 ",
      ]);
    }
  });

  test("creates a function of FC 3.0 by form, and sees the API's own errors where they belong", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await click(page, "Create a function");
    await fill(page, { Function: "9lives", Runtime: "python3.12", Memory: "100" }, "Create");
    const name = page.getByRole("dialog").getByLabel("Function");
    await page.getByText("memorySize must be").waitFor();
    await fill(page, { Memory: "1024" }, "Create");
    await page.getByText("FunctionName doesn't match expected format").waitFor();
    expect(await name.getAttribute("aria-invalid")).toBe("true");
    expect(await hasFocus(name)).toBe(true);
    await page
      .getByRole("dialog")
      .getByLabel("Code")
      .setInputFiles({
        name: "code.zip",
        mimeType: "application/zip",
        buffer: Buffer.from("PK and more"),
      });
    await page.getByText('"zipFile":"(code.zip, 11 bytes)"').waitFor();
    await fill(page, { Function: "cat" }, "Create");
    await row(page, "cat").getByText("python3.12, 1024 MB").waitFor();
    await (await openRow(page, "cat")).getByText("python3.12, 1024 MB, 3 s").waitFor();
    expect(await journal(sandbox)).toEqual([
      "CreateFunction 400",
      "CreateFunction 400",
      "CreateFunction 200",
    ]);
    const { functions } = await sandbox.functions.get({ details: true });
    expect(functions).toMatchObject([{ name: "cat", codeSize: 11, handler: "index.handler" }]);

    await click(page, "Create a function");
    await fill(page, { Function: "cat" }, "Create");
    await page.getByText("function 'cat' already exists").waitFor();
  });

  test("creates a service, and a function in a service that does not exist yet", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await click(page, "Create a function");
    await fill(page, { What: "service", Service: "empty", Description: "for later" }, "Create");
    await row(page, "empty").getByText("no function yet").waitFor();
    await (await openRow(page, "empty")).getByText("for later").waitFor();
    const [inList, inDetail] = [page.locator(".pane.list"), detail(page)].map((pane) =>
      pane.getByRole("button", { name: "Create a function" }),
    );
    await inList?.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What").selectOption("functionInService");
    await dialog.getByLabel("Service").fill("shop");
    await dialog.getByText("There is no service shop yet: it is created first.").waitFor();
    await fill(page, { Function: "invoice", Runtime: "custom-container", Image: "shop/invoice:1" }, "Create");
    await row(page, "invoice").getByText("custom-container, 128 MB").waitFor();
    await row(page, "shop").waitFor();
    expect(await journal(sandbox)).toEqual(["CreateService 200", "CreateService 200", "CreateFunction 200"]);
    await inDetail?.click();
    await fill(page, { Function: "later" }, "Create");
    await row(page, "later").waitFor();
    expect((await sandbox.functions.get()).services).toEqual([
      { name: "empty", functions: ["later"] },
      { name: "shop", functions: ["invoice"] },
    ]);
  });

  test("publishes a version, points an alias to it, and puts a config for the alias from a list", async () => {
    const sandbox = await newSandbox({ settings: { functions: "declared" } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await click(page, "Create a function");
    await fill(page, { Function: "resize" }, "Create");
    const resize = await openRow(page, "resize");
    // An alias points to a version.
    expect(await page.getByRole("button", { name: "Create an alias" }).count()).toBe(0);
    await click(page, "Publish a version");
    await fill(page, { Description: "the first" }, "Publish");
    await page.getByText("the first").waitFor();
    await click(page, "Publish a version");
    await fill(page, {}, "Publish");
    await page.getByText("No changes were made since last publish").waitFor();
    await page.keyboard.press("Escape");
    await click(page, "Create an alias");
    await fill(page, { Alias: "1st" }, "Create");
    await page.getByText("AliasName doesn't match expected format").waitFor();
    await fill(page, { Alias: "live", Version: "1" }, "Create");
    await resize.getByText("live → 1").waitFor();

    await resize.getByRole("button", { name: "New config" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByLabel("Function").inputValue()).toBe("resize");
    const qualifier = dialog.getByLabel("Qualifier");
    expect(await qualifier.locator("option").allTextContents()).toEqual(["LATEST", "live", "1"]);
    // Another function has other qualifiers.
    await qualifier.selectOption("live");
    await dialog.getByLabel("Function").fill("other");
    expect(await qualifier.inputValue()).toBe("LATEST");
    await fill(page, {}, "Save");
    await dialog.getByText("function 'other' does not exist").waitFor();
    await dialog.getByLabel("Function").fill("resize");
    await fill(page, { Qualifier: "live", "Retry attempts": "2" }, "Save");
    await configRow(page, "resize : live").waitFor();
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { function: "resize", qualifier: "live", maxAsyncRetryAttempts: 2 },
    ]);
  });

  test("points an alias to another version", async () => {
    const sandbox = await newSandbox({ snapshot: { functions: existing } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const shop = await openRow(page, "shop");
    await click(page, "Edit alias prod of service shop");
    await fill(page, { Version: "2" }, "Save");
    await shop.getByText("prod → 2").waitFor();
  });

  test("puts a config for a qualifier that does not exist, where any may be", async () => {
    const sandbox = await newSandbox({ snapshot: { functions: existing } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await (await openRow(page, "resize")).getByRole("button", { name: "New config" }).click();
    await page.getByRole("dialog").getByLabel("Qualifier", { exact: true }).selectOption("another");
    await fill(page, { "Another qualifier": "canary" }, "Save");
    await configRow(page, "resize : canary").waitFor();
  });

  test("sees what a client creates and deletes while it happens", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.watched, "configs"));
    await isLive(page);
    const code = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
    const hello = { functionName: "hello", runtime: "nodejs20", handler: "index.handler", code };
    await send(sandbox, "POST", "/2023-03-30/functions", hello);
    const shown = await openRow(page, "hello");
    await send(sandbox, "POST", "/2023-03-30/functions/hello/versions", {});
    await send(sandbox, "POST", "/2023-03-30/functions/hello/aliases", { aliasName: "prod", versionId: "1" });
    await shown.getByText("prod → 1").waitFor();
    await send(sandbox, "PUT", "/2023-03-30/functions/hello/async-invoke-config?qualifier=prod", {});
    await configRow(page, "hello : prod").waitFor();
    // The alias takes its config along.
    await send(sandbox, "DELETE", "/2023-03-30/functions/hello/aliases/prod");
    await configRow(page, "hello : prod").waitFor({ state: "detached" });
    expect(await shown.locator(".qualifier").allTextContents()).toEqual(["1"]);
    // So does a function whose name another takes at once.
    await send(sandbox, "PUT", "/2023-03-30/functions/hello/async-invoke-config", {});
    await configRow(page, "hello : LATEST").waitFor();
    await send(sandbox, "DELETE", "/2023-03-30/functions/hello/versions/1");
    await send(sandbox, "DELETE", "/2023-03-30/functions/hello");
    await send(sandbox, "POST", "/2023-03-30/functions", { ...hello, runtime: "go1" });
    await row(page, "hello").getByText("go1").waitFor();
    await configRow(page, "hello : LATEST").waitFor({ state: "detached" });
  });

  test("who has no token sees what exists, and no forms", async () => {
    const sandbox = await newSandbox({ snapshot: { functions: existing } });
    const page = await visit(viewOf(sandbox.watched, "configs"));
    const copies = detail(page).getByRole("button");
    for (const name of ["shop", "invoice", "resize"]) {
      await (await openRow(page, name)).getByRole("heading", { name, exact: false }).first().waitFor();
      // There is nothing to do but to copy the link.
      expect(await copies.filter({ visible: true }).allTextContents()).toEqual(["Copy link"]);
    }
    await page.getByText("Alias live → 1").waitFor();
    await detail(page).getByText("index.handler").waitFor();
    expect(await page.locator(".pane.list header").getByRole("button").count()).toBe(0);
  });

  test("works in a sandbox that wants signed requests", async () => {
    const sandbox = await newSandbox({
      snapshot: { functions: existing },
      settings: { signatures: "required" },
    });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await click(page, "Create a function");
    await fill(page, { Function: "signed" }, "Create");
    await openRow(page, "signed");
    await click(page, "Delete signed");
    await page.getByText("Nothing else is deleted with it.").waitFor();
    await fill(page, {}, "Delete");
    await row(page, "signed").waitFor({ state: "detached" });
    expect(await journal(sandbox)).toEqual(["CreateFunction 200", "DeleteFunction 204"]);
  });

  test("finds a function among 500, whatever their names, on a phone", async () => {
    const names = [LONG, ...Array.from({ length: 498 }, (_, i) => `f${i}`)];
    const sandbox = await newSandbox({
      snapshot: {
        functions: {
          services: [{ name: LONG, functions: ["one"], versions: ["1"], aliases: [LONG] }],
          functions: names.map((name) => ({ name, versions: ["1"], aliases: ["prod"] })),
        },
      },
    });
    const page = await visit(viewOf(sandbox.controlled, "configs"), PHONE);
    await page.getByRole("heading", { name: "Functions and configs 500 functions, 0 configs" }).waitFor();
    const search = page.getByLabel("Search by name, runtime, qualifier or destination");
    const total = () => rows(page).first().getAttribute("aria-setsize");
    await expect.poll(total).toBe("502");
    // Of a long list, only what can be seen is drawn.
    expect(await rows(page).count()).toBeLessThan(60);
    expect(await widthOf(page)).toBe(360);
    await search.fill("F497");
    await row(page, "f497").waitFor();
    await expect.poll(() => rows(page).count()).toBe(2);
    await search.fill("nothing like this");
    await page.getByText("None matches the search.").waitFor();
    await search.fill(LONG);
    await expect.poll(() => rows(page).count()).toBe(4);
    expect(await widthOf(page)).toBe(360);
    // On a narrow screen, what is open has the screen for itself.
    await page.locator("a.row-function", { hasText: LONG }).click();
    await detail(page).getByText("Alias prod → 1").waitFor();
    expect(await widthOf(page)).toBe(360);
    await click(page, "← Back");
    await page.locator(".row-service a").click();
    await click(page, `Delete service ${LONG}`);
    await page.getByRole("dialog").waitFor();
    expect(await widthOf(page)).toBe(360);
  });

  test("creates and deletes with the keyboard alone", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await isLive(page);
    await page.getByRole("button", { name: "Create a function" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByLabel("Function").focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await row(page, "typed").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: "typed" }).waitFor();
    await page.getByRole("button", { name: "Delete typed" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("There is no function and no config yet.").waitFor();
    // What had the focus is gone: it is at the head of the list.
    await expect.poll(() => hasFocus(page.locator(".pane.list h2"))).toBe(true);
  });
});
