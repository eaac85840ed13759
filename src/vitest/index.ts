/** Fixtures for tests that run on vitest: a sandbox for each test, on a server that all tests of a worker share. */
import { test as base } from "vitest";
import { type CreationOptions, createSandbox } from "../client/index.ts";
import { startSandbox } from "../local/startSandbox.ts";

/**
 * vitest's `test`, with the fixtures
 * - `sandbox`: a sandbox that this test has to itself, as its client;
 * - `sandboxOptions`: what it is made with, for `test.override`; nothing by default;
 * - `sandboxServer`: the server it is on, one per worker. With `FC_SANDBOX_URL` in the environment it is the one there.
 */
export const test = base
  .extend(
    "sandboxServer",
    { scope: "worker" },
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
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
