import { type Condition, type Invocation, isFinal, rulesOf } from "../../fc/invocations/invocation.ts";
import { conditionOf } from "../../fc/invocations/machine.ts";
import type { Payloads } from "../../fc/invocations/operand.ts";
import { recordIn, recordOf } from "../../fc/invocations/record.ts";
import { previewOf } from "../../fc/invocations/recordPreview.ts";
import type { ShownRecord } from "../../state/invocations.ts";
import type { DeliveryTable } from "./deliveryTable.ts";
import type { InvocationHost } from "./invocationHost.ts";

/**
 * The record of an invocation, as it was or will be delivered; of one that has not ended, as it would be if it ended at
 * `now`, by the condition that is wanted. `now` is the sandbox's time, in milliseconds since 1970.
 */
export function shownRecord(
  invocation: Invocation,
  payloads: Payloads,
  wanted: Condition | undefined,
  {
    host,
    deliveries,
    now,
  }: { readonly host: InvocationHost; readonly deliveries: DeliveryTable; readonly now: number },
): ShownRecord {
  const jsonOf = (its: Invocation, result: Uint8Array) =>
    JSON.stringify(recordOf(its, host.name, host.state().settings, { event: payloads.event, result }));
  const { status, delivery, qualifier } = invocation;
  if (!isFinal(status)) {
    const preview = previewOf(invocation, wanted, payloads.event, now);
    const { condition } = preview;
    // The next attempt goes by the config of then; one that is under way, by that of its beginning.
    const isUnderWay = status === "Running" || status === "Stopping";
    const rules = (isUnderWay ? invocation.rules : null) ?? rulesOf(host.config(qualifier));
    const record = jsonOf(preview.invocation, preview.result);
    return { isPreview: true, condition, destination: rules[condition], record };
  }
  const condition = conditionOf(status);
  if (condition === null) return { isPreview: false, condition, destination: null, record: null };
  // The settings, which the record is made by, may have changed since it was sent.
  const sent = delivery && deliveries.get(delivery.id);
  const record = (sent && recordIn(sent.message, sent.destination)) ?? jsonOf(invocation, payloads.result);
  return { isPreview: delivery === null, condition, destination: delivery?.destination ?? null, record };
}
