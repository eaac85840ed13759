import { startSandbox } from "../src/local/startSandbox.ts";
import { chromiumPath, hasBrowser } from "./browser/browser.ts";

/** Serves one sandbox for the test files that only need a URL, which they find in the environment. */
export default async function serve(): Promise<() => Promise<void>> {
  // Unpacked on first use: two test files at once would find each other's half of it.
  if (hasBrowser) await chromiumPath();
  const sandbox = await startSandbox();
  process.env["FC_SANDBOX_URL"] = sandbox.url;
  return () => sandbox.close();
}
