import { useSignal } from "@preact/signals";
import { endpoint } from "./address.ts";
import { Code } from "./Code.tsx";
import { Copy } from "./Copy.tsx";
import { sandboxId, summary } from "./sandbox.ts";
import { snippets } from "./snippets.ts";

/** Shows the endpoint, and code that points each client at it. */
export function Connect() {
  const chosen = useSignal(0);
  const all = snippets(endpoint, sandboxId.value, summary.value);
  const snippet = all[chosen.value] ?? all[0];
  const choose = (index: number, event: KeyboardEvent | MouseEvent) => {
    chosen.value = (index + all.length) % all.length;
    const tabs = (event.currentTarget as HTMLElement).closest("[role=tablist]")?.children;
    (tabs?.[chosen.value] as HTMLElement | undefined)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowRight") choose(chosen.value + 1, event);
    if (event.key === "ArrowLeft") choose(chosen.value - 1, event);
  };
  return (
    <section class="panel connect" aria-labelledby="connect">
      <h2 id="connect">Point your client here</h2>
      <div class="endpoint">
        <code>{endpoint}</code>
        <Copy text={endpoint} label="Copy the endpoint" />
      </div>
      <div class="tabs" role="tablist" aria-label="Clients">
        {all.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`client-${index}`}
            aria-selected={chosen.value === index}
            aria-controls="snippet"
            tabIndex={chosen.value === index ? 0 : -1}
            onClick={(event) => choose(index, event)}
            onKeyDown={onKeyDown}
          >
            {name}
          </button>
        ))}
      </div>
      <div id="snippet" role="tabpanel" aria-labelledby={`client-${chosen.value}`}>
        {snippet?.note && <p class="hint">{snippet.note}</p>}
        <div class="code">
          <Code label={`${snippet?.name} example`}>{snippet?.text}</Code>
          <Copy text={snippet?.text ?? ""} label={`Copy the ${snippet?.name} example`} />
        </div>
      </div>
    </section>
  );
}
