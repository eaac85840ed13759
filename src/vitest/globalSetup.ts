import { startSandbox } from "../local/startSandbox.ts";

/**
 * Starts one server for all of a run's workers, and puts its URL where the fixtures look for it, unless there is one
 * already; returns what ends it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env["FC_SANDBOX_URL"]) return async () => {};
  const server = await startSandbox();
  process.env["FC_SANDBOX_URL"] = server.url;
  return async () => {
    delete process.env["FC_SANDBOX_URL"];
    await server.close();
  };
}
