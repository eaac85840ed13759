import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import { get, newDirectory, put } from "../program.ts";
import { FUNCTIONS, objectFiles } from "./objectFiles.ts";

const FRAME_HEADER = 24;
const WAL_HEADER = 32;

/**
 * How many commits the write-ahead log of the only function has. Source: "The WAL File Format" of SQLite; a frame that ends a
 * commit says how large the database is then.
 */
function commits(stateDirectory: string): number {
  const [file] = objectFiles(stateDirectory, FUNCTIONS);
  const log = readFileSync(`${file}-wal`);
  const frame = FRAME_HEADER + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let found = 0;
  for (let at = WAL_HEADER; at + frame <= log.length; at += frame) {
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salt);
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) found += 1;
  }
  return found;
}

/** How many requests the journal of `default` has. */
async function requestsIn({ url }: Sandbox): Promise<number> {
  const response = await fetch(`${url}/_sandbox`);
  const { counts } = (await response.json()) as { counts: { requests: number } };
  return counts.requests;
}

test("requests for one function that come together share commits; those that come alone have their own", async () => {
  await using sandbox = await startSandbox({ stateDirectory: await newDirectory() });
  const putOnce = (i: number) => put(sandbox.url, "f", { maxAsyncEventAgeInSeconds: i });
  await putOnce(1);

  const before = commits(sandbox.stateDirectory);
  for (let i = 0; i < 20; i++) await putOnce(100 + i);
  const alone = commits(sandbox.stateDirectory) - before;
  expect(alone).toBe(20);

  await Promise.all(Array.from({ length: 200 }, (_, i) => putOnce(1000 + i)));
  const together = commits(sandbox.stateDirectory) - before - alone;
  expect(together).toBeGreaterThan(0);
  expect(together).toBeLessThan(200);
});

test("reads share a commit of a moment later, or that of the next write", async () => {
  await using sandbox = await startSandbox({ stateDirectory: await newDirectory() });
  await put(sandbox.url, "f", {});
  const before = commits(sandbox.stateDirectory);
  for (let i = 0; i < 50; i++) await get(sandbox.url, "f");
  await expect.poll(() => commits(sandbox.stateDirectory) - before).toBeGreaterThan(0);
  const ofReads = commits(sandbox.stateDirectory) - before;
  // Two where the machine paused between two of them.
  expect(ofReads).toBeLessThan(5);

  for (let i = 0; i < 50; i++) await get(sandbox.url, "f");
  await put(sandbox.url, "f", {});
  expect(commits(sandbox.stateDirectory) - before - ofReads).toBeLessThan(5);
  expect(await requestsIn(sandbox)).toBe(102);
});

test("a sandbox that is closed keeps its last reads in the journal", async () => {
  const stateDirectory = await newDirectory();
  const first = await startSandbox({ stateDirectory });
  await put(first.url, "f", {});
  await get(first.url, "f");
  await first.close();
  await using again = await startSandbox({ stateDirectory });
  expect(await requestsIn(again)).toBe(2);
});
