import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { detail, isLive, newSandbox, openConfig, rows, viewOf, visit } from "./pages.ts";
import { invoke, NOON, put, TOPIC } from "./traffic.ts";

const SEARCH = "Search names, status, error code, headers and bodies";
const FUNCTION = "/2023-03-30/functions/order";

/** Scrolls a view's list to the end of what it has, until something holds. */
async function scrolled(page: Page, until: () => Promise<unknown>, expected: unknown): Promise<void> {
  await page.locator(".scroller").hover();
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 20_000);
      return until();
    })
    .toEqual(expected);
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("opens what a search found, and the search stays as it is, until the journal is cleared", async () => {
    const sandbox = await newSandbox();
    await Promise.all(Array.from({ length: 130 }, (_, i) => put(sandbox, `found${i}`)));
    const page = await visit(viewOf(sandbox.controlled, "requests", { search: "found" }));
    const total = () => rows(page).first().getAttribute("aria-setsize");
    await expect.poll(total).toBe("100");
    await scrolled(page, total, "130");
    await rows(page).last().getByRole("link").click();
    await detail(page).getByText("Created the config").waitFor();
    expect(await total()).toBe("130");
    expect(await page.locator('.rows [aria-current="true"]').count()).toBe(1);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByRole("button", { name: "Clear the journal" }).click();
    await page.getByText("No request that the journal keeps matches.").waitFor();
    await page.getByLabel(SEARCH).fill("");
    await page.getByText("No request has come yet.").waitFor();
  });

  test("finds an old failure among many invocations, opens one by its address, and sees what becomes of it", async () => {
    const clock = { mode: "frozen", time: NOON } as const;
    const sandbox = await newSandbox({ snapshot: { clock } });
    await invoke(sandbox, "error", FUNCTION);
    await put(sandbox, "order", { maxAsyncRetryAttempts: 0 });
    await sandbox.clock.toIdle();
    await invoke(sandbox, "error, error", FUNCTION);
    const [waiting] = (await sandbox.invocations.list({}, { limit: 1 })).invocations;
    await sandbox.clock.advance(60);
    await sandbox.clock.set({ mode: "frozen", time: "2030-01-31T13:00:00Z" });
    for (let i = 0; i < 6; i++) {
      await Promise.all(Array.from({ length: 20 }, () => invoke(sandbox, "success", FUNCTION)));
    }
    const page = await visit(viewOf(sandbox.controlled, "invocations", { only: "failed" }));
    await isLive(page);
    // Both failed ones are older than the first page.
    await expect.poll(() => rows(page).count()).toBe(2);
    // One that the list does not have is shown all the same, as it is now.
    await page.goto(viewOf(sandbox.controlled, "invocations", { id: `/order/${waiting?.id}` }));
    await detail(page).getByText("It failed: none of 1 attempt succeeded.").waitFor();
  });

  test("reads that a value came by an import, and not by the request that set another", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "order", { maxAsyncRetryAttempts: 1 });
    await sandbox.snapshot.import({ configs: [{ function: "order", maxAsyncRetryAttempts: 5 }] });
    const page = await visit(viewOf(sandbox.watched, "configs"));
    const config = await openConfig(page, "order : LATEST");
    const retries = config.locator(".items > div").filter({ hasText: "Retry attempts" });
    await retries.getByText("or by an import").waitFor();
    await put(sandbox, "order", { maxAsyncRetryAttempts: 6 });
    await put(sandbox, "another", {});
    await retries.getByRole("link", { name: /^set by PUT/ }).waitFor();
  });

  test("undoes the removal of outcomes, which come back in their place", async () => {
    const sandbox = await newSandbox();
    const { id } = await sandbox.outcomes.add({
      match: { function: "order" },
      outcomes: [{ type: "error" }],
    });
    await sandbox.outcomes.add({ outcomes: [{ type: "success" }] });
    const page = await visit(viewOf(sandbox.controlled, "control"));
    await page.getByRole("button", { name: /^Remove: order/ }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await sandbox.outcomes.list()).map((one) => one.id)[0]).toBe(id);
    // What is chosen for a function comes before what is for every function.
    await sandbox.outcomes.clear();
    await sandbox.outcomes.add({ outcomes: [{ type: "success" }] });
    await put(sandbox, "order", { destinationConfig: { onSuccess: { destination: TOPIC } } });
    await page.goto(viewOf(sandbox.controlled, "configs", { id: "/order" }));
    await page.getByLabel("What it does when it is invoked").selectOption("fails at every attempt");
    await expect
      .poll(async () => (await sandbox.outcomes.list()).map(({ match }) => match?.function))
      .toEqual(["order", undefined]);
  });
});
