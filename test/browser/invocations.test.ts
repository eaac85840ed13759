import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { click, fill } from "./functions.ts";
import {
  detail,
  goTo,
  hasFocus,
  isLive,
  newSandbox,
  openConfig,
  rows,
  viewOf,
  visit,
  widthOf,
} from "./pages.ts";
import { invoke, NOON, PHONE, QUEUE } from "./traffic.ts";

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
      clock: { mode: "frozen", time: NOON },
    },
  });
}

/** The texts in a row: the time, the status, the name, the attempts or what is next, and the delivery. */
function textsOf(page: Page, index = 0): Promise<string[]> {
  return rows(page)
    .nth(index)
    .locator(".row-invocation > :not(.marks, .about), .about > *")
    .allTextContents();
}

const NOTHING = "No function was invoked asynchronously yet.";
const IDLE = "Run until all have ended";
const SEARCH = "Function, status, invocation ID";

describe.skipIf(!hasBrowser)("a person", () => {
  test("sees an invocation fail, be retried and end in a queue, as the clock advances", async () => {
    const sandbox = await newShop();
    const page = await visit(viewOf(sandbox.controlled, "invocations"));
    await page.getByText(NOTHING).waitFor();
    await isLive(page);
    await invoke(sandbox, "error=2000, error");
    const name = "shop / order : prod";
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Enqueued", name, "starts when the clock advances"]);

    const clock = page.getByRole("region", { name: "Clock" });
    await click(page, `Next: ${name} starts, +0 s ▸`);
    await clock
      .getByText(`1 step was made: ${name} is Running. The next step is due at 2030-01-31 12:00:02.`)
      .waitFor();
    await expect.poll(() => textsOf(page)).toEqual(["12:00:00", "Running", name, "ends within 2 s"]);
    await click(page, `Next: the end of an attempt of ${name}, +2 s ▸`);
    await expect.poll(() => textsOf(page)).toEqual(["12:00:00", "Retrying", name, "attempt 2 in 1 s"]);
    await page.getByRole("button", { name: `Next: attempt 2 of ${name}, +1 s ▸` }).waitFor();
    await click(page, IDLE);
    await clock.getByText(`${name} is Failed. Nothing is due now.`).waitFor();
    await clock.getByText("2030-01-31 12:00:03").waitFor();
    await expect
      .poll(() => textsOf(page))
      .toEqual(["12:00:00", "Failed", name, "attempt 2 of 2", "queue failed: delivered"]);
    // A screen reader says it.
    expect(await page.locator(".announcement").textContent()).toContain("Nothing is due now.");
    await click(page, "Next event");
    await clock.getByText("No step was due. Nothing is due now.").waitFor();

    await rows(page).first().getByRole("link").click();
    const open = page.getByRole("article", { name });
    await expect
      .poll(() => open.locator(".events .status, .events .text").allTextContents())
      .toEqual(
        [
          ["Enqueued", "the event was put in the queue"],
          ["Attempt 1", "UnhandledInvocationError: the function failed"],
          ["Attempt 2", "UnhandledInvocationError: the function failed"],
        ].flat(),
      );
    await open.getByRole("region", { name: "Delivery" }).getByText(`${QUEUE} delivered`).waitFor();
    const facts = open.locator(".facts");
    await facts.getByText("UnhandledInvocationError: the function failed (200)").waitFor();
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
    for (const page of [
      await visit(viewOf(sandbox.controlled, "invocations")),
      await visit(viewOf(sandbox.watched, "invocations"), PHONE),
    ]) {
      await isLive(page);
      await sandbox.invocations.clear();
      await page.getByText(NOTHING).waitFor();
      await invoke(sandbox, "success", "/2023-03-30/functions/order");
      const ends = () => rows(page).locator(".about > :last-child").allTextContents();
      await expect.poll(ends).toEqual(["queue failed: delivery failed", "bill : LATEST: delivered"]);
      await rows(page).first().getByRole("link").click();
      // The invocation that a delivery made leads to the one that was delivered.
      await detail(page).getByText("Delivered by").waitFor();
      await detail(page).locator(".facts").getByRole("link", { name: "order" }).click();
      await page.getByRole("article", { name: "order : LATEST" }).waitFor();
    }
  });

  test("stops an invocation that waits, with the keyboard alone", async () => {
    const sandbox = await newShop();
    const page = await visit(viewOf(sandbox.controlled, "invocations"));
    await isLive(page);
    await invoke(sandbox, "success");
    await invoke(sandbox, "error");
    await sandbox.clock.toNext();
    await expect
      .poll(() => rows(page).locator(".status").allTextContents())
      .toEqual(["Retrying", "Succeeded"]);
    await rows(page).first().getByRole("link").focus();
    await page.keyboard.press("Enter");
    const stop = page.getByRole("button", { name: "Stop shop / order : prod, enqueued 2030-01-31 12:00:00" });
    await stop.focus();
    await page.keyboard.press("Enter");
    await rows(page).first().getByText("Stopping").waitFor();
    await stop.waitFor({ state: "detached" });
    // The focus is at the head of what is open.
    await expect.poll(() => hasFocus(detail(page).locator("h2"))).toBe(true);
    await click(page, IDLE);
    await rows(page).first().getByText("Stopped").waitFor();
    await detail(page).getByText("a stop was requested").waitFor();
    await detail(page).getByText("It was stopped.").waitFor();
    // What has ended can't be stopped.
    await rows(page).nth(1).getByRole("link").click();
    await detail(page).getByText("It succeeded at attempt 1.").waitFor();
    expect(await page.getByRole("button", { name: /^Stop/ }).count()).toBe(0);
  });

  test.each([
    { service: "shop", title: "shop / order : prod", prefix: "/2021-04-06/services/shop/functions/order" },
    { service: undefined, title: "order : prod", prefix: "/2023-03-30/functions/order" },
  ])("invokes beside a config: $title", async ({ service, title, prefix }) => {
    const sandbox = await newShop({ service });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const button = (await openConfig(page, title)).getByRole("button", { name: "Invoke" });
    await button.click();
    await page.getByRole("dialog").getByText(`POST ${prefix}/invocations?qualifier=prod`).waitFor();
    await fill(page, { Event: '{"order": 7}', Outcome: "other" }, "Close");
    await button.click();
    await fill(page, { Event: '{"order": 7}', Outcome: "other", Outcomes: "never" }, "Invoke");
    await page.getByText("X-Sandbox-Outcome must be a list of").first().waitFor();
    expect(await page.getByLabel("Outcomes", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await fill(page, { Outcome: "error, error, success" }, "Invoke");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await goTo(page, "Invocations");
    await rows(page).first().getByText(title).waitFor();
    await click(page, IDLE);
    await rows(page).first().getByText("attempt 2 of 2").waitFor();
    await rows(page).first().getByText("Failed", { exact: true }).waitFor();
    const { invocations } = await sandbox.invocations.list();
    const [made] = invocations;
    expect((await sandbox.invocations.get(made?.id ?? "")).requestPayload).toBe('{"order": 7}');
  });

  test("invokes synchronously, in a sandbox that wants signed requests, and sees an error that refuses it", async () => {
    const sandbox = await newShop();
    await sandbox.settings({ signatures: "required" });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    const open = () => openConfig(page, "shop / order : prod");
    await (await open()).getByRole("button", { name: "Invoke" }).click();
    await fill(page, { Event: "text", Invocation: "Sync", Outcome: "success" }, "Invoke");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await goTo(page, "Requests");
    await rows(page).first().getByRole("link").click();
    await page.getByRole("region", { name: "Response" }).getByText("text").waitFor();
    await goTo(page, "Configs");
    await (await open()).getByRole("button", { name: "Invoke" }).click();
    await fill(page, { Event: "x".repeat(128 * 1024 + 1) }, "Invoke");
    await page.getByRole("dialog").locator("p.error").first().waitFor();
    expect(await page.getByLabel("Event").getAttribute("aria-invalid")).toBe("true");
    await page.getByText("EntityTooLarge").waitFor();
  });

  test("sees the list empty when invocations are deleted or the sandbox is reset", async () => {
    const sandbox = await newShop();
    const page = await visit(viewOf(sandbox.watched, "invocations"));
    await isLive(page);
    for (const empty of [
      () => sandbox.invocations.clear(),
      () => sandbox.reset("invocations"),
      () => sandbox.reset(),
    ]) {
      await invoke(sandbox, "success");
      await expect.poll(() => rows(page).count()).toBe(1);
      await empty();
      await page.getByText(NOTHING).waitFor();
    }
  });

  test("sees that watching gives no button to invoke, to stop or to step the clock", async () => {
    const sandbox = await newShop();
    await invoke(sandbox, "success");
    const page = await visit(viewOf(sandbox.watched, "invocations"));
    await rows(page).first().getByRole("link").click();
    await page.getByRole("article", { name: "shop / order : prod" }).waitFor();
    for (const name of [/^Invoke/, /^Stop/, /^Next/, IDLE, "Real time", "Clear"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
  });

  test("sees the newest of 500 invocations with long names on a phone, and finds one", async () => {
    const service = "s".repeat(128);
    const name = "n".repeat(64);
    const alias = "a".repeat(128);
    const path = `/2021-04-06/services/${service}/functions/${name}`;
    const sandbox = await newShop({ service, function: name, qualifier: alias });
    const page = await visit(viewOf(sandbox.controlled, "invocations"), PHONE);
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
    await expect
      .poll(() => rows(page).first().getAttribute("aria-setsize").then(Number))
      .toBeGreaterThanOrEqual(100);
    expect(await rows(page).count()).toBeLessThan(60);
    await page.getByRole("heading", { name: "Invocations 501" }).waitFor();
    await click(page, IDLE);
    await page.getByText("steps were made. Nothing is due now.").first().waitFor();
    await page.getByLabel(SEARCH).fill("failed NNNN");
    await expect.poll(() => rows(page).count()).toBe(1);
    await rows(page).first().getByRole("link").click();
    await detail(page).getByText("What happened").waitFor();
    expect(await widthOf(page)).toBe(360);
    await click(page, "← Back");
    await page.getByLabel(SEARCH).fill("nothing like this");
    await page.getByText("None of these invocations matches.").waitFor();
    await click(page, "Invoke a function");
    await page.getByRole("dialog").waitFor();
    expect(await widthOf(page)).toBe(360);
  });
});
