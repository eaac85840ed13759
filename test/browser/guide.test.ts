import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { goTo, isLive, newSandbox, visit } from "./pages.ts";

/** The search field of a page, once the page's script has run. */
const searchOf = (page: Page) => page.getByRole("combobox", { name: "Search the guide" });
const PHONE = { viewport: { width: 360, height: 740 } };

/** The paths of all pages of the guide. */
async function paths(page: Page): Promise<string[]> {
  const links = page.locator(".pages details > ul > li > a");
  return links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname));
}

describe.skipIf(!hasBrowser)("a reader of the guide", () => {
  test("finds a section by keyboard alone", async () => {
    const sandbox = await newSandbox();
    const page = await visit(`${sandbox.endpoint}/guide`);
    const search = searchOf(page);
    await search.waitFor();
    await page.keyboard.press("/");
    expect(await search.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type("live feed");
    const selected = page.getByRole("option", { selected: true });
    await selected.getByText("The control plane › Resources › Live feed").waitFor();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => selected.textContent()).not.toContain("Resources › Live feed");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${sandbox.endpoint}/guide/control-plane#live-feed`);
    await expect
      .poll(() => page.locator("#live-feed").boundingBox())
      .toMatchObject({ y: expect.closeTo(16, -2) });
  });

  test("shares a search by its address, and ends it with Escape", async () => {
    const page = await visit(`${SERVER}/guide/wire?q=EventSource`);
    await page.getByText("Nothing was found.").last().waitFor();
    await searchOf(page).fill("journal");
    await page.getByRole("option").first().waitFor();
    expect(new URL(page.url()).search).toBe("?q=journal");
    // A typing error is no reason to find nothing.
    await searchOf(page).fill("jornal");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("listbox").waitFor({ state: "hidden" });
    expect([await searchOf(page).inputValue(), new URL(page.url()).search]).toEqual(["", ""]);
  });

  test("comes from the dashboard with the token, and goes back with it", async () => {
    const sandbox = await newSandbox();
    const token = sandbox.access.controlToken;
    const page = await visit(`${sandbox.endpoint}/guide#token=${token}`);
    await searchOf(page).fill("live feed");
    await page.getByRole("option", { name: "Resources › Live feed" }).click();
    await page.waitForURL(`${sandbox.endpoint}/guide/control-plane#token=${token}&section=live-feed`);
    await expect.poll(async () => (await page.locator("#live-feed").boundingBox())?.y).toBeLessThan(200);
    await page.getByRole("link", { name: "Lifetime and limits", exact: true }).click();
    await expect
      .poll(async () => (await page.locator("#lifetime-and-limits").boundingBox())?.y)
      .toBeLessThan(740);
    await page.getByRole("link", { name: "The sandbox", exact: true }).click();
    await isLive(page);
    await goTo(page, "Control");
    await page.getByRole("button", { name: "Add a fault" }).waitFor();
  });

  test("reads every page on a phone without anything that sticks out at the side", async () => {
    const page = await visit(`${SERVER}/guide`, PHONE);
    const all = await paths(page);
    expect(all.length).toBeGreaterThan(20);
    for (const path of all) {
      await page.goto(SERVER + path);
      expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 360]);
    }
    await page.getByText("All pages").click();
    await page.getByRole("link", { name: "Glossary", exact: true }).click();
    await page.waitForURL(`${SERVER}/guide/glossary`);
  });

  test("reads without JavaScript", async () => {
    const page = await visit(`${SERVER}/guide/https`, { ...PHONE, javaScriptEnabled: false });
    expect(await searchOf(page).count()).toBe(0);
    await page.getByText("All pages").click();
    await page.getByRole("link", { name: "Glossary", exact: true }).click();
    await page.getByRole("heading", { name: "Glossary", exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/guide/glossary");
  });

  test("skips to the text with the first key", async () => {
    const page = await visit(`${SERVER}/guide/wire`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#guide-text$/);
    expect(await page.evaluate("document.activeElement.id")).toBe("guide-text");
  });
});
