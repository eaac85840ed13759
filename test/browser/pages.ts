import type { Browser, BrowserContextOptions, Page } from "playwright-core";
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

/** Opens a group of operations in the API reference, where it takes seconds to resolve the document. */
export async function openOperations(page: Page, group: string): Promise<void> {
  page.setDefaultTimeout(30_000);
  await page.locator(".opblock-tag", { hasText: group }).click();
}

/** A config's card, once it is there. */
export function card(page: Page, title: string) {
  return page.getByRole("article", { name: title });
}
