import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT, servedSandbox } from "../program.ts";

const url = await servedSandbox();
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const programs = [...readme.matchAll(/^```js\n(.*?)^```\n```\n(.*?)^```$/gms)].map(
  ([, program = "", output = ""]) => ({
    program,
    output,
    name: /from "(@alicloud\/fc[^"]*)"/.exec(program)?.[1],
  }),
);

test("the README has a program for each SDK", () => {
  expect(programs.map(({ name }) => name)).toEqual([
    "@alicloud/fc2",
    "@alicloud/fc-open20210406",
    "@alicloud/fc20230330",
  ]);
});

test.each(programs)(
  "the README's program for $name prints what it says",
  async ({ program, output, name }) => {
    // Below the repository, where its packages are found.
    const file = join(ROOT, "test-results", `readme-${name?.split("/")[1]}.mjs`);
    await mkdir(join(ROOT, "test-results"), { recursive: true });
    await writeFile(file, program.replaceAll("127.0.0.1:8787", new URL(url).host));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file]);
      expect(withoutTimes(stdout)).toBe(withoutTimes(output));
    } finally {
      await rm(file);
    }
  },
);

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "(time)");
}
