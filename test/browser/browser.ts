import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

// Not the package's own, which are for one page in one process, and switch off what CORS is tested with.
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

const NAMED = process.env["FC_SANDBOX_CHROMIUM"];

/** Where Chromium is: the one that `FC_SANDBOX_CHROMIUM` names, else the one that npm installed (Linux on x64 only). */
export async function chromiumPath(): Promise<string> {
  return NAMED ?? (await chromium.executablePath());
}

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await chromiumPath(), args: NAMED ? [] : ARGUMENTS });
}

/** Whether a browser can be had: elsewhere the variable must name one. */
export const hasBrowser = NAMED !== undefined || (process.platform === "linux" && process.arch === "x64");
