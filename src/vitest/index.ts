/** Fixtures for vitest 4.1 or newer: each test has its own sandbox, on a server that all tests of a worker share. */
import { createRequire } from "node:module";
import { test as base } from "vitest";
import { type CreationOptions, createSandbox } from "../client/index.ts";
import { startSandbox } from "../local/startSandbox.ts";

// Checked here and not by npm, which would refuse to install the package for who needs only the client or the command.
if (typeof base.override !== "function") {
  const { version } = createRequire(import.meta.url)("vitest/package.json");
  throw new Error(`fc-sandbox/vitest needs vitest 4.1 or newer, but found vitest ${version}.`);
}

/**
 * vitest's `test`, with the fixtures
 * - `sandbox`: the client of a sandbox that only this test uses;
 * - `sandboxOptions`: the options to create the sandbox with, for `test.override`; none by default;
 * - `sandboxServer`: the sandbox's server, one per worker, or the server at `FC_SANDBOX_URL` if that is set.
 */
export const test = base
  .extend(
    "sandboxServer",
    { scope: "worker" },
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's dependencies from the pattern.
    async ({}, { onCleanup }): Promise<{ readonly url: string }> => {
      const { FC_SANDBOX_URL: url } = process.env;
      if (url) return { url };
      const server = await startSandbox();
      onCleanup(() => server.close());
      return { url: server.url };
    },
  )
  .extend("sandboxOptions", (): CreationOptions => ({}))
  .extend("sandbox", ({ sandboxServer, sandboxOptions }) => createSandbox(sandboxServer.url, sandboxOptions));
