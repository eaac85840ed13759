import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser } from "./browser.ts";
import { configRow, goTo, isLive, newSandbox, rows, viewOf, visit } from "./pages.ts";
import { invoke, put } from "./traffic.ts";

const FUNCTIONS = 500;
const REQUESTS = 500;
const INVOCATIONS = 150;
const AT_ONCE = 50;
/** The most rows that a list draws in a window of 720 pixels: those that can be seen, and a few beyond. */
const MOST_ROWS = 60;

/** Does something so many times, some at once. */
async function times(count: number, doing: (index: number) => Promise<unknown>): Promise<void> {
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - begun) }, (_, i) => doing(begun + i)));
  }
}

/** How many rows a list has, drawn or not. */
async function total(page: Page): Promise<number> {
  return Number(await rows(page).first().getAttribute("aria-setsize"));
}

/** The number of rows that are drawn, and the greatest position among them, from 1. */
async function drawn(page: Page): Promise<{ readonly count: number; readonly last: number }> {
  const positions = await rows(page).evaluateAll((all) => all.map((one) => Number(one.ariaPosInSet)));
  return { count: positions.length, last: Math.max(...positions) };
}

describe.skipIf(!hasBrowser)("a large sandbox", () => {
  test("has lists that draw only what can be seen, at the top, at the end, and while requests arrive", async () => {
    const names = Array.from({ length: FUNCTIONS }, (_, i) => `f${i}`);
    const configs = names.map((name) => ({ function: name, maxAsyncRetryAttempts: 1 }));
    const sandbox = await newSandbox({
      snapshot: { configs, clock: { mode: "frozen", time: "2030-01-31T12:00:00Z" } },
    });
    await times(REQUESTS, (i) =>
      put(sandbox, `f${i % FUNCTIONS}`).then((response) => response.arrayBuffer()),
    );
    await times(INVOCATIONS, (i) => invoke(sandbox, "error", `/2023-03-30/functions/f${i}`));
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await isLive(page);
    for (const [view, least] of [
      ["Configs", 2 * FUNCTIONS + 1],
      ["Requests", 300],
      ["Invocations", INVOCATIONS],
    ] as const) {
      await goTo(page, view);
      await rows(page).first().waitFor();
      expect((await drawn(page)).count, view).toBeLessThan(MOST_ROWS);
      await page.locator(".scroller").hover();
      // The end of a list loads what is older.
      await expect
        .poll(async () => {
          await page.mouse.wheel(0, 100_000);
          return (await drawn(page)).last;
        })
        .toBeGreaterThanOrEqual(least);
      expect(await total(page)).toBeGreaterThanOrEqual(least);
      expect((await drawn(page)).count, view).toBeLessThan(MOST_ROWS);
    }

    // What is seen stays in place while new rows come above it.
    await page.goto(viewOf(sandbox.controlled, "requests"));
    await page.reload();
    await isLive(page);
    await rows(page).first().waitFor();
    await page.locator(".scroller").hover();
    await page.mouse.wheel(0, 1000);
    await expect.poll(async () => (await drawn(page)).last).toBeGreaterThan(25);
    const box = () => page.locator(".scroller").boundingBox();
    const { x, y, width, height } = (await box()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const middle = `document.elementFromPoint(${x + width / 2}, ${y + height / 2})?.closest("a")?.getAttribute("href")`;
    const seen = await page.evaluate(middle);
    expect(seen).toContain("view=requests");
    const before = await total(page);
    await times(100, (i) => put(sandbox, `f${i}`, { maxAsyncRetryAttempts: 2 }));
    await expect.poll(() => total(page)).toBeGreaterThanOrEqual(before + 100);
    expect(await page.evaluate(middle)).toBe(seen);
    expect((await drawn(page)).count).toBeLessThan(MOST_ROWS);
    await goTo(page, "Configs");
    await page.getByRole("searchbox").fill("f99");
    await configRow(page, "f99 : LATEST").getByText("2 retries").waitFor();
  }, 60_000);
});
