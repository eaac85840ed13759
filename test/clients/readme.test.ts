import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT, servedSandbox } from "../program.ts";

/** Where the README's sandbox is. */
const README_HOST = "127.0.0.1:8787";

const url = await servedSandbox();
/** Apart from the programs, which write to the same function. */
const commandsUrl = await servedSandbox();
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const programs = [...readme.matchAll(/^```js\n(.*?)^```\n```\n(.*?)^```$/gms)].map(
  ([, program = "", output = ""]) => ({
    program,
    output,
    name: /from "(@alicloud\/fc[^"]*)"/.exec(program)?.[1],
  }),
);

/** The README's commands, each with what it says that they print. */
const commands = [...readme.matchAll(/^```sh\n(.*?)^```\n```json\n(.*?)^```$/gms)].map(
  ([, command = "", output = ""]) => ({ command, output }),
);

test("the README's commands, one after the other in a shell, print what it says", async () => {
  expect(commands.length).toBe(6);
  const { host } = new URL(commandsUrl);
  const script = commands.map(({ command }) => command).join("\nprintf '\\n%s\\n' ----\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", script.replaceAll(README_HOST, host)]);
  const printed = stdout.replaceAll(host, README_HOST).split("\n----\n");
  expect(printed.map(withoutChance)).toEqual(commands.map(({ output }) => withoutChance(output.trimEnd())));
});

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
    await writeFile(file, program.replaceAll(README_HOST, new URL(url).host));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file]);
      expect(withoutChance(stdout)).toBe(withoutChance(output));
    } finally {
      await rm(file);
    }
  },
);

/** What is printed without what differs from time to time: times, sandboxes' ids and their credentials. */
function withoutChance(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "(time)")
    .replace(/team-a-[a-z2-7]{26}/g, "team-a-(id)")
    .replace(/"(accessKeySecret|controlToken)":"[\w-]{43}"/g, '"$1":"(secret)"');
}
