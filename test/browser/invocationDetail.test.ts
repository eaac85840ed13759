import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { click } from "./functions.ts";
import { copied, detail, goTo, hasFocus, newSandbox, rows, viewOf, visit } from "./pages.ts";
import { invoke, NOON, put, QUEUE, TOPIC } from "./traffic.ts";

const ORDER = "/2023-03-30/functions/order";
const IDLE = "Run until all have ended";
/** Makes a function of the text of one. */
const AsyncFunction = (async () => {}).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** A sandbox whose clock is stopped, with a config of `order` that retries twice within a minute. */
async function newShop() {
  const sandbox = await newSandbox({ snapshot: { clock: { mode: "frozen", time: NOON } } });
  await put(sandbox, "order", {
    maxAsyncRetryAttempts: 2,
    maxAsyncEventAgeInSeconds: 60,
    destinationConfig: { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } },
  });
  return sandbox;
}

/** The marks of the newest invocation, as a screen reader reads them. */
function marks(page: Page): Promise<string | null> {
  return rows(page).first().getByRole("img").getAttribute("aria-label");
}

/** The timeline: what stands at each stop. */
function timeline(page: Page): Promise<string[]> {
  return detail(page).locator(".timeline .name").allTextContents();
}

/** The code in a named part of what is open, parsed. */
async function json(page: Page, name: string): Promise<Record<string, unknown>> {
  const text = await detail(page).getByRole("region", { name, exact: true }).textContent();
  return JSON.parse(text ?? "");
}

describe.skipIf(!hasBrowser)("a person who opened an invocation", () => {
  test("sees what is planned, and what a PUT does to the plan, and it comes as it was planned", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "error", ORDER);
    const page = await visit(viewOf(sandbox.controlled, "invocations"));
    await rows(page).first().getByRole("link").click();
    const consequence = () => detail(page).locator(".consequence").textContent();
    await expect.poll(() => marks(page)).toBe("3 planned");
    await expect
      .poll(() => timeline(page))
      .toEqual(["Enqueued", "planned", "planned", "planned, last", "On failure"]);
    expect(await consequence()).toBe(
      "Expires 2030-01-31 12:01:00 (event age 1 min): all 3 attempts fit. Lower it to 2 s and attempt 3 would never run.",
    );
    // What comes next is on the button.
    await click(page, "Next: order : LATEST starts, +0 s ▸");
    await expect.poll(() => marks(page)).toBe("1 failed, 2 planned");
    await expect
      .poll(() => timeline(page))
      .toEqual(["Enqueued", "failed", "planned", "planned, last", "On failure"]);
    const planned = detail(page).locator(".events .planned .text");
    await expect.poll(() => planned.allTextContents()).toEqual(["Attempt 2, in 1 s", "Attempt 3, in 3 s"]);

    await put(sandbox, "order", { maxAsyncRetryAttempts: 4 });
    await expect.poll(() => marks(page)).toBe("1 failed, 4 planned");
    await expect.poll(() => planned.count()).toBe(4);
    const rules = detail(page).locator(".rules > div");
    await expect.poll(() => rules.nth(1).locator("dd").textContent()).toMatch(/^4set by PUT /);
    await put(sandbox, "order", { maxAsyncEventAgeInSeconds: 2 });
    const delays = (await sandbox.summary()).settings.retryDelaysSeconds;
    const needed = [0, 1, 2, 3].reduce((sum, i) => sum + (delays[Math.min(i, delays.length - 1)] ?? 0), 0);
    await expect
      .poll(consequence)
      .toBe(
        `Expires 2030-01-31 12:00:02 (event age 2 s): only 2 of 5 attempts fit. From ${needed} s on, all would fit.`,
      );
    await expect.poll(() => planned.allTextContents()).toEqual(["Attempt 2, in 1 s"]);
    // The link leads to the request that set the value.
    await rules.nth(1).getByRole("link").click();
    await detail(page).getByText("Retry attempts: 2 4").waitFor();
    await page.goBack();

    await detail(page).getByRole("button", { name: "Advance to it: Attempt 2" }).click();
    await page.locator(".clockbar .now").getByText("2030-01-31 12:00:01").waitFor();
    await expect.poll(() => marks(page)).toMatch(/^2 failed/);
    await click(page, IDLE);
    await expect.poll(consequence).toBe("It expired: the event was older than 2 s.");
    const [ended] = (await sandbox.invocations.list()).invocations;
    expect(ended).toMatchObject({ status: "Expired", attempts: 2 });
    await expect.poll(() => marks(page)).toBe("2 failed");
  });

  test("reads the record before it is sent, and finds the same in the inbox, with assertions that pass", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "error, error, error", ORDER);
    const page = await visit(viewOf(sandbox.controlled, "invocations"));
    await rows(page).first().getByRole("link").click();
    await detail(page).getByText(`${TOPIC} gets the record when an attempt succeeds.`).waitFor();
    await sandbox.clock.toNext();
    await sandbox.clock.toNext();
    await detail(page).getByText("Preview the record on failure").click();
    await detail(page).getByText("The record as it would be sent now").waitFor();
    const record = () => json(page, "The record");
    await expect
      .poll(async () => (await record())["requestContext"])
      .toMatchObject({
        condition: "UnhandledInvocationError",
        approximateInvokeCount: 2,
      });
    // The last attempt fails as those before it did.
    const { timestamp: _, requestContext, ...preview } = await record();
    await click(page, IDLE);
    await detail(page).getByRole("link", { name: "Open it in the inbox" }).waitFor();
    const assertion = await copied(page, detail(page).getByRole("button", { name: "Verify in a test" }));
    await new AsyncFunction("sandbox", assertion)(sandbox);
    await detail(page).getByRole("link", { name: "Open it in the inbox" }).click();
    await detail(page).getByRole("heading", { name: "Message" }).waitFor();
    const { timestamp, ...delivered } = await json(page, "Message");
    expect(delivered).toEqual({
      ...preview,
      requestContext: { ...(requestContext as object), approximateInvokeCount: 3 },
    });
    expect(timestamp).toBe(Date.parse("2030-01-31T12:00:03Z"));
    await detail(page).locator(".facts").getByText(QUEUE).waitFor();
    await new AsyncFunction(
      "sandbox",
      await copied(page, detail(page).getByRole("button", { name: "Verify in a test" })),
    )(sandbox);
    await detail(page).getByRole("link", { name: "Open the invocation" }).click();
    await detail(page).getByText("The record", { exact: true }).click();
    await expect.poll(record).toEqual({ timestamp, ...delivered });

    await goTo(page, "Inbox");
    await click(page, "Clear");
    await page.getByRole("dialog").getByRole("button", { name: "Empty the inbox" }).click();
    await page.getByText("Nothing was delivered yet.").waitFor();
    expect((await sandbox.deliveries.list()).deliveries).toEqual([]);
  });

  test("says of a message that was too large for the inbox that it is cut", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "error", ORDER);
    await sandbox.clock.toIdle();
    const { invocations = [], deliveries = [] } = await sandbox.snapshot.export({ invocations: true });
    const [delivery] = deliveries;
    if (!delivery) throw new Error("nothing was delivered");
    const cut = { ...delivery, message: delivery.message.slice(0, 20), messageCut: true } as const;
    await sandbox.snapshot.import({ invocations, deliveries: [cut] });
    const page = await visit(viewOf(sandbox.controlled, "inbox", { id: cut.id }));
    await detail(page).getByText("The inbox kept only the beginning of the message.").waitFor();
    await detail(page).getByText(cut.message, { exact: true }).waitFor();
  });

  test("chooses what the function does from now on, and invokes again with the same event", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "success", ORDER);
    await sandbox.clock.toIdle();
    const page = await visit(viewOf(sandbox.controlled, "configs", { id: "/order" }));
    const choice = page.getByLabel("What it does when it is invoked");
    await choice.selectOption("fails once, then succeeds");
    await expect.poll(async () => (await sandbox.outcomes.list()).length).toBe(1);
    await goTo(page, "Invocations");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByText("It succeeded at attempt 1.").waitFor();
    await detail(page).getByRole("button", { name: "Invoke again" }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
    await rows(page).first().getByRole("link").click();
    await expect.poll(() => hasFocus(rows(page).first().getByRole("link"))).toBe(true);
    expect(await choice.inputValue()).toBe("error, success");
    await click(page, IDLE);
    await detail(page).getByText("It succeeded at attempt 2.").waitFor();
    await expect.poll(() => marks(page)).toBe("1 failed, 1 succeeded");
    await detail(page).getByText("Payloads").click();
    expect(await json(page, "Event")).toEqual({});

    // The outcomes are among all of the sandbox, and can be removed, and that undone.
    await goTo(page, "Control");
    const outcomes = page.getByRole("region", { name: /^Outcomes/ });
    await outcomes.getByText("order fails once, then succeeds").waitFor();
    await outcomes.getByRole("button", { name: /^Remove/ }).click();
    await outcomes.getByText("None: every attempt succeeds at once.").waitFor();
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await outcomes.getByText("order fails once, then succeeds").waitFor();
    await page.goto(viewOf(sandbox.controlled, "configs", { id: "/order" }));
    await choice.selectOption("succeeds at once");
    await expect.poll(async () => (await sandbox.outcomes.list()).length).toBe(0);
  });
});
