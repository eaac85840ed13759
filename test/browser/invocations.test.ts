import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";
import { hasBrowser } from "./browser.ts";
import { click, fill } from "./functions.ts";
import { card, isLive, newSandbox, visit } from "./pages.ts";

const QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/failed/messages";
const NOW = "2030-01-31T12:00:00Z";
const PHONE = { viewport: { width: 360, height: 740 } };

/** A sandbox with a config that retries once, and its clock stopped. */
function newShop(config: object = {}) {
  return newSandbox({
    snapshot: {
      configs: [
        {
          service: "shop",
          function: "order",
          qualifier: "prod",
          maxAsyncRetryAttempts: 1,
          destinationConfig: { onFailure: { destination: QUEUE } },
          ...config,
        },
      ],
      clock: { mode: "frozen", time: NOW },
    },
  });
}

async function invoke(
  sandbox: SandboxClient,
  outcomes: string,
  path = "/2016-08-15/services/shop.prod/functions/order",
): Promise<void> {
  const response = await fetch(`${sandbox.endpoint}${path}/invocations`, {
    method: "POST",
    headers: { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": outcomes },
    body: "{}",
  });
  expect(response.status, await response.text()).toBe(202);
}

/** The rows of the list of invocations, newest first. */
function rows(page: Page) {
  return page.locator(".panel.invocations > ol > li");
}

/** The texts in a row: the time, the status, the name, the attempts, and then what is next. */
function textsOf(page: Page, index = 0): Promise<string[]> {
  return rows(page)
    .nth(index)
    .locator("summary > *, summary .then > *")
    .evaluateAll((elements) =>
      elements.flatMap((one) => (one.children.length > 0 ? [] : [one.textContent ?? ""])).filter(Boolean),
    );
}

function width(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth");
}

describe.skipIf(!hasBrowser)("a person", () => {
  test("sees an invocation fail, be retried and end in a queue, as the clock advances", async () => {
    const sandbox = await newShop();
    const page = await visit(sandbox.controlled);
    await page.getByText("None yet.").waitFor();
    await isLive(page);
    await invoke(sandbox, "error=2000, error");
    const name = "shop / order : prod";
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Enqueued", name, "starts when the clock advances"]);

    const clock = page.locator(".panel.clock");
    await click(page, "Next event");
    await clock
      .getByText(`1 step was made: ${name} is Running. The next step is due at 2030-01-31T12:00:02Z.`)
      .waitFor();
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Running", name, "attempt 1 of 2", "ends within 2 s"]);
    await click(page, "Next event");
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Retrying", name, "attempt 1 of 2", "attempt 2 in 1 s"]);
    await click(page, "Until idle");
    await clock.getByText(`${name} is Failed. Nothing is due now.`).waitFor();
    await clock.getByText("2030-01-31T12:00:03Z", { exact: true }).waitFor();
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Failed", name, "attempt 2 of 2", "queue failed: delivered"]);
    // A screen reader says it.
    expect(await page.locator(".announcement").textContent()).toContain("Nothing is due now.");
    await click(page, "Next event");
    await clock.getByText("No step was due. Nothing is due now.").waitFor();

    await rows(page).first().locator("summary").click();
    const events = rows(page).first().locator(".events .text");
    await expect
      .poll(() => events.allTextContents())
      .toEqual([
        "the event was put in the queue",
        "attempt 1 began",
        "attempt 1 failed: UnhandledInvocationError: the function failed",
        "attempt 2 began",
        "attempt 2 failed: UnhandledInvocationError: the function failed",
      ]);
    const facts = rows(page).first().locator(".facts");
    await facts.getByText(`${QUEUE}, delivered`).waitFor();
    await facts.getByText("UnhandledInvocationError: the function failed (status 200)").waitFor();
  });

  test("sees in real time what a client invokes, what fails to be delivered, and what the delivery invokes", async () => {
    const sandbox = await newSandbox({
      snapshot: {
        functions: { functions: [{ name: "order" }, { name: "bill" }] },
        configs: [
          {
            function: "order",
            destinationConfig: {
              onSuccess: { destination: "acs:fc:cn-hangzhou:1234567890123456:functions/bill" },
            },
          },
          { function: "bill", destinationConfig: { onSuccess: { destination: QUEUE } } },
        ],
      },
    });
    await sandbox.faults.add({
      match: { destination: "*/queues/failed/*" },
      effect: { type: "error", code: "InternalServerError" },
    });
    for (const page of [await visit(sandbox.controlled), await visit(sandbox.watched, PHONE)]) {
      await isLive(page);
      await sandbox.invocations.clear();
      await page.getByText("None yet.").waitFor();
      await invoke(sandbox, "success", "/2023-03-30/functions/order");
      const ends = () => page.locator(".invocations .then").allTextContents();
      await expect.poll(ends).toEqual(["queue failed: delivery failed", "bill : LATEST: delivered"]);
      await rows(page).first().locator("summary").click();
      await rows(page).first().getByText("order, invocation ").waitFor();
    }
  });

  test("stops an invocation that waits, with the keyboard alone", async () => {
    const sandbox = await newShop();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await invoke(sandbox, "success");
    await invoke(sandbox, "error");
    await sandbox.clock.toNext();
    await expect
      .poll(() => rows(page).locator(".status").allTextContents())
      .toEqual(["Retrying", "Succeeded"]);
    const stop = rows(page).getByRole("button", { name: `Stop shop / order : prod, enqueued ${NOW}` });
    expect(await page.getByRole("button", { name: /^Stop/ }).count()).toBe(1);
    await page.getByRole("button", { name: /^Stop/ }).focus();
    await page.keyboard.press("Enter");
    await rows(page).first().getByText("Stopping").waitFor();
    await stop.waitFor({ state: "detached" });
    // The focus is where the button was.
    const summary = rows(page).first().locator("summary");
    expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
    await click(page, "Until idle");
    await rows(page).first().getByText("Stopped").waitFor();
    await page.keyboard.press("Escape");
    await summary.focus();
    await page.keyboard.press("Enter");
    await rows(page).first().getByText("a stop was requested").waitFor();
  });

  test.each([
    { service: "shop", title: "shop / order : prod", prefix: "/2021-04-06/services/shop/functions/order" },
    { service: undefined, title: "order : prod", prefix: "/2023-03-30/functions/order" },
  ])("invokes beside a config: $title", async ({ service, title, prefix }) => {
    const sandbox = await newShop({ service });
    const page = await visit(sandbox.controlled);
    await card(page, title).getByRole("button", { name: "Invoke" }).click();
    await page.getByRole("dialog").getByText(`POST ${prefix}/invocations?qualifier=prod`).waitFor();
    await fill(page, { Event: '{"order": 7}', Outcome: "other" }, "Close");
    await card(page, title).getByRole("button", { name: "Invoke" }).click();
    await fill(page, { Event: '{"order": 7}', Outcome: "other", Outcomes: "never" }, "Invoke");
    await page.getByText("X-Sandbox-Outcome must be a list of").first().waitFor();
    expect(await page.getByLabel("Outcomes").getAttribute("aria-invalid")).toBe("true");
    await fill(page, { Outcome: "error, error, success" }, "Invoke");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await rows(page).first().getByText(title).waitFor();
    await click(page, "Until idle");
    await rows(page).first().getByText("attempt 2 of 2").waitFor();
    await rows(page).first().getByText("Failed", { exact: true }).waitFor();
    const { invocations } = await sandbox.invocations.list();
    const [made] = invocations;
    expect((await sandbox.invocations.get(made?.id ?? "")).requestPayload).toBe('{"order": 7}');
  });

  test("invokes synchronously, in a sandbox that wants signed requests, and sees an error that refuses it", async () => {
    const sandbox = await newShop();
    await sandbox.settings({ signatures: "required" });
    const page = await visit(sandbox.controlled);
    const button = card(page, "shop / order : prod").getByRole("button", { name: "Invoke" });
    await button.click();
    await fill(page, { Event: "text", Invocation: "Sync", Outcome: "success" }, "Invoke");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator(".requests summary").first().click();
    await page.getByRole("region", { name: "Response" }).getByText("text").waitFor();
    await button.click();
    await fill(page, { Event: "x".repeat(128 * 1024 + 1) }, "Invoke");
    await page.getByRole("dialog").locator("p.error").first().waitFor();
    expect(await page.getByLabel("Event").getAttribute("aria-invalid")).toBe("true");
    await page.getByText("EntityTooLarge").waitFor();
  });

  test("sees the list empty when invocations are deleted or the sandbox is reset", async () => {
    const sandbox = await newShop();
    const page = await visit(sandbox.watched);
    await isLive(page);
    for (const empty of [
      () => sandbox.invocations.clear(),
      () => sandbox.reset("invocations"),
      () => sandbox.reset(),
    ]) {
      await invoke(sandbox, "success");
      await expect.poll(() => rows(page).count()).toBe(1);
      await empty();
      await page.getByText("None yet.").waitFor();
    }
  });

  test("sees that watching gives no button to invoke, to stop or to step the clock", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "success");
    const page = await visit(sandbox.watched);
    await rows(page).first().waitFor();
    for (const name of [/^Invoke/, /^Stop/, "Next event", "Until idle"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
  });

  test("sees the newest of 500 invocations with long names on a phone, and finds one", async () => {
    const service = "s".repeat(128);
    const name = "n".repeat(64);
    const alias = "a".repeat(128);
    const path = `/2021-04-06/services/${service}/functions/${name}`;
    const sandbox = await newShop({ service, function: name, qualifier: alias });
    const page = await visit(sandbox.controlled, PHONE);
    await isLive(page);
    const call = (headers: object) =>
      fetch(`${sandbox.endpoint}${path}/invocations?qualifier=${alias}`, {
        method: "POST",
        headers: { "X-Fc-Invocation-Type": "Async", ...headers },
      });
    for (let sent = 0; sent < 500; sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => call({})));
      for (const answer of answers) expect(answer.status).toBe(202);
    }
    expect((await call({ "X-Sandbox-Outcome": "error" })).status).toBe(202);
    await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(100);
    await page.getByText("lists the older ones, too.").waitFor();
    await page.locator(".panel.clock").getByRole("button", { name: "Until idle" }).click();
    await page.getByText("steps were made. Nothing is due now.").first().waitFor();
    await page.getByLabel("Filter the invocations").fill("failed NNNN");
    await expect.poll(() => rows(page).count()).toBe(1);
    await rows(page).first().locator("summary").click();
    await rows(page).first().getByText("What happened").waitFor();
    expect(await width(page)).toBe(360);
    await page.getByLabel("Filter the invocations").fill("nothing like this");
    await page.getByText("None of these invocations matches the filter.").waitFor();
    await page.getByRole("button", { name: /^Invoke/ }).click();
    await page.getByRole("dialog").waitFor();
    expect(await width(page)).toBe(360);
  });
});
