// Writes calls.json anew, from the journal of a new sandbox: run all commands that docs/clients.md has for examples/terraform,
// and then, where the sandbox was started,
//   NODE_EXTRA_CA_CERTS=.fc-sandbox/ca.pem node test/clients/terraform/record.ts https://127.0.0.1:8787
import { writeFile } from "node:fs/promises";
import type { RequestsPage } from "../../../src/documents/responseBodies.ts";
import { type Call, LAST_ETAG, shapeOf } from "./shape.ts";

const [endpoint = "https://127.0.0.1:8787"] = process.argv.slice(2);

/** The headers that say more than who asks. */
const HEADERS: ReadonlySet<string> = new Set(["content-type", "if-match", "x-fc-enable-eventbridge-trigger"]);

const calls: Call[] = [];
for (let nextToken = ""; ; ) {
  const query = new URLSearchParams({ limit: "100", nextToken });
  const page: RequestsPage = await (await fetch(`${endpoint}/_sandbox/requests?${query}`)).json();
  const byTerraform = page.requests.filter(({ headers }) => headers["user-agent"]?.includes("Terraform"));
  calls.unshift(...byTerraform.map(callOf).reverse());
  if (page.nextToken === undefined) break;
  nextToken = page.nextToken;
}
const lines = calls.map((call) => JSON.stringify(call));
await writeFile(new URL("calls.json", import.meta.url), `[\n${lines.join(",\n")}\n]\n`);

function callOf(entry: RequestsPage["requests"][number]): Call {
  const { method, url, headers, body, status, responseBody } = entry;
  const kept = Object.entries(headers).filter(([name]) => HEADERS.has(name));
  return {
    method,
    url,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, name === "if-match" ? LAST_ETAG : value])),
    ...(body === "" ? {} : { body: JSON.parse(body) }),
    status,
    ...(responseBody === "" ? {} : { response: shapeOf(JSON.parse(responseBody)) }),
  };
}
