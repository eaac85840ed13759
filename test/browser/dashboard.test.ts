import { readFile } from "node:fs/promises";
import FC from "@alicloud/fc2";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { newDirectory } from "../program.ts";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { card, isLive, newSandbox, visit } from "./pages.ts";

const QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/failed/messages";
const TOPIC = "acs:mns:cn-hangzhou:1234567890123456:/topics/done/messages";

function sdk(sandbox: SandboxClient) {
  return new FC("1234567890123456", {
    accessKeyID: sandbox.access.accessKeyId ?? "",
    accessKeySecret: sandbox.access.accessKeySecret ?? "",
    region: "cn-hangzhou",
    endpoint: sandbox.endpoint,
  });
}

/** The body of the sandbox's latest PUT. */
async function lastPut(sandbox: SandboxClient): Promise<unknown> {
  const [last] = (await sandbox.requests.list({ operation: "put" }, { limit: 1 })).requests;
  return JSON.parse(last?.body ?? "");
}

async function putByForm(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole("button", { name: "Put a config" }).click();
  for (const [label, text] of Object.entries(fields)) {
    await page.getByRole("dialog").getByLabel(label, { exact: true }).fill(text);
  }
  await page.getByRole("button", { name: "Put", exact: true }).click();
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("creates a sandbox with one click, and shares it", async () => {
    const page = await visit(`${SERVER}/`);
    await isLive(page);
    await page.getByRole("button", { name: "New sandbox" }).click();
    await page.waitForURL(/\/s\/[a-z2-7]+\/#token=/);
    await isLive(page);
    const { pathname, href } = new URL(page.url());
    expect(await page.locator(".endpoint code").textContent()).toBe(SERVER + pathname.replace(/\/$/, ""));
    // Whoever gets the link may control it as well.
    const other = await visit(href);
    await isLive(other);
    await other.getByRole("button", { name: "Add a fault" }).waitFor();
    await page.getByText("There is no function and no config yet.").waitFor();
  });

  test("comes back to a page that was hidden, and sees what more requests did than the page holds", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.watched);
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
    await card(page, "first : LATEST").waitFor();
  });

  test("puts a config by form, and sees the API's own errors where they belong", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await putByForm(page, { Function: "invoice", "Retry attempts": "9" });
    const field = page.getByLabel("Retry attempts");
    await page.getByText("maxAsyncRetryAttempts must be an integer from 0 to 8, but got 9").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill("4");
    await page.getByLabel("On failure, send to").fill(QUEUE);
    await page.getByRole("button", { name: "Put", exact: true }).click();
    const config = card(page, "demo / invoice : LATEST");
    await config.getByText(QUEUE).waitFor();

    // What is left alone is not sent.
    await config.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Maximum event age").fill("60");
    await page.getByRole("button", { name: "Put", exact: true }).click();
    await config.getByText("60 s (1 min)").waitFor();
    expect(await lastPut(sandbox)).toEqual({ maxAsyncEventAgeInSeconds: 60 });

    await config.getByRole("button", { name: "Delete" }).click();
    await page.getByText("There is no function and no config yet.").waitFor();
  });

  test.each([
    { service: "shop", whole: { maxAsyncRetryAttempts: 4 }, deletions: 1 },
    { service: "", whole: {}, deletions: 0 },
  ])("clears one destination of service '$service', and keeps the other", async (generation) => {
    const { service, whole, deletions } = generation;
    const both = { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } };
    const config = { function: "report", maxAsyncRetryAttempts: 4, destinationConfig: both };
    const sandbox = await newSandbox({ snapshot: { configs: [{ ...config, ...(service && { service }) }] } });
    const page = await visit(sandbox.controlled);
    const shown = card(page, `${service ? "shop / " : ""}report : LATEST`);
    await shown.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("On failure, send to").fill("");
    expect(await page.getByText("the config is deleted and put again").count()).toBe(deletions);
    await page.getByRole("button", { name: "Put", exact: true }).click();
    await shown.getByText(QUEUE).waitFor({ state: "detached" });
    await shown.getByText(TOPIC).waitFor();
    expect(await lastPut(sandbox)).toEqual({ ...whole, destinationConfig: { onSuccess: both.onSuccess } });
    expect(await sandbox.requests.count({ operation: "delete" })).toBe(deletions);
    expect((await sandbox.snapshot.export()).configs).toMatchObject([
      { maxAsyncRetryAttempts: 4, destinationConfig: { onSuccess: both.onSuccess } },
    ]);
  });

  test("sees an SDK's PUT appear, and what it changed", async () => {
    const sandbox = await newSandbox();
    const pages = [await visit(sandbox.controlled), await visit(sandbox.watched)];
    for (const page of pages) await isLive(page);
    const client = sdk(sandbox);
    await client.putFunctionAsyncConfig("shop", "report", "prod", { maxAsyncRetryAttempts: 1 });
    await client.putFunctionAsyncConfig("shop", "report", "prod", {
      maxAsyncEventAgeInSeconds: 120,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
    for (const page of pages) {
      const config = card(page, "shop / report : prod");
      await config.getByText("120 s (2 min)").waitFor();
      await config.getByText("changed last").waitFor();
      expect(await config.locator(".changed dt").allTextContents()).toEqual([
        "Maximum event age",
        "On failure",
      ]);
      await page.locator(".requests summary").first().click();
      const difference = page.locator(".difference");
      await expect
        .poll(() => difference.locator("li").allTextContents())
        .toEqual(["Maximum event age: default (86400 s (1 d)) 120 s (2 min)", `On failure:  ${QUEUE}`]);
      // A secret is not there to be seen.
      expect(await page.locator(".details").textContent()).toContain("authorization: (secret)");
    }
  });

  test("sets a fault, and sees the client fail", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
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
    await page.locator(".requests .fault").waitFor();
    await put();
    await card(page, "shop / report : prod").waitFor();
    await page.getByRole("button", { name: "Remove the fault ResourceThrottled" }).click();
    await page.getByText("None: every request is answered as it should be.").waitFor();
  });

  test("sees what came to the sandbox, counted by operation and status", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.watched, { viewport: { width: 360, height: 740 } });
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
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });

  test("freezes the clock, and moves it", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    const at = page.getByLabel("Freeze at");
    await at.fill("tomorrow");
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByText("an RFC 3339 time, such as").first().waitFor();
    await at.fill("2030-01-01T00:00:00Z");
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByLabel("Advance by").fill("2");
    await page.getByRole("button", { name: "Advance" }).click();
    await page.getByText("2030-01-01T02:00:00Z").first().waitFor();
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    await card(page, "shop / report : prod").getByText("2030-01-01T02:00:00Z").waitFor();
    await page.getByRole("button", { name: "Real time" }).click();
    await page.getByText("real time").waitFor();
  });

  test("exports, resets and imports", async () => {
    const sandbox = await newSandbox({
      snapshot: { configs: [{ service: "shop", function: "report", maxAsyncRetryAttempts: 7 }] },
    });
    const page = await visit(sandbox.controlled);
    const config = card(page, "shop / report : LATEST");
    await config.waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const exported = await readFile(await download.path(), "utf8");
    expect(JSON.parse(exported)).toEqual(await sandbox.snapshot.export());

    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await page.getByText("There is no function and no config yet.").waitFor();

    const upload = (text: string) =>
      page.getByLabel("Snapshot to import").setInputFiles({
        name: "fixture.json",
        mimeType: "application/json",
        buffer: Buffer.from(text),
      });
    await upload("{");
    await page.getByText("fixture.json is not JSON").waitFor();
    await upload(exported.replace('Attempts": 7', 'Attempts": 70'));
    await page.getByText("configs[0].maxAsyncRetryAttempts").waitFor();
    await upload(exported);
    await config.waitFor();
  });

  test("works in a sandbox that wants signed requests", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await page.getByLabel("Signatures").selectOption("required");
    await expect.poll(async () => (await sandbox.summary()).settings.signatures).toBe("required");
    await page.getByRole("tab", { name: "curl" }).click();
    await page.getByText("This sandbox wants signed requests, which this one is not.").waitFor();
    await putByForm(page, { Function: "invoice", "Retry attempts": "1" });
    await card(page, "demo / invoice : LATEST").waitFor();
  });

  test("shows an item that was never set with the default that invocations go by", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    const shown = card(page, "shop / report : prod");
    for (const text of ["default (86400 s (1 d))", "default (3)", "default (no)"]) {
      await shown.getByText(text, { exact: true }).waitFor();
    }
    await shown.getByText("none").first().waitFor();
  });

  test("sets what a destinationConfig does to the other destination", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await page.getByLabel("A given destinationConfig").selectOption("keeps them");
    await expect.poll(async () => (await sandbox.summary()).settings.destinations).toBe("merge");
  });

  test("who has no token may watch, and not touch", async () => {
    const sandbox = await newSandbox();
    await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {});
    const page = await visit(sandbox.watched);
    await page.getByText("Live, read-only").waitFor();
    await page.getByText("You are watching:").waitFor();
    await card(page, "shop / report : prod").waitFor();
    for (const name of [
      "Put a config",
      "Edit shop / report : prod",
      "Add a fault",
      "Freeze",
      "Import",
      "Reset",
      "Clear",
    ]) {
      expect(await page.getByRole("button", { name, exact: true }).count()).toBe(0);
    }
    const text = await page.locator("body").textContent();
    expect(text).not.toContain(sandbox.access.accessKeySecret);
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
    await page.getByRole("button", { name: "New sandbox" }).waitFor();
  });

  test("who loses the connection is told, and goes on when it is back", async () => {
    const stateDirectory = await newDirectory();
    const first = await startSandbox({ stateDirectory });
    const port = Number(new URL(first.url).port);
    const page = await visit(`${first.url}/`);
    await isLive(page);
    await first.close();
    await page.getByText("The connection was lost.").waitFor();
    const second = await startSandbox({ stateDirectory, port });
    try {
      await fetch(`${second.url}/2023-03-30/functions/f/async-invoke-config`, { method: "PUT" });
      await page
        .getByRole("button", { name: "Try now" })
        .click({ timeout: 1000 })
        .catch(() => {});
      await card(page, "f : LATEST").waitFor();
      await isLive(page);
    } finally {
      await second.close();
    }
  });

  test("uses the keyboard alone", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await page.getByRole("tab", { name: "curl" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: "fc2", exact: true }).getAttribute("aria-selected")).toBe(
      "true",
    );
    await page.getByText("npm install @alicloud/fc2", { exact: false }).first().waitFor();
    const button = page.getByRole("button", { name: "Put a config" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByLabel("Function", { exact: true }).focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await card(page, "demo / typed : LATEST").waitFor();
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test("filters the requests, and loads older ones", async () => {
    const sandbox = await newSandbox();
    const client = sdk(sandbox);
    const names = Array.from({ length: 60 }, (_, i) => `f${i}`);
    await Promise.all(names.map((name) => client.putFunctionAsyncConfig("shop", name, "prod", {})));
    await expect(client.getFunctionAsyncConfig("shop", "f0", "none")).rejects.toThrow();
    const page = await visit(sandbox.controlled);
    const rows = page.locator(".requests li");
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole("button", { name: "Show older requests" }).click();
    await expect.poll(() => rows.count()).toBe(61);
    await page.getByLabel("Errors only").check();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel("Errors only").uncheck();
    await page.getByLabel("Filter the requests").fill("functions/f59 put");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel("Filter the requests").fill("nothing like this");
    await page.getByText("None of these requests matches the filter.").waitFor();
  });
});
