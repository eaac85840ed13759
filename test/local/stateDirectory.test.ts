import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStateDirectory } from "../../src/local/stateDirectory.ts";
import { newDirectory } from "../program.ts";

test.concurrent("of many that find the lock of one that is gone, one gets the directory", async () => {
  const directory = await newDirectory();
  const gone = 2 ** 31 - 1;
  await writeFile(join(directory, "lock"), String(gone));
  const opened = await Promise.allSettled(Array.from({ length: 20 }, () => openStateDirectory(directory)));
  const winners = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const reasons = opened.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  expect(winners.length).toBe(1);
  for (const reason of reasons) expect(reason).toContain("uses this state directory already");
  await winners[0]?.release();
});

const IN_USE = `Process ${process.pid} uses this state directory already`;

test.skipIf(!existsSync("/proc/self/stat"))(
  "a lock of a process whose id another one has by now is nobody's",
  { concurrent: true },
  async () => {
    const directory = await newDirectory();
    const lock = join(directory, "lock");
    const first = await openStateDirectory(directory);
    const ours = await readFile(lock, "utf8");
    expect(ours).toMatch(new RegExp(`^${process.pid} \\d+$`));
    await expect(openStateDirectory(directory)).rejects.toThrow(IN_USE);
    await first.release();
    // As one that started a tick later would have written it.
    await writeFile(
      lock,
      ours.replace(/\d+$/, (startTime) => String(Number(startTime) + 1)),
    );
    const second = await openStateDirectory(directory);
    expect(await readFile(lock, "utf8")).toBe(ours);
    await second.release();
  },
);

test.concurrent("a lock without a start time, as earlier versions wrote it, holds while a process has that id", async () => {
  const directory = await newDirectory();
  await writeFile(join(directory, "lock"), String(process.pid));
  await expect(openStateDirectory(directory)).rejects.toThrow(IN_USE);
});

test.concurrent("a directory that was released twice is not taken from who has it then", async () => {
  const directory = await newDirectory();
  const first = await openStateDirectory(directory);
  await first.release();
  const second = await openStateDirectory(directory);
  await first.release();
  await expect(openStateDirectory(directory)).rejects.toThrow(IN_USE);
  await second.release();
});

test.concurrent("a lock that can't be read is an error, not waited for", async () => {
  const directory = await newDirectory();
  await mkdir(join(directory, "lock"));
  await expect(openStateDirectory(directory)).rejects.toThrow(
    `The state directory ${directory} can't be used: EISDIR`,
  );
});
