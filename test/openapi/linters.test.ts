import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import spectralCore, { type RulesetDefinition } from "@stoplight/spectral-core";
import spectralRulesets from "@stoplight/spectral-rulesets";
import { expect, test } from "vitest";
import { VERSION_IDS } from "../../src/fc/versions.ts";
import { SERVER } from "../server.ts";

const FILES = ["openapi.json", ...VERSION_IDS.map((id) => `openapi-${id}.json`)];

const FAULT_HEADER = "components/parameters/fault";
const FEED = "paths//_sandbox/events/get/responses";
const FEED_REASON = "a WebSocket's success is 101";
const FAULT_REASON = "every request may have the header, and importers would send it if an operation had it";

/** What the rules find, and why it is so. */
const REASONS: Readonly<Record<string, string>> = {
  [`no-unused-components ${FAULT_HEADER}`]: FAULT_REASON,
  [`oas3-unused-component ${FAULT_HEADER}`]: FAULT_REASON,
  [`operation-2xx-response ${FEED}`]: FEED_REASON,
  [`operation-success-response ${FEED}`]: FEED_REASON,
  "info-contact info":
    "the operator of a deployment is whom to ask, and the document does not know the operator",
};

/** Findings without those that have a reason. */
function withoutReason(found: readonly string[]): string[] {
  return [...new Set(found)].filter((finding) => !(finding in REASONS));
}

/** What Redocly's recommended rules find in a file. */
async function lint(file: string): Promise<string[]> {
  const program = join(import.meta.dirname, "../../node_modules/@redocly/cli/bin/cli.js");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const args = [program, "lint", file, "--extends=recommended", "--format=json"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 100_000_000 });
  const { problems }: { problems: { ruleId: string; location: { pointer: string }[] }[] } =
    JSON.parse(stdout);
  return problems.map(({ ruleId, location }) => `${ruleId} ${located(location[0]?.pointer ?? "")}`);
}

test("Redocly's recommended rules hold for all documents", async () => {
  const directory = await mkdtemp(join(tmpdir(), "openapi-"));
  try {
    for (const file of FILES) {
      const path = join(directory, file);
      await writeFile(path, await (await fetch(`${SERVER}/${file}`)).text());
      expect(withoutReason(await lint(path)), file).toEqual([]);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}, 60_000);

/** A pointer of Redocly's in the form of Spectral's paths: `#/paths/~1a/get` is `paths//a/get`. */
function located(pointer: string): string {
  return pointer.replace(/^#\//, "").replaceAll("~1", "/").replaceAll("~0", "~");
}

// The documents of the versions are parts of the whole, so the rules hold for them, too. The examples would take three
// times as long as all the rest: Redocly's rules look at them, and they are responses that the contract's test checked.
test("Spectral's recommended rules hold for the whole document", async () => {
  const document = await (await fetch(`${SERVER}/openapi.json`)).text();
  const spectral = new spectralCore.Spectral();
  // The package's types do not know that its ruleset can be extended.
  spectral.setRuleset({ extends: [[spectralRulesets.oas as RulesetDefinition, "recommended"]] });
  const found = await spectral.run(
    JSON.parse(document, (key, value) => (key === "examples" ? undefined : value)),
  );
  expect(withoutReason(found.map(({ code, path }) => `${code} ${path.join("/")}`))).toEqual([]);
}, 60_000);
