import { join } from "node:path";
import { expect, test } from "vitest";
import { hasBrowser } from "../browser/browser.ts";
import { newDirectory, ROOT } from "../program.ts";
import { runCommand } from "./consumer.ts";

// The MSW example is a test file of vitest, and runs beside this one.
test.skipIf(!hasBrowser)(
  "the Playwright example passes",
  async () => {
    // Its browser unpacks itself there: one that another run is unpacking can't be started.
    const temporary = await newDirectory();
    const config = join(ROOT, "examples/playwright/playwright.config.ts");
    const options = { cwd: ROOT, temporary };
    const { stdout, code } = await runCommand(
      options,
      join(ROOT, "node_modules/.bin/playwright"),
      "test",
      "--reporter",
      "line",
      "-c",
      config,
    );
    expect(stdout).toContain("3 passed");
    expect(code).toBe(0);
  },
  120_000,
);
