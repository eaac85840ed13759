import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasBrowser } from "../browser/browser.ts";
import { newDirectory, ROOT } from "../program.ts";
import { runCommand } from "./consumer.ts";

test.each(["msw/short.test.ts", "pact/provider.test.ts", "playwright/short.spec.ts"])(
  "docs/testing.md has the whole of examples/%s",
  async (file) => {
    const documentation = await readFile(join(ROOT, "docs/testing.md"), "utf8");
    const example = await readFile(join(ROOT, "examples", file), "utf8");
    expect(documentation).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
  },
);

// The examples with MSW and Pact are test files of vitest, and run beside this one.
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
    expect(stdout).toContain("4 passed");
    expect(code).toBe(0);
  },
  120_000,
);
