/**
 * Makes the pictures of README.md and docs/dashboard.md anew, from the demo's story: `npm run screenshots`. Look at
 * them: nobody else does.
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { acts, opening } from "../../demo/story.ts";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { launchBrowser } from "./browser.ts";

const DIRECTORY = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const WIDE = { width: 1440, height: 900 };

const NOON = "2030-01-31T12:00:00Z";
/** The story takes less than this. */
const STORY_SECONDS = 15;

/** Invokes a function of the story asynchronously. */
async function charge(sandbox: SandboxClient, outcomes: string): Promise<void> {
  const path = "/2016-08-15/services/payments.prod/functions/charge/invocations";
  const headers = { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": outcomes };
  await fetch(sandbox.endpoint + path, { method: "POST", headers, body: '{"order": 7}' });
}

async function open(
  browser: Browser,
  url: string,
  viewport: { readonly width: number; readonly height: number },
  colorScheme: "light" | "dark" = "light",
): Promise<Page> {
  const page = await browser.newPage({
    viewport,
    colorScheme,
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
  });
  await page.goto(url);
  return page;
}

/** Plays the story with a page open, so that it shows what changed. The story ends at noon, when the clock stops. */
async function played(
  browser: Browser,
  sandbox: SandboxClient,
  viewport: { readonly width: number; readonly height: number },
  colorScheme: "light" | "dark" = "light",
): Promise<Page> {
  await sandbox.reset("invocations", "deliveries");
  await sandbox.clock.shift(Math.round((Date.parse(NOON) - Date.now()) / 1000) - STORY_SECONDS);
  await sandbox.snapshot.import(opening);
  await sandbox.requests.clear();
  const page = await open(
    browser,
    `${sandbox.endpoint}/#token=${sandbox.access.controlToken}`,
    viewport,
    colorScheme,
  );
  await page.getByText("Live", { exact: true }).waitFor();
  for (const act of acts(0)) await act.play(sandbox);
  await sandbox.clock.freeze(NOON);
  // An attempt that has failed, and one that the clock keeps waiting.
  await charge(sandbox, "error, timeout");
  await sandbox.clock.toNext();
  await page.getByText("attempt 2 in 1 s").waitFor();
  await page.getByRole("article", { name: "resize : LATEST" }).waitFor();
  await page.getByText("frozen", { exact: true }).waitFor();
  return page;
}

const server = await startSandbox();
const browser = await launchBrowser();
try {
  await mkdir(DIRECTORY, { recursive: true });
  const sandbox = await createSandbox(server.url, { label: "shop" });
  const picture = (name: string) => ({ path: `${DIRECTORY}${name}.png` });

  for (const scheme of ["light", "dark"] as const) {
    const page = await played(browser, sandbox, WIDE, scheme);
    await page.locator(".requests summary", { hasText: "PUTorders / place : prod" }).first().click();
    await page.locator(".requests .details").waitFor();
    await page.screenshot(picture(`dashboard-${scheme}`));
    if (scheme === "light") {
      // High enough for all details of an invocation.
      await page.setViewportSize({ width: WIDE.width, height: 2 * WIDE.height });
      const failed = page.locator(".invocations summary", { hasText: "Failed" }).first();
      await failed.click();
      await page.locator(".invocations .details").waitFor();
      await page.locator(".panel.invocations").screenshot(picture("invocations"));
      await failed.click();
      await page.setViewportSize(WIDE);
      for (const panel of [
        "connect",
        "functions",
        "invocations",
        "requests",
        "faults",
        "clock",
        "state",
        "traffic",
      ]) {
        await page.locator(`.panel.${panel}`).screenshot(picture(panel));
      }
      await page.getByRole("button", { name: "Create a function" }).click();
      await page.getByLabel("What").selectOption("functionInService");
      await page.getByLabel("Service", { exact: true }).fill("reports");
      await page.getByLabel("Function", { exact: true }).fill("monthly");
      await page.getByRole("dialog").screenshot(picture("create-a-function"));
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "orders", exact: true }).click();
      await page.getByRole("button", { name: "Delete service orders" }).click();
      await page.getByRole("dialog").screenshot(picture("delete-a-service"));
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "orders", exact: true }).click();
      await page.getByRole("button", { name: "Put a config" }).click();
      await page.getByLabel("Service", { exact: true }).fill("orders");
      await page.getByLabel("Function", { exact: true }).fill("invoice");
      await page.getByLabel("Retry attempts").fill("9");
      await page.getByRole("button", { name: "Put", exact: true }).click();
      await page.getByText("maxAsyncRetryAttempts must be").waitFor();
      await page.getByRole("dialog").screenshot(picture("put-a-config"));
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Invoke orders / place : prod" }).click();
      await page.getByLabel("Outcome").selectOption("error, error, success");
      await page.getByRole("dialog").screenshot(picture("invoke"));
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Add a fault" }).click();
      await page.getByRole("dialog").screenshot(picture("add-a-fault"));
    }
    await page.close();
  }
  for (const width of [360, 768]) {
    const page = await played(browser, sandbox, { width, height: 900 });
    await page.screenshot(picture(`dashboard-${width}`));
    await page.close();
  }
  const watching = await open(browser, `${sandbox.endpoint}/`, WIDE);
  await watching.getByText("Live, read-only").waitFor();
  await watching.screenshot(picture("read-only"));
  const reference = await open(browser, `${sandbox.endpoint}/docs`, WIDE);
  await reference.locator(".opblock-tag", { hasText: "2016-08-15" }).click();
  await reference.getByText("Create a config, or merge into it").first().waitFor();
  await reference.screenshot(picture("reference"));
} finally {
  await browser.close();
  await server.close();
}
