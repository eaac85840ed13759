import { endpoint } from "../address.ts";
import { Code } from "../elements/Code.tsx";
import { Copy } from "../elements/Copy.tsx";
import { Tabs } from "../elements/Tabs.tsx";
import { sandboxId, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { snippets } from "./snippets.ts";

/** Shows the endpoint, and code that points each client at it. */
export function Connect() {
  const words = text().connect;
  return (
    <section class="panel connect" aria-labelledby="connect">
      <h2 id="connect">{words.title}</h2>
      <div class="endpoint">
        <code>{endpoint}</code>
        <Copy text={endpoint} label={words.copyEndpoint} />
      </div>
      <Tabs label={words.clients} tabs={snippets(endpoint, sandboxId.value, summary.value)}>
        {(snippet) => (
          <>
            {snippet.note && <p class="hint">{snippet.note}</p>}
            <div class="code">
              <Code label={words.example(snippet.name)}>{snippet.text}</Code>
              <Copy text={snippet.text} label={words.copyExample(snippet.name)} />
            </div>
          </>
        )}
      </Tabs>
    </section>
  );
}
