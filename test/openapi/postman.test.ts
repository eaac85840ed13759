import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { filledSandbox } from "./resources.ts";

const run = promisify(execFile);
const MODULES = join(import.meta.dirname, "../../node_modules");

/** What newman reports of a run. */
interface Report {
  readonly run: {
    readonly failures: readonly unknown[];
    readonly executions: readonly {
      readonly item: { readonly name: string };
      readonly response?: { readonly code: number };
    }[];
  };
}

// Requests delete what later requests name, so some answer 404. Nothing else may fail: that would be a request that
// the conversion made up wrongly.
test.each(["2021-04-06", "2023-03-30"])(
  "a Postman collection made of %s runs without invalid requests",
  async (id) => {
    const { endpoint } = await filledSandbox(id !== "2023-03-30");
    const directory = await mkdtemp(join(tmpdir(), "postman-"));
    const [document, collection, report] = ["document", "collection", "report"].map((name) =>
      join(directory, `${name}.json`),
    ) as [string, string, string];
    try {
      await writeFile(document, await (await fetch(`${endpoint}/openapi-${id}.json`)).text());
      const converter = join(MODULES, "openapi-to-postmanv2/bin/openapi2postmanv2.js");
      await run(process.execPath, [
        ...[converter, "-s", document, "-o", collection],
        ...["-O", "parametersResolution=Example"],
      ]);
      const newman = join(MODULES, "newman/bin/newman.js");
      await run(process.execPath, [
        ...[newman, "run", collection, "--reporters", "json"],
        ...["--reporter-json-export", report],
      ]);
      const { failures, executions } = (JSON.parse(await readFile(report, "utf8")) as Report).run;
      expect(failures).toEqual([]);
      expect(executions.length).toBeGreaterThan(25);
      const codes = executions.map(({ item, response }) => `${response?.code} ${item.name}`);
      expect(codes.filter((code) => !/^(?:2\d\d|404|409) /.test(code))).toEqual([]);
      expect(codes.filter((code) => code.startsWith("2")).length).toBeGreaterThan(codes.length / 2);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
