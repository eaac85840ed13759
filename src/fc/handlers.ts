import { deleteAsyncInvokeConfig } from "./asyncConfig/deleteAsyncInvokeConfig.ts";
import { getAsyncInvokeConfig } from "./asyncConfig/getAsyncInvokeConfig.ts";
import { listAsyncInvokeConfigs } from "./asyncConfig/listAsyncInvokeConfigs.ts";
import type { ConfigChange, ConfigHandler, ConfigOperand } from "./asyncConfig/operand.ts";
import { putAsyncInvokeConfig } from "./asyncConfig/putAsyncInvokeConfig.ts";
import type { OperationName } from "./operations.ts";
import type { Performed } from "./request.ts";

/** The handler of each operation in the registry. */
export const handlers = {
  PutAsyncInvokeConfig: putAsyncInvokeConfig,
  GetAsyncInvokeConfig: getAsyncInvokeConfig,
  DeleteAsyncInvokeConfig: deleteAsyncInvokeConfig,
  ListAsyncInvokeConfigs: listAsyncInvokeConfigs,
} as const satisfies { readonly [N in OperationName]: ConfigHandler<{ readonly operation: N }> };

/** A parsed request: one of the operations, with its input. */
export type Call = {
  [N in OperationName]: (typeof handlers)[N] extends ConfigHandler<infer C> ? C : never;
}[OperationName];

/** Performs a call on one function's configs. */
export function performOnConfigs(
  call: Call,
  on: ConfigOperand,
): Performed<ConfigChange> | Promise<Performed<never>> {
  // TypeScript can't see that `operation` selects the handler of this type of call.
  const { perform } = handlers[call.operation] as ConfigHandler<Call>;
  return perform(call, on);
}
