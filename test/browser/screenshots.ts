/**
 * Makes the pictures of README.md and docs/dashboard.md anew, from the demo's traffic and the presenter's story:
 * `npm run screenshots`. Look at them: nobody else does.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import Fc2 from "@alicloud/fc2";
import type { Browser, Page } from "playwright-core";
import { playColleague } from "../../demo/colleague.ts";
import { acts, opening } from "../../demo/story.ts";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { launchBrowser } from "./browser.ts";
import { withPalette } from "./palette.ts";

const DIRECTORY = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 780 };

const NOON = "2030-01-31T12:00:00Z";
/** The traffic takes less than this. */
const TRAFFIC_SECONDS = 15;

type Scheme = "light" | "dark";

async function open(browser: Browser, url: string, viewport = WIDE, colorScheme: Scheme = "light") {
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
  await page.goto(url);
  await page.getByText(/^Live/).waitFor();
  return page;
}

async function picture(page: Page, name: string, selector?: string): Promise<void> {
  const png = await (selector === undefined ? page.screenshot() : page.locator(selector).screenshot());
  await writeFile(`${DIRECTORY}${name}.png`, withPalette(png));
}

/**
 * Plays the shop's traffic, which ends at noon, when the clock stops. Then an order has failed once, and waits for
 * more attempts, which an SDK has allowed. Returns the order's id.
 */
async function play(sandbox: SandboxClient): Promise<string> {
  await sandbox.clock.shift(Math.round((Date.parse(NOON) - Date.now()) / 1000) - TRAFFIC_SECONDS);
  await sandbox.snapshot.import(opening);
  for (const act of acts(0)) await act.play(sandbox);
  await sandbox.clock.freeze(NOON);
  await sandbox.outcomes.add({
    match: { service: "media", function: "thumbnail" },
    outcomes: [{ type: "timeout" }],
  });
  await sandbox.faults.add({
    match: { operation: "invoke", service: "media" },
    effect: { type: "delay", milliseconds: 800 },
    enabled: false,
  });
  const { endpoint } = sandbox;
  const { accessKeyId: accessKeyID = "", accessKeySecret = "" } = sandbox.access;
  const client = new Fc2("1234567890123456", {
    accessKeyID,
    accessKeySecret,
    region: "cn-hangzhou",
    endpoint,
  });
  await client.putFunctionAsyncConfig("orders", "place", "prod", { maxAsyncRetryAttempts: 4 });
  const response = await fetch(`${endpoint}/2016-08-15/services/orders.prod/functions/place/invocations`, {
    method: "POST",
    headers: { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": "error, error, success" },
    body: '{"order": 7, "items": ["teapot"]}',
  });
  await sandbox.clock.toNext();
  await sandbox.clock.toNext();
  return response.headers.get("X-Fc-Request-Id") ?? "";
}

const server = await startSandbox();
const browser = await launchBrowser();
try {
  await mkdir(DIRECTORY, { recursive: true });
  const front = await open(browser, `${server.url}/`);
  await picture(front, "front-page");

  const sandbox = await createSandbox(server.url, { label: "shop" });
  const order = await play(sandbox);
  const fragment = `#token=${sandbox.access.controlToken}`;
  const addressOf = (view: string, id = "") =>
    `${sandbox.endpoint}/?${new URLSearchParams({ view, ...(id && { id }) })}${fragment}`;
  const { requests } = await sandbox.requests.list({ operation: "put", status: 200 });
  const { deliveries } = await sandbox.deliveries.list();
  const invocation = `orders/place/${order}`;

  for (const scheme of ["light", "dark"] as const) {
    const overview = await open(browser, `${sandbox.endpoint}/${fragment}`, WIDE, scheme);
    await overview.getByText("Latest invocations").waitFor();
    await picture(overview, `overview-${scheme}`);
    const invocations = await open(browser, addressOf("invocations", invocation), WIDE, scheme);
    await invocations
      .getByText(/^set by PUT/)
      .first()
      .waitFor();
    await picture(invocations, `invocations-${scheme}`);
  }
  const phone = await open(browser, addressOf("invocations", invocation), PHONE);
  await phone
    .getByText(/^set by PUT/)
    .first()
    .waitFor();
  await picture(phone, "invocations-360");

  const configs = await open(browser, addressOf("configs", "orders/place/prod"));
  await configs
    .getByText(/^set by PUT/)
    .first()
    .waitFor();
  await picture(configs, "configs");
  await configs.getByRole("button", { name: "New config" }).click();
  await configs.getByLabel("Service", { exact: true }).fill("orders");
  await configs.getByLabel("Function", { exact: true }).fill("invoice");
  await configs.getByLabel("Retry attempts").fill("9");
  await configs.getByRole("button", { name: "Save", exact: true }).click();
  await configs.getByText("maxAsyncRetryAttempts must be").waitFor();
  await picture(configs, "new-config", "dialog");

  const seen = await open(browser, addressOf("requests", requests[0]?.requestId));
  await seen.getByRole("heading", { name: "Response" }).waitFor();
  await picture(seen, "requests");

  const inbox = await open(browser, addressOf("inbox", deliveries[0]?.id));
  await inbox.getByRole("heading", { name: "Message" }).waitFor();
  await picture(inbox, "inbox");

  const control = await open(browser, addressOf("control"));
  await control.getByRole("heading", { name: "Faults" }).waitFor();
  await picture(control, "control");
  await control.getByRole("button", { name: "Add a fault" }).click();
  await control.getByLabel("Error code").waitFor();
  await picture(control, "add-a-fault", "dialog");

  const stage = await createSandbox(server.url, { label: "shop" });
  const stopped = new AbortController();
  await playColleague(stage, { signal: stopped.signal });
  const story = await open(browser, `${stage.endpoint}/?present=0.5#token=${stage.access.controlToken}`, {
    width: 1280,
    height: 720,
  });
  for (let act = 1; act <= 3; act++) {
    await story.getByRole("button", { name: /Start the story|Next act/, disabled: false }).waitFor();
    await story.keyboard.press("ArrowRight");
  }
  await story.getByText("The PUT came from").waitFor();
  await story.getByText("all 5 attempts fit").waitFor();
  await picture(story, "presenter");
  stopped.abort();

  const reference = await browser.newPage({ viewport: WIDE, colorScheme: "light" });
  await reference.goto(`${sandbox.endpoint}/docs`);
  await reference.locator(".opblock-tag", { hasText: "2016-08-15" }).click();
  await reference.getByText("Create a config, or merge into it").first().waitFor();
  await picture(reference, "reference");
} finally {
  await browser.close();
  await server.close();
}
