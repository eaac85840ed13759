import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base } from "@playwright/test";
import { type Sandbox, startSandbox } from "fc-sandbox";
import { createSandbox, type SandboxClient } from "fc-sandbox/client";

interface TestFixtures {
  /** The test's own sandbox. */
  sandbox: SandboxClient;
}

interface WorkerFixtures {
  sandboxServer: Sandbox;
  /** The origin of the app under test, which differs from the sandbox's origin. */
  app: string;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  sandboxServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's dependencies from the pattern.
    async ({}, use) => {
      const server = await startSandbox();
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const page = await readFile(new URL("./settings.html", import.meta.url));
      const server = createServer((_, response) => {
        response.setHeader("Content-Type", "text/html").end(page);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      server.close();
    },
    { scope: "worker" },
  ],
  sandbox: async ({ sandboxServer }, use) => use(await createSandbox(sandboxServer.url)),
});

export { expect } from "@playwright/test";
