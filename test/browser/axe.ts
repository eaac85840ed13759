import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** What axe finds serious or worse in a page, or in the part of it that a selector finds. */
export async function violations(page: Page, within = "html", rules?: readonly string[]): Promise<string[]> {
  // Through the debugger, which the page's policy does not concern.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe);
  const options = { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) };
  const found: Violation[] = await page.evaluate(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)}).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** Has a page appear as its visitor likes colours from now on, and waits until they are there. */
async function prefer(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  expect(await page.evaluate(`matchMedia("(prefers-color-scheme: ${colorScheme})").matches`)).toBe(true);
  const transitions = "document.getAnimations().filter((one) => one instanceof CSSTransition)";
  await page.evaluate(`Promise.allSettled(${transitions}.map(({ finished }) => finished)).then(() => {})`);
}

/**
 * What axe finds for whoever likes light colours, and then, since all else is the same in other colours, the contrast
 * for whoever likes dark ones.
 */
export async function violationsInBoth(page: Page, within?: string): Promise<string[]> {
  const light = await violations(page, within);
  await prefer(page, "dark");
  const dark = await violations(page, within, ["color-contrast"]);
  await prefer(page, "light");
  return [...light, ...dark];
}
