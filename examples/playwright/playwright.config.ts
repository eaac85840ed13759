import { defineConfig } from "@playwright/test";
import chromium from "@sparticuz/chromium";

export default defineConfig({
  use: {
    // A Chromium from npm, for machines without `playwright install`; omit launchOptions elsewhere. The arguments that
    // the npm package suggests are left out, because they turn off the checks of other origins.
    launchOptions: {
      executablePath: process.env["FC_SANDBOX_CHROMIUM"] ?? (await chromium.executablePath()),
      args: ["--no-sandbox"],
    },
  },
});
