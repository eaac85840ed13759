import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStateDirectory } from "../../src/local/stateDirectory.ts";
import { newDirectory } from "../program.ts";

test("of many that find the lock of one that is gone, one gets the directory", async () => {
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
