import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { newSandbox, rows, viewOf, visit } from "./pages.ts";
import { put, sdk } from "./traffic.ts";

const SEARCH = "Search names, status, error code, headers and bodies";

describe.skipIf(!hasBrowser)("a person", () => {
  test("filters the requests, and loads older ones by scrolling", async () => {
    const sandbox = await newSandbox();
    const client = sdk(sandbox);
    const names = Array.from({ length: 120 }, (_, i) => `f${i}`);
    await Promise.all(names.map((name) => client.putFunctionAsyncConfig("shop", name, "prod", {})));
    await expect(client.getFunctionAsyncConfig("shop", "f0", "none")).rejects.toThrow();
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    const list = rows(page);
    const total = () => list.first().getAttribute("aria-setsize");
    await list.first().getByText("404").waitFor();
    await expect.poll(total).toBe("50");
    // The end of the list loads more, until there is nothing more.
    await page.locator(".scroller").hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 10_000);
        return total();
      })
      .toBe("121");
    expect(await list.count()).toBeLessThan(60);
    await page.getByLabel("Status", { exact: true }).selectOption("errors");
    await expect.poll(() => list.count()).toBe(1);
    await page.getByLabel("Status", { exact: true }).selectOption("any status");
    await page.getByLabel(SEARCH).fill("functions/f59 put");
    await expect.poll(() => list.count()).toBe(1);
    await page.getByLabel(SEARCH).fill("nothing like this");
    await page.getByText("No request that the journal keeps matches.").waitFor();
  });

  test("finds requests by header, body, error code and changed item, and no ids by a number", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "plain");
    await put(sandbox, "first", { maxAsyncRetryAttempts: 5 }, { "X-Team": "blue whale" });
    await put(sandbox, "second", { maxAsyncRetryAttempts: 9 });
    await put(sandbox, "third", { asyncTask: true });
    const get = `${sandbox.endpoint}/2023-03-30/functions/fourth/async-invoke-config`;
    expect((await fetch(get)).status).toBe(404);
    // Until an id contains the number, too.
    const ids = async () => (await sandbox.requests.list({}, { limit: 100 })).requests;
    for (let tries = 0; tries < 20; tries++) {
      if ((await ids()).some(({ requestId }) => requestId.includes("404"))) break;
      await sandbox.requests.clear();
      await Promise.all(Array.from({ length: 90 }, () => put(sandbox, "plain")));
      await put(sandbox, "first", { maxAsyncRetryAttempts: 4 }, { "X-Team": "blue whale" });
      await put(sandbox, "second", { maxAsyncRetryAttempts: 9 });
      await put(sandbox, "third", { asyncTask: tries % 2 === 1 });
      await fetch(get);
    }
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    const search = page.getByLabel(SEARCH);
    const names = () => rows(page).locator(".what").allTextContents();
    for (const [text, name] of [
      ["blue whale", "first"],
      ["InvalidArgument", "second"],
      ["got 9", "second"],
      ["stateful PUT", "third"],
      ["404", "fourth"],
    ] as const) {
      await search.fill(text);
      await expect.poll(names).toEqual([`${name} : LATEST`]);
    }
    // A search is followed as well: what comes later and matches is shown.
    await fetch(get.replace("fourth", "fifth"));
    await expect.poll(names).toEqual(["fifth : LATEST", "fourth : LATEST"]);
  });

  test("pauses the list, which then counts what comes, and keeps a request open whatever comes and goes", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "first", { maxAsyncRetryAttempts: 1 });
    await put(sandbox, "second");
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    const names = () => rows(page).locator(".what").allTextContents();
    await page.getByRole("link", { name: /first : LATEST/ }).click();
    const open = page.getByRole("article", { name: "PUT first : LATEST" });
    await open.getByText("Retry attempts: 1").waitFor();

    await page.getByRole("button", { name: "Pause" }).click();
    await Promise.all(["third", "fourth", "fifth"].map((name) => put(sandbox, name)));
    const resume = page.getByRole("button", { name: "Resume, 3 new" });
    await resume.waitFor();
    expect(await names()).toEqual(["second : LATEST", "first : LATEST"]);
    await resume.click();
    await expect.poll(() => rows(page).count()).toBe(5);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(await page.locator('.rows [aria-current="true"]').textContent()).toContain("first");

    await page.getByRole("button", { name: "Clear", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Clear the journal?" });
    await dialog.getByText("All 5 requests that the journal keeps are deleted").waitFor();
    expect(await sandbox.requests.count()).toBe(5);
    await dialog.getByRole("button", { name: "Clear the journal" }).click();
    await page.getByText("No request has come yet.").waitFor();
    await open.getByText("Retry attempts: 1").waitFor();
    expect(await sandbox.requests.count()).toBe(0);
  });

  test("saves what a search finds as HAR and as Pact", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "first", { maxAsyncRetryAttempts: 1 });
    await put(sandbox, "second");
    const page = await visit(viewOf(sandbox.controlled, "requests", { search: "first" }));
    await expect.poll(() => rows(page).count()).toBe(1);
    const dialog = page.getByRole("dialog", { name: "Export requests" });
    const saved = async (format: string) => {
      await page.getByRole("button", { name: "Export", exact: true }).click();
      await dialog.getByLabel("Format").selectOption(format);
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        dialog.getByRole("button", { name: "Export" }).click(),
      ]);
      await dialog.waitFor({ state: "detached" });
      return {
        name: file.suggestedFilename(),
        document: JSON.parse(await readFile(await file.path(), "utf8")),
      };
    };
    const har = await saved("HAR");
    expect(har.name).toMatch(/\.har$/);
    expect(har.document.log.entries).toHaveLength(1);
    expect(har.document.log.entries[0].request.url).toContain("/functions/first/");
    const pact = await saved("Pact");
    expect(pact.document).toMatchObject({
      consumer: { name: "console" },
      provider: { name: "function-compute" },
      interactions: [{ request: { method: "PUT" } }],
    });
  });
});
