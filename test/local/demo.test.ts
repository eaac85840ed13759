import { expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { newDirectory, ROOT, start, until } from "../program.ts";

const DEMO = [process.execPath, `${ROOT}demo/demo.ts`];

/** Runs the demo, which prints where it is as `npm start` does. */
async function demo(...args: string[]) {
  return start(args, { cwd: await newDirectory(), by: DEMO });
}

test("prints the address that presents, and answers the story's cue with an SDK", async () => {
  const { url, output, child, exit } = await demo("--port", "0");
  const sandbox = new SandboxClient({ endpoint: await url });
  expect(output.stdout).toContain(`Present  ${await url}/?present `);
  const config = `${await url}/2021-04-06/services/orders/functions/charge/async-invoke-config?qualifier=prod`;
  // Without the cue, nothing happens.
  await (await fetch(config)).arrayBuffer();
  await (await fetch(config, { headers: { "X-Story-Cue": "colleague" } })).arrayBuffer();
  const put = { operation: "put", body: { maxAsyncRetryAttempts: 4 } } as const;
  await until(async () => (await sandbox.requests.list(put)).requests.length > 0, "the colleague's PUT");
  const { requests } = await sandbox.requests.list({ operation: "put" });
  expect(requests.map(({ service, function: name, qualifier }) => [service, name, qualifier])).toEqual([
    ["orders", "charge", "prod"],
  ]);
  expect(requests[0]?.headers["user-agent"]).toContain("SDK(@alicloud/fc2@");
  child.kill("SIGTERM");
  expect((await exit).code).toBe(0);
});

test("plays traffic when it is asked to", async () => {
  const { url, output, child, exit } = await demo("--port", "0", "--traffic", "--pause", "0");
  const sandbox = new SandboxClient({ endpoint: await url });
  const refused = { operation: "put", status: 400 } as const;
  await until(async () => (await sandbox.requests.list(refused)).requests.length > 0, "the refused typo");
  expect(output.stdout).toContain("a typo in a destination is refused");
  child.kill("SIGTERM");
  expect((await exit).code).toBe(0);
});

test.each([
  [["--port", "x"], '--port must be a number from 0 to 65535, but is "x".'],
  [["--port", "1.5"], '--port must be a whole number, but is "1.5".'],
  [["--minutes", ""], '--minutes must be a number from 0 to 1440, but is "".'],
  [["--story"], "Unknown option '--story'"],
])("refuses %j", async (args, reason) => {
  const { output, exit } = await demo(...args);
  expect((await exit).code).toBe(1);
  expect(output.stderr).toContain(reason);
});
