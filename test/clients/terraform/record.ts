// Writes calls.json anew. Run examples/terraform against a sandbox as docs/clients.md says (apply, plan, apply with
// release=2 and memory_size=1024, plan, destroy), and then `node test/clients/terraform/record.ts {endpoint}`.
import { writeFile } from "node:fs/promises";
import type { RequestsPage } from "../../../src/documents/responseBodies.ts";
import { type Call, shapeOf } from "./shape.ts";

const [endpoint = "http://127.0.0.1:8787"] = process.argv.slice(2);

const calls: Call[] = [];
for (let nextToken = ""; ; ) {
  const query = new URLSearchParams({ limit: "100", nextToken });
  const page: RequestsPage = await (await fetch(`${endpoint}/_sandbox/requests?${query}`)).json();
  for (const { method, url, body, status, responseBody } of page.requests) {
    calls.unshift({
      method,
      url,
      ...(body === "" ? {} : { body: JSON.parse(body) }),
      status,
      ...(responseBody === "" ? {} : { response: shapeOf(JSON.parse(responseBody)) }),
    });
  }
  if (page.nextToken === undefined) break;
  nextToken = page.nextToken;
}
const lines = calls.map((call) => JSON.stringify(call));
await writeFile(new URL("calls.json", import.meta.url), `[\n${lines.join(",\n")}\n]\n`);
