import { deleteAsyncInvokeConfig } from "./asyncConfig/deleteAsyncInvokeConfig.ts";
import { getAsyncInvokeConfig } from "./asyncConfig/getAsyncInvokeConfig.ts";
import { listAsyncInvokeConfigs } from "./asyncConfig/listAsyncInvokeConfigs.ts";
import { putAsyncInvokeConfig } from "./asyncConfig/putAsyncInvokeConfig.ts";
import type { OperationName } from "./operations.ts";
import type { Handler } from "./request.ts";

/** What reads the requests for each operation of the registry. */
export const handlers = {
  PutAsyncInvokeConfig: putAsyncInvokeConfig,
  GetAsyncInvokeConfig: getAsyncInvokeConfig,
  DeleteAsyncInvokeConfig: deleteAsyncInvokeConfig,
  ListAsyncInvokeConfigs: listAsyncInvokeConfigs,
} as const satisfies { readonly [N in OperationName]: Handler<{ readonly operation: N }> };

/** What a request asks for, read: one of the operations, with what it was given. */
export type Call = {
  [N in OperationName]: (typeof handlers)[N] extends Handler<infer C> ? C : never;
}[OperationName];
