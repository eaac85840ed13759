import { expect, test, vi } from "vitest";
import { Progress } from "../../bench/progress.ts";

/** Runs two measurements, of two and three seconds, the second of which notes a round. */
async function told(isTTY: boolean): Promise<string[]> {
  vi.useFakeTimers();
  const said: string[] = [];
  const write = (text: string | Uint8Array) => said.push(String(text)) > 0;
  const progress = new Progress({ isTTY, write });
  await progress.run([
    { title: "PUT", seconds: 2, run: async () => void vi.advanceTimersByTime(2000) },
    {
      title: "GET",
      seconds: 3,
      run: async () => {
        progress.note("round 1 of 1");
        vi.advanceTimersByTime(11_000);
      },
    },
  ]);
  vi.useRealTimers();
  return said;
}

test("progress is a line at each measurement, and each ten seconds", async () => {
  expect(await told(false)).toEqual([
    "Measurements: 2; expected time: about 5 s\n",
    "[0 s of about 5 s] 1 of 2: PUT\n",
    "[2 s of about 5 s] 2 of 2: GET\n",
    "[10 s of about 5 s] 2 of 2: GET; round 1 of 1\n",
  ]);
});

test("on a terminal, progress is one line that is rewritten each second and at each round", async () => {
  const [first, ...others] = await told(true);
  expect(first).toBe("Measurements: 2; expected time: about 5 s\n");
  expect(others.every((text) => text.startsWith("\r\x1b[K") && !text.includes("\n"))).toBe(true);
  const lines = others.map((text) => text.replace("\r\x1b[K", ""));
  expect(lines.slice(0, 5)).toEqual([
    "[0 s of about 5 s] 1 of 2: PUT",
    "[1 s of about 5 s] 1 of 2: PUT",
    "[2 s of about 5 s] 1 of 2: PUT",
    "[2 s of about 5 s] 2 of 2: GET",
    "[2 s of about 5 s] 2 of 2: GET; round 1 of 1",
  ]);
  expect(lines.at(-1)).toBe("");
});
