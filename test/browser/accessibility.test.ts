import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { acts, opening } from "../../demo/story.ts";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { execute, isLive, newSandbox, openOperation, openOperations, visit } from "./pages.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** What axe finds serious or worse in a page. */
async function violations(page: Page): Promise<string[]> {
  // Through the debugger, which the page's policy does not concern.
  await page.evaluate(axe);
  const found: Violation[] = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)",
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** A page for whoever likes light colours, and one for whoever likes dark ones. */
function visitInBoth(url: string): Promise<Page[]> {
  return Promise.all((["light", "dark"] as const).map((colorScheme) => visit(url, { colorScheme })));
}

describe.skipIf(!hasBrowser)("axe finds nothing serious", () => {
  test("in the dashboard and its dialogs, light and dark", async () => {
    const sandbox = await newSandbox({ snapshot: opening });
    const pages = await visitInBoth(sandbox.controlled);
    await Promise.all(pages.map(isLive));
    for (const act of acts(0)) await act.play(sandbox);
    await sandbox.clock.freeze();
    const checked = pages.map(async (page) => {
      await page.getByRole("article", { name: "resize : LATEST" }).waitFor();
      await page.locator(".requests summary").first().click();
      await page.getByText("frozen", { exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      for (const name of ["orders", "resize"]) {
        await page.getByRole("heading", { name, exact: true }).click();
      }
      await page.getByText("Alias live").waitFor();
      for (const status of ["Failed", "Succeeded"]) {
        await page.locator(".invocations summary").filter({ hasText: status }).first().click();
      }
      for (const name of [
        "Create a function",
        "Publish a version",
        "Create an alias",
        "Delete service orders",
        "Put a config",
        "Invoke orders / place : prod",
        "Add a fault",
        "Reset",
      ]) {
        await page.getByRole("button", { name, exact: true }).first().click();
        await page.getByRole("dialog").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Escape");
      }
    });
    await Promise.all(checked);
  });

  test("in the API reference with open and executed operations, light and dark", async () => {
    const sandbox = await newSandbox();
    // One after the other: the page keeps a processor busy for seconds.
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await visit(`${sandbox.endpoint}/docs#token=${sandbox.access.controlToken}`, {
        colorScheme,
      });
      await openOperations(page, "2016-08-15");
      await execute(await openOperation(page, "PutFunctionAsyncInvokeConfig_2016-08-15"));
      await openOperations(page, "control plane");
      for (const operation of ["getSandbox", "addFault", "changeSettings", "clearFaults"]) {
        await execute(await openOperation(page, operation));
      }
      await page.getByRole("button", { name: "Schemas" }).click();
      expect(await violations(page)).toEqual([]);
    }
  }, 180_000);

  test("in the guide and its search, light and dark, wide and on a phone", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [360, 1280]) {
        const page = await visit(`${SERVER}/guide`, { colorScheme, viewport: { width, height: 740 } });
        // A page with code, one with tables, one with pictures, one with a diagram.
        for (const path of ["clients", "fidelity", "dashboard", "architecture"]) {
          await page.goto(`${SERVER}/guide/${path}`);
          expect(await violations(page), path).toEqual([]);
        }
        await page.getByRole("combobox").fill("retries");
        await page.getByRole("option").first().waitFor();
        expect(await violations(page)).toEqual([]);
      }
    }
  }, 90_000);

  test.each([
    ["empty", async () => (await newSandbox()).controlled],
    ["read-only", async () => (await newSandbox()).watched],
    ["locked", async () => (await newSandbox({ settings: { signatures: "required" } })).watched],
    ["missing", async () => `${SERVER}/s/nothing/`],
  ])("in the dashboard when it is %s, on a phone", async (_, address) => {
    const page = await visit(await address(), { viewport: { width: 360, height: 740 } });
    await page.getByText(/^(Live|Locked|Not found)/).waitFor();
    expect(await violations(page)).toEqual([]);
    // Nothing sticks out at the side.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });
});
