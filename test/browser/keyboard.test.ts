import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { card, configRow, detail, goTo, hasFocus, isLive, newSandbox, rows, viewOf, visit } from "./pages.ts";
import { put } from "./traffic.ts";

/** The position in its list of the row that has the focus. */
function focusedRow(page: Page): Promise<string | null> {
  return page.evaluate<string | null>(
    "document.activeElement.closest('[data-index]')?.getAttribute('data-index') ?? null",
  );
}

describe.skipIf(!hasBrowser)("a person with a keyboard alone", () => {
  test("chooses a client with the arrows, Home and End, and puts a config", async () => {
    const sandbox = await newSandbox();
    const page = await visit(sandbox.controlled);
    await isLive(page);
    const tab = (name: string) => page.getByRole("tab", { name, exact: true });
    await tab("curl").focus();
    for (const [key, name] of [
      ["ArrowRight", "Browser"],
      ["End", "Terraform"],
      ["ArrowRight", "curl"],
      ["ArrowLeft", "Terraform"],
      ["Home", "curl"],
    ] as const) {
      await page.keyboard.press(key);
      expect(await tab(name).getAttribute("aria-selected")).toBe("true");
      expect(await hasFocus(tab(name))).toBe(true);
    }
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press("ArrowRight");
    expect(await tab("Node.js, FC 2.0").getAttribute("aria-selected")).toBe("true");
    await page.getByText("npm install @alicloud/fc2", { exact: false }).first().waitFor();

    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Configs" }).focus();
    await page.keyboard.press("Enter");
    const button = page.getByRole("button", { name: "New config" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByLabel("Function", { exact: true }).focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await configRow(page, "demo / typed : LATEST").waitFor();
    await expect.poll(() => hasFocus(button)).toBe(true);
  });

  test("skips to the content, searches with /, and goes through a list by the arrows, Home and End", async () => {
    const configs = Array.from({ length: 150 }, (_, i) => ({ function: `f${1000 + i}` }));
    const sandbox = await newSandbox({ snapshot: { configs } });
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await isLive(page);
    await rows(page).first().waitFor();
    await page.keyboard.press("Tab");
    expect(await hasFocus(page.getByRole("button", { name: "Skip to the content" }))).toBe(true);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    expect(page.url()).toMatch(/#[\w-]{43}$/);
    await page.keyboard.press("/");
    const search = page.getByRole("searchbox");
    expect(await hasFocus(search)).toBe(true);
    expect(await search.inputValue()).toBe("");
    // In a field, it is a character.
    await page.keyboard.type("f10/");
    expect(await search.inputValue()).toBe("f10/");
    await search.fill("");

    await rows(page).first().getByRole("button").focus();
    for (const [key, index] of [
      ["ArrowDown", "1"],
      ["ArrowDown", "2"],
      ["ArrowUp", "1"],
      ["End", "300"],
      ["ArrowDown", "300"],
      ["ArrowUp", "299"],
      ["Home", "0"],
      ["ArrowUp", "0"],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => focusedRow(page)).toBe(index);
    }
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedRow(page)).toBe("2");
    await page.keyboard.press("Enter");
    await card(page, "f1000 : LATEST").waitFor();
    // The list keeps the focus, so that the arrows go on.
    expect(await focusedRow(page)).toBe("2");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedRow(page)).toBe("3");
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: "f1001" }).waitFor();
  });

  test("has the focus where it was, or near, when a dialog closes", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "order");
    const page = await visit(viewOf(sandbox.controlled, "configs", { id: "/order/LATEST" }));
    for (const [view, names] of [
      ["Configs", ["Create a function", "Edit order : LATEST", "Invoke order : LATEST", "Share"]],
      ["Control", ["Add a fault", "Edit as a document", "Reset"]],
    ] as const) {
      await goTo(page, view);
      if (view === "Configs") await configRow(page, "order : LATEST").click();
      for (const name of names) {
        const button = page.getByRole("button", { name, exact: true });
        await button.focus();
        // The dialog before leads the focus back once more when it is removed, which is after it has lost its role.
        await page.locator("dialog").waitFor({ state: "detached" });
        await button.press("Enter");
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        await expect.poll(() => hasFocus(button)).toBe(true);
      }
    }
    await page.goBack();
    await card(page, "order : LATEST")
      .getByRole("button", { name: /^Delete/ })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => hasFocus(page.locator(".pane.list h2"))).toBe(true);
    await detail(page).getByText("It is not there, or no longer.").waitFor();
  });
});
