import { defineConfig } from "@playwright/test";
import chromium from "@sparticuz/chromium";

export default defineConfig({
  use: {
    // A Chromium from npm, where there is no `playwright install`; elsewhere leave launchOptions out. It suggests
    // arguments that switch off the checks of other origins, so it gets none of them.
    launchOptions: {
      executablePath: process.env["FC_SANDBOX_CHROMIUM"] ?? (await chromium.executablePath()),
      args: ["--no-sandbox"],
    },
  },
});
