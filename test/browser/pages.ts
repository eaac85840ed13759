import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type CreationOptions, createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";
import { launchBrowser } from "./browser.ts";

/** What the browser had against a page, or a page did that none may do. */
const faultsFound: string[] = [];

let browser: Browser | undefined;
const contexts: BrowserContext[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(async () => {
  await browser?.close();
  expect(faultsFound).toEqual([]);
});

/**
 * A visitor with a browser of their own, for the test; nobody's page may fail, break its policy, or load from elsewhere.
 */
export async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (browser === undefined) throw new Error("the browser is not there yet");
  const context = await browser.newContext({
    permissions: ["clipboard-read", "clipboard-write"],
    locale: "en-US",
    ...options,
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => faultsFound.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faultsFound.push(message.text());
  });
  const { host, hash } = new URL(url);
  const secret = hash.slice(1).replace(/^token=/, "");
  const hasSecret = (text: string) => /token=/.test(text) || (secret !== "" && text.includes(secret));
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (/^(http|ws)/.test(target.protocol) && target.host !== host) faultsFound.push(`loaded ${target}`);
    if (hasSecret(request.url().replace(/#.*/, ""))) faultsFound.push(`told ${target}`);
    if (hasSecret(request.headers()["referer"] ?? ""))
      faultsFound.push(`referred with its token to ${target}`);
  });
  await page.goto(url);
  return page;
}

/** The addresses of a sandbox's page: with the control token, with the watch token, and without a token. */
interface Addresses {
  readonly controlled: string;
  readonly shown: string;
  readonly watched: string;
}

/** A sandbox, and the addresses of its page. */
export async function newSandbox(options: CreationOptions = {}): Promise<SandboxClient & Addresses> {
  const sandbox = await createSandbox(SERVER, options);
  const watched = `${sandbox.endpoint}/`;
  const { controlToken, watchToken } = sandbox.access;
  return Object.assign(sandbox, {
    watched,
    controlled: `${watched}#${controlToken}`,
    shown: `${watched}#${watchToken}`,
  });
}

/** The address of a view of a sandbox's page: with what is open in it, and its filters. */
export function viewOf(
  address: string,
  view: string,
  given: { readonly id?: string; readonly [filter: string]: string | undefined } = {},
): string {
  const url = new URL(address);
  url.search = String(new URLSearchParams({ view, ...given } as Record<string, string>));
  return url.href;
}

/** Waits until a page follows its sandbox. */
export async function isLive(page: Page): Promise<void> {
  await page.getByText(/^Live/).waitFor();
}

/** Goes to another view by its link. */
export function goTo(page: Page, view: string): Promise<void> {
  const views = page.getByRole("navigation", { name: "Views" });
  return views.getByRole("link", { name: new RegExp(`^${view}( \\d+)?$`) }).click();
}

/** What is open beside the list of a view. */
export function detail(page: Page): Locator {
  return page.locator(".pane.detail");
}

/** The rows that a view's list draws, in order of their positions. */
export function rows(page: Page): Locator {
  return page.locator(".pane.list .rows > li");
}

/** A config's row, once it is there. */
export function configRow(page: Page, title: string): Locator {
  const name = new RegExp(`^${RegExp.escape(title)}(?= |$)`);
  return page.locator("a.row-config").and(page.getByRole("link", { name }));
}

/** A config's details, while they are open. */
export function card(page: Page, title: string): Locator {
  return page.getByRole("article", { name: title, exact: true });
}

/** Opens a config of the list. */
export async function openConfig(page: Page, title: string): Promise<Locator> {
  await configRow(page, title).click();
  return card(page, title);
}

/** The text that a button copies. */
export async function copied(page: Page, button: Locator): Promise<string> {
  await page.evaluate("navigator.clipboard.writeText('')");
  await button.click();
  const text = () => page.evaluate<string>("navigator.clipboard.readText()");
  await expect.poll(text).not.toBe("");
  return text();
}

/** Whether an element has the focus. */
export function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((one) => one === document.activeElement);
}

/** The width of what the page shows, in pixels: more than the window's when something sticks out. */
export function widthOf(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth");
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
