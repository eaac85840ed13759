import { useSignal } from "@preact/signals";
import type { GivenFault } from "../../../client/index.ts";
import { errorCodes } from "../../../fc/errors.ts";
import { operationNames, shownOperation } from "../../../fc/operations.ts";
import { VERSION_IDS } from "../../../fc/versions.ts";
import { forgetDraft, useDraft } from "../configs/drafts.ts";
import { Dialog } from "../elements/Dialog.tsx";
import { Refused } from "../elements/Refused.tsx";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { announcement, control } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { effectText, type FaultRequest, faultLike } from "./faults.ts";

const types = ["error", "delay", "response", "broken"] as const;

/** The form's values as typed; an empty value is not sent. */
interface Entered {
  readonly type: (typeof types)[number];
  readonly code: string;
  readonly message: string;
  readonly milliseconds: string;
  readonly jitterMilliseconds: string;
  readonly status: string;
  readonly body: string;
  readonly after: boolean;
  readonly operation: string;
  readonly version: string;
  readonly service: string;
  readonly function: string;
  readonly qualifier: string;
  readonly times: string;
  readonly skip: string;
  readonly probability: string;
}

/** A form that adds a fault, or replaces one that is there. */
export function FaultForm({ request, onClose }: { request: FaultRequest; onClose: () => void }) {
  const words = text().faults;
  const base = "of" in request ? faultLike(request.of) : request.fault;
  const id = "of" in request ? undefined : request.id;
  const draft = `fault ${id ?? JSON.stringify(base ?? {})}`;
  const entered = useDraft(draft, "items", enteredOf(base));
  const refusal = useSignal<Refusal | undefined>(undefined);
  const { value } = entered;
  const enter = (name: keyof Entered, given: string | boolean) => {
    entered.value = { ...entered.value, [name]: given };
  };
  const errorAt = (path: string) => refusal.value?.errors.find((error) => error.path === path)?.reason;
  const field = (
    name: Exclude<keyof Entered, "type" | "after">,
    label: string,
    path: string,
    hint?: string,
  ) => (
    <TextField
      label={label}
      hint={hint}
      error={errorAt(path)}
      value={value[name]}
      onEnter={(given) => enter(name, given)}
    />
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    const fault = faultOf(entered.value, base);
    refusal.value = await refusalOf(() =>
      id === undefined ? control().faults.add(fault) : control().faults.replace(id, fault),
    );
    if (refusal.value !== undefined) return;
    forgetDraft(draft);
    announcement.value = effectText(fault);
    onClose();
  };
  const choices = {
    error: words.error,
    delay: words.delayChoice,
    response: words.responseChoice,
    broken: words.brokenChoice,
  };
  return (
    <Dialog title={id === undefined ? words.add : words.edit} onClose={onClose}>
      <form onSubmit={submit}>
        <ChoiceField
          label={words.effect}
          error={errorAt("effect.type")}
          value={value.type}
          options={types.map((type) => [type, choices[type]] as const)}
          onChoose={(given) => enter("type", given)}
        />
        {value.type === "error" && (
          <div class="fields two">
            <ChoiceField
              label={words.code}
              error={errorAt("effect.code")}
              value={value.code}
              options={errorCodes}
              onChoose={(given) => enter("code", given)}
            />
            {field("message", words.message, "effect.message", words.messageHint)}
          </div>
        )}
        {value.type === "delay" && (
          <div class="fields two">
            {field("milliseconds", words.milliseconds, "effect.milliseconds")}
            {field("jitterMilliseconds", words.jitter, "effect.jitterMilliseconds", words.jitterHint)}
          </div>
        )}
        {value.type === "response" && (
          <div class="fields two">
            {field("status", words.status, "effect.status")}
            {field("body", words.body, "effect.body", words.bodyHint)}
          </div>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={value.after}
            onChange={(event) => enter("after", event.currentTarget.checked)}
          />
          {words.takesEffect}
        </label>
        <fieldset>
          <legend>{words.which}</legend>
          <div class="fields two">
            <ChoiceField
              label={words.operation}
              error={errorAt("match.operation")}
              value={value.operation}
              options={[["", words.anyOperation], ...operationNames.map(shownOperation)]}
              onChoose={(given) => enter("operation", given)}
            />
            <ChoiceField
              label={words.version}
              error={errorAt("match.version")}
              value={value.version}
              options={[["", words.anyOperation], ...VERSION_IDS]}
              onChoose={(given) => enter("version", given)}
            />
            {field("service", words.service, "match.service")}
            {field("function", words.function, "match.function")}
            {field("qualifier", words.qualifier, "match.qualifier")}
          </div>
        </fieldset>
        <fieldset>
          <legend>{words.often}</legend>
          <div class="fields three">
            {field("times", words.most, "times", words.mostHint)}
            {field("skip", words.notFirst, "skip", words.notFirstHint)}
            {field("probability", words.probability, "probability", words.probabilityHint)}
          </div>
        </fieldset>
        <Refused refusal={refusal.value} />
        <footer>
          <button type="submit">{id === undefined ? words.addButton : text().common.save}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function enteredOf(fault: GivenFault | undefined): Entered {
  const effect = fault?.effect ?? { type: "error", code: "Throttling" };
  const { match = {}, times, skip, probability } = fault ?? {};
  const shown = (value: number | undefined) => (value === undefined ? "" : String(value));
  const body = effect.type === "response" ? effect.body : undefined;
  return {
    type: effect.type,
    code: effect.type === "error" ? effect.code : "Throttling",
    message: (effect.type === "error" && effect.message) || "",
    milliseconds: effect.type === "delay" ? String(effect.milliseconds) : "2000",
    jitterMilliseconds: effect.type === "delay" ? shown(effect.jitterMilliseconds) : "",
    status: effect.type === "response" ? String(effect.status) : "503",
    body: body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body),
    after: effect.after === "apply",
    operation: match.operation ?? "",
    version: match.version ?? "",
    service: match.service ?? "",
    function: match.function ?? "",
    qualifier: match.qualifier ?? "",
    times: shown(times),
    skip: shown(skip),
    probability: shown(probability),
  };
}

/**
 * The fault to send, with what the form has no field for as the fault had it before. Values are not validated here:
 * the control plane reports errors.
 */
function faultOf(entered: Entered, before: GivenFault | undefined): GivenFault {
  const given = (typed: string) => typed || undefined;
  const number = (typed: string) =>
    typed === "" ? undefined : Number.isNaN(Number(typed)) ? typed : Number(typed);
  const after = entered.after ? { after: "apply" } : {};
  const was = before?.effect.type === "response" ? before.effect : undefined;
  const isSameBody = was !== undefined && entered.body === enteredOf(before).body;
  const effects = {
    error: { type: "error", code: entered.code, message: given(entered.message), ...after },
    delay: {
      type: "delay",
      milliseconds: number(entered.milliseconds),
      jitterMilliseconds: number(entered.jitterMilliseconds),
      ...after,
    },
    response: {
      type: "response",
      status: number(entered.status),
      headers: was?.headers,
      body: isSameBody ? was.body : given(entered.body),
      ...after,
    },
    broken: { type: "broken", ...after },
  };
  return {
    match: {
      operation: given(entered.operation),
      version: given(entered.version),
      service: given(entered.service),
      function: given(entered.function),
      qualifier: given(entered.qualifier),
      destination: before?.match?.destination,
    },
    effect: effects[entered.type],
    times: number(entered.times),
    skip: number(entered.skip),
    probability: number(entered.probability),
    ...(before?.enabled === false ? { enabled: false } : {}),
  } as GivenFault;
}
