import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { newDirectory } from "../program.ts";

/** Where a sandbox without a state directory of its own keeps its state, which goes with it. */
async function placeOfState(): Promise<string> {
  const sandbox = await startSandbox();
  const { stateDirectory } = sandbox;
  expect(existsSync(stateDirectory)).toBe(true);
  await sandbox.close();
  expect(existsSync(stateDirectory)).toBe(false);
  return dirname(stateDirectory);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

const hasRoomInMemory = () => {
  if (!existsSync("/dev/shm")) return false;
  const { bavail, bsize } = statfsSync("/dev/shm");
  return bavail * bsize >= 2 * 1024 ** 3;
};

test.skipIf(!hasRoomInMemory())("temporary state is in memory", async () => {
  vi.stubEnv("TMPDIR", undefined);
  expect(await placeOfState()).toBe("/dev/shm");
});

test("temporary state is where TMPDIR says", async () => {
  const directory = await newDirectory();
  vi.stubEnv("TMPDIR", directory);
  expect(await placeOfState()).toBe(directory);
});
