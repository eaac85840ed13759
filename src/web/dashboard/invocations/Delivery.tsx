import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ShownRecord } from "../../../client/index.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { Link } from "../elements/Link.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { verificationOf } from "../inbox/verification.ts";
import { pretty } from "../requests/entries.ts";
import { control } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { deliveryText, hasEnded, type ShownInvocation } from "./invocations.ts";
import type { Rules } from "./plan.ts";

const conditions = ["onSuccess", "onFailure"] as const;

/** Who is told of an invocation's end: the delivery that was made, or those that would be, with the exact record. */
export function Delivery({ invocation, rules }: { invocation: ShownInvocation; rules: Rules }) {
  const words = text().invocations;
  const { delivery } = invocation;
  const possible = delivery
    ? [delivery.condition]
    : hasEnded(invocation)
      ? []
      : conditions.filter((condition) => rules[condition] !== null);
  const said = deliveryText(invocation);
  return (
    <section aria-label={words.deliveries} class="delivery">
      <h3>{words.deliveries}</h3>
      {possible.length === 0 && <p class="empty">{words.noDestination}</p>}
      {possible.map((condition) => {
        const destination = delivery?.destination ?? rules[condition] ?? "";
        return (
          <div key={condition}>
            <p>
              {delivery ? (
                <>
                  <code>{destination}</code> <span class={said?.tone}>{said?.text}</span>
                </>
              ) : condition === "onFailure" ? (
                words.getsOnFailure(destination)
              ) : (
                words.getsOnSuccess(destination)
              )}
            </p>
            <div class="buttons">
              {delivery && delivery.status !== "Pending" && (
                <Link view="inbox" id={delivery.id}>
                  {words.openDelivery}
                </Link>
              )}
              <Copy
                text={verificationOf({
                  destination,
                  condition,
                  service: invocation.service,
                  function: invocation.function,
                })}
                label={words.verify}
              >
                {words.verify}
              </Copy>
            </div>
            <Record invocation={invocation} condition={condition} />
          </div>
        );
      })}
    </section>
  );
}

/** The record as the destination gets it, also before it is sent. */
function Record({
  invocation,
  condition,
}: {
  invocation: ShownInvocation;
  condition: (typeof conditions)[number];
}) {
  const { items, invocations: words } = text();
  const isOpen = useSignal(false);
  const loaded = useSignal<ShownRecord | undefined>(undefined);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { id, service, function: name, events } = invocation;
  useEffect(() => {
    if (!isOpen.value) return;
    void refusalOf(async () => {
      loaded.value = await control().invocations.record(id, { service, function: name, condition });
    }).then((refused) => {
      refusal.value = refused;
    });
  }, [isOpen.value, events.length, condition]);
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        {invocation.delivery ? words.record : words.previewOn(items[condition].toLowerCase())}
      </summary>
      <Refused refusal={refusal.value} />
      {loaded.value && (
        <>
          {loaded.value.isPreview && <p class="hint">{words.recordPreview}</p>}
          <Code label={words.record}>{pretty(loaded.value.record ?? "")}</Code>
        </>
      )}
    </details>
  );
}
