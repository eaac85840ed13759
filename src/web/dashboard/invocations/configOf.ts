import { keyOf, type ShownConfig } from "../configs/configs.ts";
import { configs } from "../sandbox.ts";
import type { ShownInvocation } from "./invocations.ts";

/** The config that an invocation goes by: the present one of the qualifier that was called. */
export function configOf({ service, function: name, qualifier }: ShownInvocation): ShownConfig | undefined {
  return configs.value.get(keyOf({ service, function: name, qualifier }));
}
