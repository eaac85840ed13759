import { describe, expect, test } from "vitest";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { newDirectory } from "../program.ts";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { configRow, goTo, isLive, newSandbox, openConfig, viewOf, visit, widthOf } from "./pages.ts";
import { PHONE, sdk } from "./traffic.ts";

describe.skipIf(!hasBrowser)("a person", () => {
  test("creates a sandbox with one click, and shares it", async () => {
    const page = await visit(`${SERVER}/`);
    await isLive(page);
    await page.getByRole("button", { name: "Make a sandbox" }).click();
    await page.waitForURL(/\/s\/[a-z2-7]+\/#[\w-]{43}$/);
    await isLive(page);
    const { pathname, href } = new URL(page.url());
    expect(await page.locator(".endpoint code").textContent()).toBe(SERVER + pathname.replace(/\/$/, ""));
    // Whoever gets the link may control it as well.
    const other = await visit(href);
    await isLive(other);
    await goTo(other, "Control");
    await other.getByRole("button", { name: "Add a fault" }).waitFor();
    await goTo(page, "Configs");
    await page.getByText("There is no function and no config yet.").waitFor();
  });

  test("comes back to a page that was hidden, and sees what more requests did than the page holds", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.watched, "configs"));
    let told = 0;
    page.on("websocket", (feed) => feed.on("framereceived", () => (told += 1)));
    await page.reload();
    await isLive(page);
    // A hidden page draws no frames.
    await page.evaluate(() => {
      const held: FrameRequestCallback[] = [];
      const { requestAnimationFrame } = window;
      window.requestAnimationFrame = (callback) => held.push(callback);
      const show = () => {
        for (const callback of held) requestAnimationFrame(callback);
      };
      Object.assign(window, { show });
    });
    const path = `${sandbox.endpoint}/2023-03-30/functions/first/async-invoke-config`;
    await fetch(path, { method: "PUT" });
    const REQUESTS = 501;
    const AT_ONCE = 20;
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => fetch(path)));
    await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(REQUESTS);
    await page.evaluate("show()");
    await configRow(page, "first : LATEST").waitFor();
  });

  test("sees what came to the sandbox, counted by operation and status", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.watched, PHONE);
    await isLive(page);
    const client = sdk(sandbox);
    await client.putFunctionAsyncConfig("shop", "report", "prod", {});
    await expect(client.getFunctionAsyncConfig("shop", "report", "none")).rejects.toThrow();
    await sandbox.faults.add({ match: { operation: "put" }, effect: { type: "error", code: "Throttling" } });
    await expect(client.putFunctionAsyncConfig("shop", "report", "prod", {})).rejects.toThrow();
    const traffic = page.getByRole("region", { name: /^Traffic/ });
    const row = (name: string) => traffic.getByRole("row", { name, exact: true });
    await row("get 404 1").waitFor();
    await row("put 200 1").waitFor();
    await row("put 429 1").waitFor();
    expect(await traffic.getByRole("rowheader").allTextContents()).toEqual(["get", "put", "put"]);
    expect(await traffic.locator(".status.s4").allTextContents()).toEqual(["404", "429"]);
    const { rowsWritten } = (await sandbox.summary()).traffic;
    expect(rowsWritten).toBeGreaterThan(0);
    const facts = traffic.locator("dl");
    await facts.getByText("Faults struck").waitFor();
    expect(await facts.textContent()).toBe(`Faults struck1Rows written${rowsWritten}`);
    expect(await widthOf(page)).toBe(360);
  });

  test("works in a sandbox that wants signed requests", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "control"));
    await page.getByLabel("Signatures").selectOption("required");
    await expect.poll(async () => (await sandbox.summary()).settings.signatures).toBe("required");
    await goTo(page, "Overview");
    await page.getByRole("tab", { name: "curl" }).click();
    await page.getByText("This sandbox wants signed requests, which this one is not.").waitFor();
    await goTo(page, "Configs");
    await page.getByRole("button", { name: "New config" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Function", { exact: true }).fill("invoice");
    await dialog.getByRole("button", { name: "Save" }).click();
    await configRow(page, "demo / invoice : LATEST").waitFor();
  });

  test("who has no token may watch, and not touch", async () => {
    const sandbox = await newSandbox();
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    const page = await visit(sandbox.watched);
    await page.getByText("Watching", { exact: true }).waitFor();
    await page.getByText("You are watching:").waitFor();
    const shown: string[] = [];
    const expectNoButtons = async (...names: string[]) => {
      shown.push((await page.locator("body").textContent()) ?? "");
      for (const name of names) {
        expect(await page.getByRole("button", { name, exact: true }).count(), name).toBe(0);
      }
    };
    await expectNoButtons();
    await goTo(page, "Configs");
    const config = await openConfig(page, "shop / report : prod");
    await config.getByText("set by").or(config.getByText("default (3)")).first().waitFor();
    await expectNoButtons("New config", "Create a function", "Edit shop / report : prod");
    await goTo(page, "Requests");
    await page.getByRole("link", { name: /shop \/ report : prod/ }).click();
    await page.getByText("authorization: (secret)").waitFor();
    await expectNoButtons("Clear", "Replay", "Make a fault of it");
    await goTo(page, "Invocations");
    await page.getByText("No function was invoked asynchronously yet.").waitFor();
    await expectNoButtons("Invoke a function", "Freeze now");
    await goTo(page, "Control");
    await page.getByText("None: every request is answered as it should be.").waitFor();
    await expectNoButtons("Add a fault", "Freeze", "Import", "Reset", "Edit as a document");
    expect(shown.join()).not.toContain(sandbox.access.accessKeySecret);
  });

  test.each([
    ["an unknown sandbox", async () => `${SERVER}/s/nothing/`, "There is no such sandbox"],
    [
      "another sandbox's token",
      async () => `${(await newSandbox()).watched}#token=${(await newSandbox()).access.controlToken}`,
      "The token in this link is another sandbox's",
    ],
    [
      "no token where requests must be signed",
      async () => (await newSandbox({ settings: { signatures: "required" } })).watched,
      "This sandbox can't be watched without its token",
    ],
  ])("with %s is told so", async (_, address, title) => {
    const page = await visit(await address());
    await page.getByRole("heading", { name: title }).waitFor();
    await page.getByRole("button", { name: "Make a sandbox" }).waitFor();
  });

  test("who loses the connection is told, and goes on when it is back", async () => {
    const stateDirectory = await newDirectory();
    const first = await startSandbox({ stateDirectory });
    const port = Number(new URL(first.url).port);
    const page = await visit(`${first.url}/`);
    await isLive(page);
    await first.close();
    await page.getByRole("alert").getByText("The connection was lost.").waitFor();
    // A view whose script was not loaded before says so, and is loaded when the connection is back.
    await goTo(page, "Configs");
    await page.locator("main").getByText("The connection was lost.").waitFor();
    const second = await startSandbox({ stateDirectory, port });
    try {
      await fetch(`${second.url}/2023-03-30/functions/f/async-invoke-config`, { method: "PUT" });
      await page
        .getByRole("button", { name: "Try now" })
        .click({ timeout: 1000 })
        .catch(() => {});
      await configRow(page, "f : LATEST").waitFor();
      await isLive(page);
    } finally {
      await second.close();
    }
  });
});
