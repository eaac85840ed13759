import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { hasBrowser } from "./browser.ts";
import { existing } from "./functions.ts";
import { copied, detail, goTo, newSandbox, rows, viewOf, visit } from "./pages.ts";
import { invoke, put, QUEUE, sdk } from "./traffic.ts";

/** Runs a program in a shell. */
const run = promisify(execFile);
/** Makes a function of the text of one. */
const AsyncFunction = (async () => {}).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** Requests of many kinds: of all versions, signed, with errors, with a body that is no JSON, and with odd characters. */
async function newTraffic(): Promise<Awaited<ReturnType<typeof newSandbox>>> {
  const sandbox = await newSandbox({ snapshot: { functions: existing } });
  const destinationConfig = { onFailure: { destination: QUEUE } };
  await sdk(sandbox).putFunctionAsyncConfig("shop", "report", "prod", {
    maxAsyncRetryAttempts: 1,
    destinationConfig,
  });
  await put(sandbox, "resize", { maxAsyncRetryAttempts: 9 }, { "X-Note": 'it\'s "quoted"' });
  await invoke(sandbox, "error", "/2023-03-30/functions/resize");
  await fetch(`${sandbox.endpoint}/2021-04-06/services/shop/functions/invoice/invocations?qualifier=prod`, {
    method: "POST",
    headers: { "Content-Type": "text/plain" },
    body: "it's $HOME `text` \\ ünïcode",
  });
  await fetch(`${sandbox.endpoint}/2023-03-30/functions/re%20size/async-invoke-config?qualifier=a%26b`);
  await fetch(`${sandbox.endpoint}/2023-03-30/functions/resize/async-invoke-config`, { method: "DELETE" });
  await fetch(`${sandbox.endpoint}/2023-03-30/functions?limit=1&prefix=r`);
  await fetch(`${sandbox.endpoint}/nowhere`);
  return sandbox;
}

/** The newest request, as far as a repetition of it is the same. */
async function latest(sandbox: SandboxClient) {
  const [entry] = (await sandbox.requests.list({}, { limit: 1 })).requests;
  const { method, url, body, operation, status } = entry ?? {};
  return { method, url, body, operation, status };
}

/** Opens each request of the list, from the oldest, and does something with it. */
async function forEachRequest(page: Page, count: number, doing: (id: string) => Promise<void>) {
  await expect.poll(() => rows(page).count()).toBe(count);
  const links = await rows(page).getByRole("link").all();
  const ids = await Promise.all(links.map((link) => link.getAttribute("href")));
  for (const href of ids.reverse()) {
    const id = new URLSearchParams(href?.split("#")[0]).get("id") ?? "";
    await page.locator(`.rows a[href*="${id}"]`).click();
    await detail(page).locator(`code:text-is("${id}")`).waitFor();
    await doing(id);
  }
}

describe.skipIf(!hasBrowser)("a person who opened a request", () => {
  test("copies it as curl and as fetch, which send it again, and as an assertion, which passes", async () => {
    const sandbox = await newTraffic();
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    // Paused, so that the list stays as it is.
    await page.getByRole("button", { name: "Pause" }).click();
    await forEachRequest(page, 8, async (id) => {
      const [entry] = (await sandbox.requests.list({ requestId: id })).requests;
      const { method, url, body, operation } = entry ?? {};
      const copy = (name: string) => copied(page, detail(page).getByRole("button", { name }));
      const assertion = await copy("Copy as verify in a test");
      await new AsyncFunction("sandbox", assertion)(sandbox);

      const command = await copy("Copy as curl");
      const unsigned = url?.split("?")[0];
      await run("bash", ["-c", `${command} --silent --show-error`]);
      const { status, ...again } = await latest(sandbox);
      expect(again, command).toMatchObject({ method, body, operation });
      expect(again.url?.startsWith(unsigned ?? "")).toBe(true);
      await new AsyncFunction(await copy("Copy as fetch"))();
      expect(await latest(sandbox)).toEqual({ ...again, status });
      // The deletion of what is gone, and nothing else, is answered otherwise.
      expect([entry?.status, method === "DELETE" ? 404 : entry?.status]).toContain(status);
    });
  });

  test("sends it again, in a sandbox that wants signed requests, too", async () => {
    const sandbox = await newTraffic();
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    await rows(page)
      .getByRole("link", { name: /shop \/ report : prod/ })
      .click();
    const open = page.getByRole("article", { name: "PUT shop / report : prod" });
    await open.locator(".facts").getByText("@alicloud/fc2").waitFor();
    await open.getByRole("button", { name: "Replay" }).click();
    await open.getByText("Sent again: it was answered 200").waitFor();
    expect(await sandbox.requests.count({ operation: "put", function: "report" })).toBe(2);
    await sandbox.settings({ signatures: "required" });
    await expect.poll(async () => (await sandbox.summary()).settings.signatures).toBe("required");
    await goTo(page, "Control");
    await expect.poll(() => page.getByLabel("Signatures").inputValue()).toBe("required");
    await page.goBack();
    await open.getByRole("button", { name: "Replay" }).click();
    await open.getByText("Sent again: it was answered 200").waitFor();
    expect(await sandbox.requests.count({ operation: "put", function: "report", status: "200" })).toBe(3);
  });

  test("makes a fault of it, and then reads by which fault a request failed, or broke off", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "order");
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    await rows(page).getByRole("link").click();
    await detail(page).getByRole("button", { name: "Make a fault of it" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a fault" });
    expect(await dialog.getByLabel("Function").inputValue()).toBe("order");
    expect(await dialog.getByLabel("Operation").inputValue()).toBe("put");
    await dialog.getByLabel("At most").fill("1");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await put(sandbox, "other")).status).toBe(200);
    expect((await put(sandbox, "order")).status).toBe(429);
    const line = rows(page).filter({ hasText: "429" });
    await line.getByText("Throttling", { exact: true }).waitFor();
    await line.getByText("fault: Throttling", { exact: true }).waitFor();

    await sandbox.faults.add({ effect: { type: "broken" }, times: 1 });
    await expect(put(sandbox, "broken").then((response) => response.text())).rejects.toThrow();
    const broken = rows(page).filter({ hasText: "broken : LATEST" });
    await expect.poll(() => broken.locator(".status").textContent()).toBe("broken");
    await broken.getByRole("link").click();
    await detail(page).getByText("The connection broke off in the middle of the response.").waitFor();
    expect(await detail(page).locator("h2 .status").textContent()).toBe("broken");
    await detail(page).getByRole("term").getByText("Faults").waitFor();
  });
});
