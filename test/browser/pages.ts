import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type CreationOptions, createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";
import { launchBrowser } from "./browser.ts";

/** What the browser had against a page, or a page did that none may do. */
const faultsFound: string[] = [];

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  expect(faultsFound).toEqual([]);
});

/** A visitor with a browser of their own; nobody's page may fail, break its policy, or load from elsewhere. */
export async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (browser === undefined) throw new Error("the browser is not there yet");
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => faultsFound.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faultsFound.push(message.text());
  });
  const { host } = new URL(url);
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (/^(http|ws)/.test(target.protocol) && target.host !== host) faultsFound.push(`loaded ${target}`);
    if (request.url().includes("token=") && !request.url().includes("#")) faultsFound.push(`told ${target}`);
    if (/token/.test(request.headers()["referer"] ?? ""))
      faultsFound.push(`referred with its token to ${target}`);
  });
  await page.goto(url);
  return page;
}

/** A sandbox, and the addresses of its page: with the control token, and without. */
export async function newSandbox(
  options: CreationOptions = {},
): Promise<SandboxClient & { readonly controlled: string; readonly watched: string }> {
  const sandbox = await createSandbox(SERVER, options);
  const watched = `${sandbox.endpoint}/`;
  return Object.assign(sandbox, { watched, controlled: `${watched}#token=${sandbox.access.controlToken}` });
}

/** Waits until a page follows its sandbox. */
export async function isLive(page: Page): Promise<void> {
  await page.getByText(/^Live/).waitFor();
}

/** Opens a group of operations in the API reference, which takes a moment to be drawn. */
export async function openOperations(page: Page, group: string): Promise<void> {
  const tag = page.locator(".opblock-tag", { hasText: group });
  await tag.waitFor({ timeout: 30_000 });
  if ((await tag.getAttribute("data-is-open")) !== "true") await tag.click();
}

/** Opens an operation of an open group in the API reference. Returns its block. */
export async function openOperation(page: Page, operation: string): Promise<Locator> {
  const block = page.locator(`[id$="${operation}"]`);
  await block.locator(".opblock-summary-control").click();
  return block;
}

/** Executes an open operation of the API reference. Returns the status of the response. */
export async function execute(block: Locator): Promise<number> {
  await block.getByRole("button", { name: "Execute" }).click();
  const status = block.locator(".live-responses-table tr.response .response-col_status").first();
  await status.waitFor();
  return Number.parseInt((await status.textContent()) ?? "", 10);
}

/** A config's card, once it is there. */
export function card(page: Page, title: string) {
  return page.getByRole("article", { name: title });
}
