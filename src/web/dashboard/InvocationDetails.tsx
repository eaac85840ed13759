import { Fragment } from "preact";
import { itemLabels, secondsText } from "./configs.ts";
import { deliveryText, eventText, type ShownInvocation, toneOf } from "./invocations.ts";
import { nameText } from "./resources.ts";

/** What happened to an invocation, and by which rules. */
export function InvocationDetails({ invocation }: { invocation: ShownInvocation }) {
  return (
    <div class="details">
      <h4>What happened</h4>
      <ol class="events">
        {invocation.events.map((event, index) => (
          <li key={index}>
            <time dateTime={event.time}>{event.time}</time>
            <span class={`status ${toneOf(event.status)}`}>{event.status}</span>
            <span class="text">{eventText(event)}</span>
          </li>
        ))}
      </ol>
      <dl class="facts">
        {factsOf(invocation).map(([name, text]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

function factsOf(invocation: ShownInvocation): (readonly [name: string, text: string])[] {
  const { id, requestId, isTask, version, rules, failure, delivery, origin } = invocation;
  return [
    ...(failure
      ? [["Failure", `${failure.error}: ${failure.message} (status ${failure.statusCode})`] as const]
      : []),
    ...(delivery
      ? [
          [
            itemLabels[delivery.condition],
            `${delivery.destination}, ${deliveryText(invocation)?.text}`,
          ] as const,
        ]
      : []),
    ...(rules
      ? ([
          [itemLabels.maxAsyncRetryAttempts, String(rules.maxAsyncRetryAttempts)],
          [itemLabels.maxAsyncEventAgeInSeconds, secondsText(rules.maxAsyncEventAgeInSeconds)],
        ] as const)
      : []),
    [isTask ? "Task ID" : "Invocation ID", id],
    ...(requestId === id ? [] : [["Request ID", requestId] as const]),
    origin ? ["Delivered by", `${nameText(origin)}, invocation ${origin.id}`] : ["API version", version],
  ];
}
