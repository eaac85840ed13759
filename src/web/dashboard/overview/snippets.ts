import type { Summary } from "../../../client/index.ts";
import { accessKeyIdOf, DEFAULT_SANDBOX_ID } from "../../../state/sandboxId.ts";
import { text } from "../text/text.ts";

/** Code that points one client at the sandbox, to copy. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
  /** What the code needs, or what to know before using it; may be empty. */
  readonly note: string;
}

/**
 * Code that points each client at a sandbox. `summary` is undefined until it is loaded, and has credentials
 * only if the visitor may see them.
 */
export function snippets(
  endpoint: string,
  id: string,
  summary: Summary | undefined,
): readonly [Snippet, ...Snippet[]] {
  const words = text().connect;
  const { protocol, host } = new URL(endpoint);
  const {
    region = "cn-hangzhou",
    accountId = "1234567890123456",
    signatures = "off",
  } = summary?.settings ?? {};
  const isDefault = id === DEFAULT_SANDBOX_ID;
  // A signature that is there is checked in both modes, and the access key selects the sandbox for clients whose
  // endpoint can't have a path.
  const isChecked = signatures !== "off";
  const key = isDefault ? (isChecked && summary?.accessKeyId) || "any-id" : accessKeyIdOf(id);
  const secret = summary?.accessKeySecret ?? (isChecked ? "<secret>" : "any-secret");
  const secretNote = isChecked && summary?.accessKeySecret === undefined ? words.noSecret : "";
  const destination = `acs:mns:${region}:${accountId}:/queues/failed/messages`;
  const config = `${endpoint}/2016-08-15/services/demo.prod/functions/hello/async-invoke-config`;
  const body = `{"maxAsyncRetryAttempts": 1, "destinationConfig": {"onFailure": {"destination": "${destination}"}}}`;
  const unsigned = signatures === "required" ? words.unsignable : "";
  const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
  const notes = (...all: string[]) => all.filter(Boolean).join(text().punctuation.sentences);
  return [
    {
      name: "curl",
      note: unsigned,
      text: `curl -X PUT ${config} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`,
    },
    {
      name: words.browser,
      note: unsigned || words.inBrowser,
      text: `const response = await fetch("${config}", {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ maxAsyncRetryAttempts: 1 }),
});
console.log(response.status, response.headers.get("X-Fc-Request-Id"), await response.json());`,
    },
    {
      name: "Node.js",
      note: notes(
        words.install("FC 3.0", "npm install @alicloud/fc20230330 @alicloud/openapi-core"),
        secretNote,
      ),
      text: `import core from "@alicloud/openapi-core";
import fc from "@alicloud/fc20230330";

const client = new fc.default(
  new core.$OpenApiUtil.Config({
    accessKeyId: "${key}",
    accessKeySecret: "${secret}",
    endpoint: "${host}",
    protocol: "${scheme}",
  }),
);

await client.putAsyncInvokeConfig(
  "hello",
  new fc.PutAsyncInvokeConfigRequest({
    body: new fc.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 1 }),
  }),
);`,
    },
    {
      name: "Node.js, FC 2.0",
      note: notes(words.install("FC 2.0", "npm install @alicloud/fc2"), secretNote),
      text: `import FC from "@alicloud/fc2";

const client = new FC("${accountId}", {
  accessKeyID: "${key}",
  accessKeySecret: "${secret}",
  region: "${region}",
  endpoint: "${endpoint}",
});

await client.putFunctionAsyncConfig("demo", "hello", "prod", {
  maxAsyncRetryAttempts: 1,
  destinationConfig: { onFailure: { destination: "${destination}" } },
});`,
    },
    {
      name: "Python",
      note: notes(words.install("FC 3.0", "pip install alibabacloud_fc20230330"), secretNote),
      text: `from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330 import models as fc
from alibabacloud_tea_openapi.models import Config

client = Client(
    Config(
        access_key_id="${key}",
        access_key_secret="${secret}",
        endpoint="${host}",
        protocol="${scheme}",
    )
)
put = fc.PutAsyncInvokeConfigInput(max_async_retry_attempts=1)
client.put_async_invoke_config("hello", fc.PutAsyncInvokeConfigRequest(body=put))`,
    },
    {
      name: "Go",
      note: notes(words.install("FC 2.0", "go get github.com/aliyun/fc-go-sdk"), secretNote),
      text: `package main

import "github.com/aliyun/fc-go-sdk"

func main() {
	client, err := fc.NewClient("${protocol}//${host}", "2016-08-15", "${key}", "${secret}")
	if err != nil {
		panic(err)
	}
	retries := int64(1)
	put := fc.NewPutFunctionAsyncInvokeConfigInput("demo", "hello").
		WithAsyncConfig(fc.AsyncConfig{MaxAsyncRetryAttempts: &retries})
	if _, err := client.PutFunctionAsyncInvokeConfig(put); err != nil {
		panic(err)
	}
}`,
    },
    {
      name: "Java",
      note: notes(words.install("FC 2.0", "com.aliyun:aliyun-java-sdk-fc"), secretNote),
      text: `import com.aliyuncs.fc.client.FunctionComputeClient;
import com.aliyuncs.fc.config.Config;
import com.aliyuncs.fc.model.AsyncConfig;
import com.aliyuncs.fc.request.PutFunctionAsyncConfigRequest;

public class Hello {
  public static void main(String[] args) {
    Config config = new Config("${region}", "${accountId}", "${key}", "${secret}", null, false)
        .setEndpoint("${endpoint}");
    FunctionComputeClient client = new FunctionComputeClient(config);
    client.putFunctionAsyncConfig(new PutFunctionAsyncConfigRequest("demo", "prod", "hello")
        .setAsyncConfig(new AsyncConfig().setMaxAsyncRetryAttempts(1)));
  }
}`,
    },
    {
      name: "Terraform",
      note: notes(isDefault ? "" : words.keySelects, words.httpsOnly, secretNote),
      text: `provider "alicloud" {
  region       = "${region}"
  protocol     = "${scheme}"
  account_id   = "${accountId}"
  account_type = "Domestic"
  access_key   = "${key}"
  secret_key   = "${secret}"
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
