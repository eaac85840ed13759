import {
  addFault,
  deleteFunctionAsyncInvokeConfig20210406,
  type Error20210406,
  type FaultInput,
  getFunctionAsyncInvokeConfig20210406,
  listFunctionAsyncInvokeConfigs20210406,
  putFunctionAsyncInvokeConfig20210406,
} from "./openapi-ts";
import { createClient } from "./openapi-ts/client";

const fault: FaultInput = { effect: { type: "error", code: "Throttling" }, times: 1 };

/** Puts, gets, lists and deletes a config and adds a fault, as a user of @hey-api/openapi-ts does. */
export async function exercise(baseUrl: string, controlToken: string): Promise<readonly unknown[]> {
  const client = createClient({ baseUrl });
  const path = { serviceName: "demo", functionName: "hello" };
  const named = { client, path, query: { qualifier: "prod" } };
  const put = await putFunctionAsyncInvokeConfig20210406({ ...named, body: { maxAsyncRetryAttempts: 2 } });
  const got = await getFunctionAsyncInvokeConfig20210406(named);
  const listed = await listFunctionAsyncInvokeConfigs20210406({ client, path });
  const deleted = await deleteFunctionAsyncInvokeConfig20210406(named);
  const added = await addFault({ client, body: fault, auth: () => controlToken });
  const failed = await getFunctionAsyncInvokeConfig20210406(named);
  const effect = added.data?.effect;
  return [
    put.data?.maxAsyncRetryAttempts,
    got.data?.qualifier,
    listed.data?.configs.length,
    deleted.response?.status,
    effect?.type === "error" ? effect.code : effect?.type,
    // A fault may answer anything, so the type of what may come is unknown.
    (failed.error as Error20210406).Code,
  ];
}
