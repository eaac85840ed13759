import { useSignal } from "@preact/signals";
import type { Fault, GivenFault } from "../../client/index.ts";
import { errorCodes } from "../../fc/errors.ts";
import { operationNames, shownOperation } from "../../fc/operations.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { Refused } from "./Refused.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { announcement, control, faults, mayControl } from "./sandbox.ts";

/** The sandbox's faults, and a form to add a fault. */
export function Faults() {
  const isAdding = useSignal(false);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const remove = async (id: string) => {
    refusal.value = await refusalOf(() => control().faults.remove(id));
  };
  return (
    <section class="panel faults" aria-labelledby="faults">
      <header>
        <h2 id="faults">
          Faults <span class="count">{faults.value.length}</span>
        </h2>
        {mayControl.value && (
          <button type="button" onClick={() => (isAdding.value = true)}>
            Add a fault
          </button>
        )}
      </header>
      {faults.value.length === 0 && <p class="empty">None: every request is answered as it should be.</p>}
      <ul>
        {faults.value.map((fault) => (
          <li key={fault.id}>
            <div>
              <strong>{effectText(fault)}</strong>
              <p class="hint">{matchText(fault)}</p>
              <p class="hint">{countText(fault)}</p>
            </div>
            {mayControl.value && (
              <button
                type="button"
                class="quiet"
                onClick={() => remove(fault.id)}
                aria-label={`Remove the fault ${effectText(fault)}`}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
      <Refused refusal={refusal.value} />
      {isAdding.value && <FaultForm onClose={() => (isAdding.value = false)} />}
    </section>
  );
}

function effectText({ effect }: Fault): string {
  const after = effect.after === "apply" ? ", after it took effect" : "";
  if (effect.type === "error") return `${effect.code}${after}`;
  if (effect.type === "response") return `Response ${effect.status}${after}`;
  if (effect.type === "broken") return `Connection breaks off${after}`;
  const jitter = effect.jitterMilliseconds ? ` ± ${effect.jitterMilliseconds}` : "";
  return `Delay of ${effect.milliseconds}${jitter} ms${after}`;
}

function matchText({ match = {} }: Fault): string {
  const parts = Object.entries(match).filter(([, value]) => value !== undefined);
  return parts.length === 0 ? "Every request" : parts.map(([item, value]) => `${item} ${value}`).join(", ");
}

function countText({ matched, struck, times, skip, probability }: Fault): string {
  const limits = [
    times === undefined ? "" : `at most ${times} times`,
    skip ? `not the first ${skip}` : "",
    probability === undefined ? "" : `with probability ${probability}`,
  ].filter(Boolean);
  return `Struck ${struck} of ${matched}${limits.length > 0 ? `; ${limits.join(", ")}` : ""}`;
}

/** The form's values as typed; an empty value is not sent. */
interface Entered {
  readonly type: "error" | "delay" | "response" | "broken";
  readonly code: string;
  readonly milliseconds: string;
  readonly jitterMilliseconds: string;
  readonly status: string;
  readonly body: string;
  readonly after: boolean;
  readonly operation: string;
  readonly service: string;
  readonly function: string;
  readonly qualifier: string;
  readonly times: string;
  readonly skip: string;
  readonly probability: string;
}

const initially: Entered = {
  type: "error",
  code: "Throttling",
  milliseconds: "2000",
  jitterMilliseconds: "",
  status: "503",
  body: "",
  after: false,
  operation: "",
  service: "",
  function: "",
  qualifier: "",
  times: "",
  skip: "",
  probability: "",
};

function FaultForm({ onClose }: { onClose: () => void }) {
  const entered = useSignal(initially);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { value } = entered;
  const enter = (name: keyof Entered, text: string | boolean) => {
    entered.value = { ...entered.value, [name]: text };
  };
  const errorAt = (path: string) => refusal.value?.errors.find((error) => error.path === path)?.reason;
  const text = (
    name: Exclude<keyof Entered, "type" | "after">,
    label: string,
    path: string,
    hint?: string,
  ) => (
    <Field label={label} hint={hint} error={errorAt(path)}>
      {(field) => (
        <input
          {...field}
          value={value[name]}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => enter(name, event.currentTarget.value.trim())}
        />
      )}
    </Field>
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    refusal.value = await refusalOf(() => control().faults.add(faultOf(entered.value)));
    if (refusal.value !== undefined) return;
    announcement.value = "Fault added";
    onClose();
  };
  return (
    <Dialog title="Add a fault" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="What happens" error={errorAt("effect.type")}>
          {(field) => (
            <select
              {...field}
              value={value.type}
              onChange={(event) => enter("type", event.currentTarget.value)}
            >
              <option value="error">The API answers with an error</option>
              <option value="delay">The answer comes late</option>
              <option value="response">Another response comes</option>
              <option value="broken">The connection breaks off in the response</option>
            </select>
          )}
        </Field>
        {value.type === "error" && (
          <Field label="Error code" error={errorAt("effect.code")}>
            {(field) => (
              <select
                {...field}
                value={value.code}
                onChange={(event) => enter("code", event.currentTarget.value)}
              >
                {errorCodes.map((code) => (
                  <option key={code} value={code}>
                    {code}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {value.type === "delay" && (
          <div class="fields two">
            {text("milliseconds", "Milliseconds", "effect.milliseconds")}
            {text("jitterMilliseconds", "Give or take", "effect.jitterMilliseconds", "Milliseconds")}
          </div>
        )}
        {value.type === "response" && (
          <div class="fields two">
            {text("status", "Status", "effect.status")}
            {text("body", "Body", "effect.body")}
          </div>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={value.after}
            onChange={(event) => enter("after", event.currentTarget.checked)}
          />
          After the request took effect: the write happens, the answer is lost
        </label>
        <fieldset>
          <legend>Which requests; leave empty for any</legend>
          <div class="fields two">
            <Field label="Operation" error={errorAt("match.operation")}>
              {(field) => (
                <select
                  {...field}
                  value={value.operation}
                  onChange={(event) => enter("operation", event.currentTarget.value)}
                >
                  <option value="">any</option>
                  {operationNames.map(shownOperation).map((operation) => (
                    <option key={operation} value={operation}>
                      {operation}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            {text("service", "Service", "match.service")}
            {text("function", "Function", "match.function")}
            {text("qualifier", "Qualifier", "match.qualifier")}
          </div>
        </fieldset>
        <fieldset>
          <legend>How often; leave empty for always</legend>
          <div class="fields three">
            {text("times", "At most", "times", "times")}
            {text("skip", "Not the first", "skip", "matching requests")}
            {text("probability", "Probability", "probability", "0 to 1")}
          </div>
        </fieldset>
        <Refused refusal={refusal.value} />
        <footer>
          <button type="submit">Add</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The fault to send. Values are not validated here: the control plane reports errors. */
function faultOf(entered: Entered): GivenFault {
  const given = (text: string) => text || undefined;
  const number = (text: string) =>
    text === "" ? undefined : Number.isNaN(Number(text)) ? text : Number(text);
  const after = entered.after ? { after: "apply" } : {};
  const effects = {
    error: { type: "error", code: entered.code, ...after },
    delay: {
      type: "delay",
      milliseconds: number(entered.milliseconds),
      jitterMilliseconds: number(entered.jitterMilliseconds),
      ...after,
    },
    response: { type: "response", status: number(entered.status), body: given(entered.body), ...after },
    broken: { type: "broken", ...after },
  };
  return {
    match: {
      operation: given(entered.operation),
      service: given(entered.service),
      function: given(entered.function),
      qualifier: given(entered.qualifier),
    },
    effect: effects[entered.type],
    times: number(entered.times),
    skip: number(entered.skip),
    probability: number(entered.probability),
  } as GivenFault;
}
