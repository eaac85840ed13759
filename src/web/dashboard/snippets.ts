import type { Summary } from "../../client/index.ts";
import { accessKeyIdOf, DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";

/** Code that points one client at the sandbox, to copy. */
interface Snippet {
  readonly name: string;
  readonly text: string;
  /** What the code needs, or what to know before using it; may be empty. */
  readonly note: string;
}

/**
 * Code that points each client at a sandbox. `summary` is undefined until it is loaded, and has credentials
 * only if the visitor may see them.
 */
export function snippets(endpoint: string, id: string, summary: Summary | undefined): Snippet[] {
  const { protocol, host } = new URL(endpoint);
  const { region = "cn-hangzhou", accountId = "1234567890123456" } = summary?.settings ?? {};
  // The access key selects the sandbox for clients whose endpoint can't have a path.
  const accessKeyId = id === DEFAULT_SANDBOX_ID ? "any-id" : accessKeyIdOf(id);
  const accessKeySecret = summary?.accessKeySecret ?? "any-secret";
  const destination = `acs:mns:${region}:${accountId}:/queues/failed/messages`;
  const config = `${endpoint}/2016-08-15/services/demo.prod/functions/hello/async-invoke-config`;
  const body = `{"maxAsyncRetryAttempts": 1, "destinationConfig": {"onFailure": {"destination": "${destination}"}}}`;
  const mustSign = summary?.settings.signatures === "required";
  const unsigned = mustSign ? "This sandbox wants signed requests, which this one is not." : "";
  const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
  return [
    {
      name: "curl",
      note: unsigned,
      text: `curl -X PUT ${config} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`,
    },
    {
      name: "fc2",
      note: "Node.js, FC 2.0 (2016-08-15): npm install @alicloud/fc2",
      text: `import FC from "@alicloud/fc2";

const client = new FC("${accountId}", {
  accessKeyID: "${accessKeyId}",
  accessKeySecret: "${accessKeySecret}",
  region: "${region}",
  endpoint: "${endpoint}",
});

await client.putFunctionAsyncConfig("demo", "hello", "prod", {
  maxAsyncRetryAttempts: 1,
  destinationConfig: { onFailure: { destination: "${destination}" } },
});`,
    },
    {
      name: "fc-open20210406",
      note: "Node.js, FC 2.0 (2021-04-06): npm install @alicloud/fc-open20210406 @alicloud/openapi-client",
      text: `import openapi from "@alicloud/openapi-client";
import fc from "@alicloud/fc-open20210406";

const client = new fc.default(
  new openapi.Config({
    accessKeyId: "${accessKeyId}",
    accessKeySecret: "${accessKeySecret}",
    endpoint: "${host}",
    protocol: "${scheme}",
  }),
);

await client.putFunctionAsyncInvokeConfig(
  "demo",
  "hello",
  new fc.PutFunctionAsyncInvokeConfigRequest({ qualifier: "prod", maxAsyncRetryAttempts: 1 }),
);`,
    },
    {
      name: "fc20230330",
      note: "Node.js, FC 3.0 (2023-03-30): npm install @alicloud/fc20230330 @alicloud/openapi-core",
      text: `import core from "@alicloud/openapi-core";
import fc from "@alicloud/fc20230330";

const client = new fc.default(
  new core.$OpenApiUtil.Config({
    accessKeyId: "${accessKeyId}",
    accessKeySecret: "${accessKeySecret}",
    endpoint: "${host}",
    protocol: "${scheme}",
  }),
);

await client.putAsyncInvokeConfig(
  "hello",
  new fc.PutAsyncInvokeConfigRequest({
    qualifier: "prod",
    body: new fc.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 1 }),
  }),
);`,
    },
    {
      name: "fetch",
      note: unsigned || "In a browser, on any page: the API is open to every origin.",
      text: `const response = await fetch("${config}", {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ maxAsyncRetryAttempts: 1 }),
});
console.log(response.status, response.headers.get("X-Fc-Request-Id"), await response.json());`,
    },
    {
      name: "Terraform",
      note: [
        id === DEFAULT_SANDBOX_ID ? "" : "The access key says which sandbox is meant.",
        "Resources of FC 2.0 take HTTPS only.",
      ]
        .filter(Boolean)
        .join(" "),
      text: `provider "alicloud" {
  region       = "${region}"
  protocol     = "${scheme}"
  account_id   = "${accountId}"
  account_type = "Domestic"
  access_key   = "${accessKeyId}"
  secret_key   = "${accessKeySecret}"
  endpoints {
    fc = "${host}"
  }
}

resource "alicloud_fcv3_async_invoke_config" "hello" {
  function_name            = "hello"
  max_async_retry_attempts = 1
}`,
    },
  ];
}
