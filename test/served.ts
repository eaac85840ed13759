import { startSandbox } from "../src/local/startSandbox.ts";

/** Serves one sandbox for the test files that only need a URL, which they find in the environment. */
export default async function serve(): Promise<() => Promise<void>> {
  const sandbox = await startSandbox();
  process.env["FC_SANDBOX_URL"] = sandbox.url;
  return () => sandbox.close();
}
