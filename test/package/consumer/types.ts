import { type Sandbox, type SandboxOptions, startSandbox } from "fc-sandbox";
import {
  type Fault,
  type JournalEntry,
  type RequestFilter,
  requestFilter,
  SandboxClient,
  type Snapshot,
  type VerificationError,
} from "fc-sandbox/client";
import { test } from "fc-sandbox/vitest";
import globalSetup from "fc-sandbox/vitest/global-setup";
import { expectTypeOf } from "vitest";

const options: SandboxOptions = { port: 0, variables: { REGION: "eu-central-1" } };
const server: Promise<Sandbox> = startSandbox(options);
// @ts-expect-error: a port is a number.
startSandbox({ port: "8787" });

const client = new SandboxClient({ endpoint: "http://127.0.0.1:8787" });
const fault: Promise<Fault> = client.faults.add({ effect: { type: "delay", milliseconds: 100 } });
// @ts-expect-error: not an error code of the API.
client.faults.add({ effect: { type: "error", code: "Nonsense" } });
const entries: Promise<readonly JournalEntry[]> = client.requests.list().then((page) => page.requests);
const filter: RequestFilter = requestFilter({ endpoint: "", accessKeyId: "", accessKeySecret: "" });
// @ts-expect-error: no scheme.
requestFilter({ endpoint: "", accessKeyId: "", accessKeySecret: "", scheme: "Basic" });
const count = (error: VerificationError): number => error.count;
const snapshot: Snapshot = {
  settings: { signatures: "required" },
  clock: { mode: "frozen", time: "2030-01-01T00:00:00Z" },
  configs: [{ function: "report", destinationConfig: { onFailure: { destination: null } } }],
};
// @ts-expect-error: nothing else in a config.
const wrong: Snapshot = { configs: [{ function: "report", retries: 1 }] };

test("typed", ({ sandbox, sandboxServer }) => {
  const { url }: { readonly url: string } = sandboxServer;
  const same: SandboxClient = sandbox;
  return [url, same];
});
test.override("sandboxOptions", { snapshot });
// @ts-expect-error: no option of a sandbox.
test.override("sandboxOptions", { colour: "red" });
const teardown: Promise<() => Promise<void>> = globalSetup();

expectTypeOf({ server, fault, entries, filter, count, wrong, teardown }).toBeObject();
