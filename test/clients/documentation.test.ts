import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT, servedSandbox } from "../program.ts";

/** The host of the sandbox that the documentation uses. */
const DOCUMENTED_HOST = "127.0.0.1:8787";

const url = await servedSandbox();
const clients = await readFile(join(ROOT, "docs/clients.md"), "utf8");

/** The programs of docs/clients.md for Node.js, each with its documented output. */
const programs = [...clients.matchAll(/^```js\n(.*?)^```\n```\n(.*?)^```$/gms)].map(
  ([, program = "", output = ""]) => ({
    program,
    output,
    name: /from "(@alicloud\/fc[^"]*)"/.exec(program)?.[1],
  }),
);

/** Runs a page's commands in order in one shell; what each of them prints, and what the page says that it prints. */
async function runCommands(page: string) {
  const text = await readFile(join(ROOT, page), "utf8");
  const commands = [...text.matchAll(/^```sh\n(.*?)^```\n```json\n(.*?)^```$/gms)].map(
    ([, command = "", output = ""]) => ({ command, output }),
  );
  // Each page has a sandbox of its own, because commands and programs write to the same function.
  const { host } = new URL(await servedSandbox());
  const script = commands.map(({ command }) => command).join("\nprintf '\\n%s\\n' ----\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", script.replaceAll(DOCUMENTED_HOST, host)]);
  const printed = stdout.replaceAll(host, DOCUMENTED_HOST).split("\n----\n");
  return {
    printed: printed.map(withPlaceholders),
    documented: commands.map(({ output }) => withPlaceholders(output.trimEnd())),
  };
}

test("the README's commands, run in order in one shell, print the documented output", async () => {
  const { printed, documented } = await runCommands("README.md");
  expect(documented.length).toBe(7);
  expect(printed).toEqual(documented);
});

test("the commands of docs/invocations.md, run in order in one shell, print the documented JSON", async () => {
  const { printed, documented } = await runCommands("docs/invocations.md");
  expect(documented.length).toBe(11);
  expect(printed.map((text) => JSON.parse(text))).toEqual(documented.map((text) => JSON.parse(text)));
});

test("docs/clients.md has a program for each official SDK for Node.js", () => {
  expect(programs.map(({ name }) => name)).toEqual([
    "@alicloud/fc2",
    "@alicloud/fc-open20210406",
    "@alicloud/fc20230330",
  ]);
});

test.each(programs)(
  "the program for $name in docs/clients.md prints the documented output",
  async ({ program, output, name }) => {
    // Inside the repository, so that the program finds the SDK in node_modules.
    const file = join(ROOT, "test-results", `documented-${name?.split("/")[1]}.mjs`);
    await mkdir(join(ROOT, "test-results"), { recursive: true });
    await writeFile(file, program.replaceAll(DOCUMENTED_HOST, new URL(url).host));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file]);
      expect(withPlaceholders(stdout)).toBe(withPlaceholders(output));
    } finally {
      await rm(file);
    }
  },
);

/** The output with placeholders for what differs in each run: times, ids, and the credentials of sandboxes. */
function withPlaceholders(text: string): string {
  return text
    .replace(/1-[\da-f]{8}-[\da-f]{8}-[\da-f]{12}/g, "(request)")
    .replace(/c-[\da-f]{20}/g, "(instance)")
    .replace(/"id":( ?)"[\da-f-]{36}"/g, '"id":$1"(id)"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "(time)")
    .replace(/"functionId":"[\da-f-]{36}"/g, '"functionId":"(id)"')
    .replace(/team-a-[a-z2-7]{26}/g, "team-a-(id)")
    .replace(/"(accessKeySecret|controlToken|watchToken)":"[\w.-]{43,}"/g, '"$1":"(secret)"');
}
