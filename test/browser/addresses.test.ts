import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { copied, detail, goTo, isLive, newSandbox, openConfig, rows, viewOf, visit } from "./pages.ts";
import { invoke, NOON, put, QUEUE } from "./traffic.ts";

/** A sandbox with a config, an invocation that failed and was delivered, and the ids of all. */
async function newShop() {
  const destinationConfig = { onFailure: { destination: QUEUE } };
  const sandbox = await newSandbox({ snapshot: { clock: { mode: "frozen", time: NOON } } });
  await put(sandbox, "order", { maxAsyncRetryAttempts: 0, destinationConfig });
  await invoke(sandbox, "error", "/2023-03-30/functions/order");
  await sandbox.clock.toIdle();
  await invoke(sandbox, "success", "/2023-03-30/functions/order");
  await sandbox.clock.toIdle();
  const [, failed] = (await sandbox.invocations.list()).invocations;
  const [delivery] = (await sandbox.deliveries.list()).deliveries;
  const [request] = (await sandbox.requests.list({ operation: "put" })).requests;
  const ids = {
    configs: "/order/LATEST",
    requests: request?.requestId ?? "",
    invocations: `/order/${failed?.id}`,
    inbox: delivery?.id ?? "",
  };
  return { sandbox, ids, id: new URL(sandbox.endpoint).pathname.split("/").at(-1) };
}

/** The names of what the rows of a list are, without what they say besides. */
function positions(page: Page): Promise<number> {
  return rows(page).count();
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("opens a config, a request, an invocation and a delivery by address, and reads so in the tab", async () => {
    const { sandbox, ids, id } = await newShop();
    const titles = {
      configs: "order : LATEST · Configs",
      requests: "PUT order : LATEST · Requests",
      invocations: "order · Invocations",
      inbox: `${ids.inbox} · Inbox`,
    };
    const shown = {
      configs: "Retry attempts",
      requests: "Created the config",
      invocations: "It failed: none of 1 attempt succeeded.",
      inbox: '"condition": "UnhandledInvocationError"',
    };
    const page = await visit(sandbox.watched);
    for (const view of ["configs", "requests", "invocations", "inbox"] as const) {
      await page.goto(viewOf(sandbox.watched, view, { id: ids[view] }));
      await detail(page).getByText(shown[view]).first().waitFor();
      await expect.poll(() => page.title()).toBe(`${titles[view]} · ${id} · fc-sandbox`);
      await expect.poll(() => page.locator('.rows [aria-current="true"]').count()).toBe(1);
      // What is not there is said.
      await page.goto(
        viewOf(sandbox.watched, view, { id: view === "requests" ? "no-id" : "/nothing/no-id" }),
      );
      await detail(page)
        .getByText(/no longer/)
        .waitFor();
    }
  });

  test("goes back and forward between views and what was open in them", async () => {
    const { sandbox } = await newShop();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await goTo(page, "Configs");
    const config = await openConfig(page, "order : LATEST");
    await config.getByRole("link", { name: /^PUT/ }).first().click();
    await detail(page).getByText("Created the config").waitFor();
    await detail(page).getByRole("link", { name: "Open the config" }).click();
    await config.waitFor();
    await page.goBack();
    await detail(page).getByText("Created the config").waitFor();
    await page.goBack();
    await config.waitFor();
    await page.goBack();
    await detail(page).getByText("Choose a service, a function or a config").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Point your client here" }).waitFor();
    await page.goForward();
    await page.goForward();
    await config.waitFor();
    // The token is still there.
    await config.getByRole("button", { name: "Edit order : LATEST" }).waitFor();
    expect(page.url()).toMatch(/#[\w-]{43}$/);
  });

  test("finds the filters again after a reload, and in the address", async () => {
    const { sandbox } = await newShop();
    const page = await visit(viewOf(sandbox.controlled, "requests"));
    await page.getByRole("searchbox").fill("invocations");
    await page.getByLabel("Status", { exact: true }).selectOption("successes");
    await expect.poll(() => positions(page)).toBe(2);
    await page.waitForURL(/search=invocations/);
    await page.reload();
    await expect.poll(() => positions(page)).toBe(2);
    expect(await page.getByRole("searchbox").inputValue()).toBe("invocations");
    expect(await page.getByLabel("Status", { exact: true }).inputValue()).toBe("successes");

    await goTo(page, "Invocations");
    await expect.poll(() => positions(page)).toBe(2);
    await page.getByLabel("Failed only").check();
    await expect.poll(() => positions(page)).toBe(1);
    await page.getByRole("searchbox").fill("order failed");
    await page.waitForURL(/search=order/);
    await page.reload();
    await expect.poll(() => positions(page)).toBe(1);
    expect(await page.getByLabel("Failed only").isChecked()).toBe(true);
    // What is opened keeps them, and a filter is no step back.
    await rows(page).getByRole("link").click();
    await page.waitForURL(/search=order.*|only=failed.*/);
    expect(await page.getByRole("searchbox").inputValue()).toBe("order failed");
    await page.goBack();
    await detail(page).getByText("Choose an invocation").waitFor();
    expect(await positions(page)).toBe(1);

    await page.goto(viewOf(sandbox.controlled, "inbox", { condition: "onSuccess" }));
    await page.getByText("No delivery matches.").waitFor();
    await page.getByLabel("Condition").selectOption("on failure");
    await expect.poll(() => positions(page)).toBe(1);
    await page.goto(viewOf(sandbox.controlled, "configs", { search: "nothing" }));
    await page.getByText("None matches the search.").waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("nothing");
  });

  test("copies links that give nobody control, unless that is what the link is for", async () => {
    const { sandbox, ids } = await newShop();
    const token = sandbox.access.controlToken ?? "";
    const page = await visit(sandbox.controlled);
    const other = await visit(sandbox.watched);
    for (const view of ["configs", "requests", "invocations", "inbox"] as const) {
      await page.goto(viewOf(sandbox.controlled, view, { id: ids[view] }));
      const link = await copied(page, detail(page).getByRole("button", { name: "Copy link" }));
      expect(link).not.toContain(token);
      expect(link).not.toContain("#");
      await other.goto(link);
      await detail(other).getByRole("article").waitFor();
      await other.getByText("Watching", { exact: true }).waitFor();
    }
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share this sandbox" });
    const link = (name: string) => copied(page, dialog.getByRole("button", { name: `Copy link: ${name}` }));
    expect(await link("To watch")).toBe(sandbox.shown);
    expect(await link("This view, to watch")).toBe(viewOf(sandbox.shown, "inbox", { id: ids.inbox }));
    expect(await link("To control")).toBe(sandbox.controlled);
    // An audience does not see the tokens.
    for (const secret of [token, sandbox.access.watchToken]) {
      expect(await dialog.textContent()).not.toContain(secret);
    }
    // Watching keeps nobody from calling the API, until signatures are required.
    const warning = dialog.getByText("may still write by the API until signatures are required");
    await warning.waitFor();
    await dialog.getByRole("button", { name: "Require signatures" }).click();
    await warning.waitFor({ state: "detached" });
    expect((await put(sandbox, "order")).ok).toBe(false);
    await page.keyboard.press("Escape");
    await other.reload();
    await other.getByRole("heading", { name: "This sandbox can't be watched without its token" }).waitFor();
  });
});
