import { SELF } from "cloudflare:test";
import * as z from "zod/mini";
import { type CreationOptions, createSandbox, type SandboxClient } from "../src/client/index.ts";
import { pactStateSchema, pactStatesSchema, stateValuesSchema } from "../src/documents/pactStates.ts";
import * as responses from "../src/documents/responseBodies.ts";
import { journalEntrySchema } from "../src/journal/entry.ts";
import { shownClockSchema } from "../src/state/clock.ts";
import { declaredSchema } from "../src/state/declared.ts";
import { shownFaultSchema } from "../src/state/faults.ts";
import { invocationDetailsSchema, invocationRecordSchema } from "../src/state/invocations.ts";
import { shownScriptSchema } from "../src/state/outcomes.ts";
import { snapshotSchema } from "../src/state/snapshot.ts";
import { type Answer, fromAnotherClient, request } from "./request.ts";

const limits = {
  bodyBytes: 65_536,
  nameLength: 128,
  journalEntriesPerFunction: 200,
  faults: 50,
  outcomes: 50,
  invocationsPerFunction: 1000,
  invocationBytesPerFunction: 16_777_216,
  services: 500,
  functions: 500,
  qualifiersPerFunction: 100,
} as Parameters<typeof snapshotSchema>[0];

/** What each address below `/_sandbox` answers with. */
const schemas: readonly (readonly [RegExp, z.ZodMiniType])[] = [
  [/^POST \/sandboxes$/, responses.accessSchema],
  [/^GET $/, responses.summarySchema],
  [/^POST \/credentials\/rotate$/, responses.credentialsSchema],
  [/^GET \/audit$/, responses.auditSchema],
  [/^DELETE \/sandboxes\/[^/]+$/, z.undefined()],
  [/^PATCH \/settings$/, responses.settingsResponseSchema],
  [/^GET \/requests$/, responses.exportedRequestsSchema],
  [/^GET \/requests\/[^/]+$/, journalEntrySchema],
  [/^POST \/requests\/count$/, responses.countSchema],
  [/^POST \/requests\/verify$/, responses.verificationSchema],
  [/^GET \/faults$/, responses.faultsSchema],
  [/^(POST \/faults|PUT \/faults\/[^/]+)$/, shownFaultSchema],
  [/^GET \/clock$/, shownClockSchema],
  [/^PUT \/clock$|^POST \/clock\/advance$/, responses.advancedClockSchema],
  [/^GET \/outcomes$/, responses.outcomesSchema],
  [/^(POST \/outcomes|PUT \/outcomes\/[^/]+)$/, shownScriptSchema],
  [/^GET \/invocations$/, responses.invocationsSchema],
  [/^GET \/invocations\/[^/]+$/, invocationDetailsSchema],
  [/^GET \/invocations\/[^/]+\/record$/, invocationRecordSchema],
  [/^POST \/invocations\/[^/]+\/stop$/, z.undefined()],
  [/^GET \/deliveries$/, responses.deliveriesSchema],
  [/^POST \/deliveries\/count$/, responses.countSchema],
  [/^POST \/deliveries\/verify$/, responses.deliveryVerificationSchema],
  [/^(GET|PUT) \/functions$/, declaredSchema(limits)],
  [/^POST \/pact\/provider-states$/, stateValuesSchema],
  [/^GET \/pact\/states$/, pactStatesSchema],
  [/^GET \/pact\/states\/[^/]+$/, pactStateSchema(limits)],
  [/^(PUT|DELETE) \/pact\/states\/[^/]+$/, z.undefined()],
  [/^GET \/snapshot$/, snapshotSchema(limits)],
  [
    /^(POST \/reset|PUT \/snapshot|DELETE \/(faults|requests|outcomes|invocations|deliveries).*)$/,
    z.undefined(),
  ],
];

/** Fetches from the Worker, and holds what the control plane answers against its schema. */
export async function fetchWorker(url: string, init?: RequestInit): Promise<Response> {
  const headers = { ...fromAnotherClient(), ...(init?.headers as object) };
  const response = await SELF.fetch(url, { ...init, headers });
  const [, path = ""] = /\/_sandbox([^?]*)/.exec(url) ?? [];
  const line = `${init?.method ?? "GET"} ${path}`;
  const schema = response.ok ? schemas.find(([pattern]) => pattern.test(line))?.[1] : responses.problemSchema;
  if (schema === undefined) throw new Error(`no schema for ${line}`);
  const text = await response.clone().text();
  schema.parse(text === "" ? undefined : JSON.parse(text));
  return response;
}

/** A sandbox of its own, and what sends API requests to it. */
export interface TestSandbox extends SandboxClient {
  /** The functions that requests were sent to, as `service/function`. */
  readonly addressed: ReadonlySet<string>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

const FUNCTION_IN_PATH = /(?:\/services\/([^/.]+)[^/]*)?\/functions\/([^/?]+)/;

export async function newSandbox(options: CreationOptions = {}): Promise<TestSandbox> {
  const sandbox = await createSandbox("http://sandbox", options, { fetch: fetchWorker });
  const prefix = new URL(sandbox.endpoint).pathname;
  const addressed = new Set<string>();
  return Object.assign(sandbox, {
    addressed,
    send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
      const [, service = "", name] = FUNCTION_IN_PATH.exec(path) ?? [];
      if (name !== undefined) addressed.add(`${service}/${name}`);
      return request(method, prefix + path, body, headers);
    },
  });
}
