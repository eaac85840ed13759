import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startSandbox } from "../../src/local/startSandbox.ts";

const PROGRAM = fileURLToPath(new URL("./https.ts", import.meta.url));

test("the SDKs speak HTTPS with a sandbox whose authority NODE_EXTRA_CA_CERTS names", async () => {
  await using sandbox = await startSandbox({ https: true });
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [PROGRAM, sandbox.url], { env: { ...process.env, ...env } });
  const { stdout } = await run({ NODE_EXTRA_CA_CERTS: sandbox.caFile ?? "" });
  expect(JSON.parse(stdout)).toEqual({ fc2: 1, fcOpen20210406: 1, fc20230330: 2 });
  await expect(run({})).rejects.toThrow(/unable to verify the first certificate|UNABLE_TO_VERIFY/);
});
