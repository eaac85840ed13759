import createClient from "openapi-fetch";
import type { components, paths } from "./openapi-typescript/api.ts";

type Schemas = components["schemas"];

/** A fault as a generated type, which a test of the user would import. */
const fault: Schemas["FaultInput"] = { effect: { type: "error", code: "Throttling" }, times: 1 };

/** Puts, gets, lists and deletes a config and adds a fault, as a user of openapi-typescript and openapi-fetch does. */
export async function exercise(baseUrl: string, controlToken: string): Promise<readonly unknown[]> {
  const client = createClient<paths>({ baseUrl });
  const config = "/2021-04-06/services/{serviceName}/functions/{functionName}/async-invoke-config";
  const configs = "/2021-04-06/services/{serviceName}/functions/{functionName}/async-invoke-configs";
  const path = { serviceName: "demo", functionName: "hello" };
  const params = { path, query: { qualifier: "prod" } };
  const body: Schemas["AsyncInvokeConfigInput_2021-04-06"] = { maxAsyncRetryAttempts: 2 };
  const put = await client.PUT(config, { params, body });
  const got = await client.GET(config, { params });
  const listed = await client.GET(configs, { params: { path } });
  const deleted = await client.DELETE(config, { params });
  const headers = { Authorization: `Bearer ${controlToken}` };
  const added = await client.POST("/_sandbox/faults", { body: fault, headers });
  const failed = await client.GET(config, { params });
  const effect: Schemas["Effect"] | undefined = added.data?.effect;
  return [
    put.data?.maxAsyncRetryAttempts,
    got.data?.qualifier,
    listed.data?.configs.length,
    deleted.response.status,
    effect?.type === "error" ? effect.code : effect?.type,
    failed.error?.Code,
  ];
}
