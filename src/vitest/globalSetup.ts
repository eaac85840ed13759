import { startSandbox } from "../local/startSandbox.ts";

/**
 * Starts one server for all workers of a test run, and sets `FC_SANDBOX_URL` for the fixtures. Does nothing
 * when `FC_SANDBOX_URL` is set. Returns the function that stops the server.
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
