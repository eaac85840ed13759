import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { defaults } from "../../fc/asyncConfig/defaults.ts";
import { destinationsRule } from "../../fc/asyncConfig/merge.ts";
import { type ConfigName, DEFAULT_QUALIFIER } from "../../fc/names.ts";
import { versionById } from "../../fc/versions.ts";
import { type ApiFailure, callsFor, type EnteredItems, sendApi } from "./api.ts";
import { Code } from "./Code.tsx";
import { type ConfigItems, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { announcement, configs, signingKey, summary } from "./sandbox.ts";

type FieldName = keyof ConfigName | keyof ConfigItems;

/** The form field for each item that the API's error messages name. */
const fieldsByItem: Readonly<Record<string, FieldName>> = {
  ServiceName: "service",
  FunctionName: "function",
  Qualifier: "qualifier",
  maxAsyncEventAgeInSeconds: "maxAsyncEventAgeInSeconds",
  maxAsyncRetryAttempts: "maxAsyncRetryAttempts",
  statefulInvocation: "stateful",
  asyncTask: "stateful",
  "destinationConfig.onSuccess.destination": "onSuccess",
  "destinationConfig.onFailure.destination": "onFailure",
};

/** A form that PUTs a config. Unchanged items are not sent, so the API keeps their values. */
export function ConfigForm({ config, onClose }: { config?: ShownConfig; onClose: () => void }) {
  const before = config ? texts(config.items) : undefined;
  const named = useSignal({
    service: config?.service ?? "demo",
    function: config?.function ?? "",
    qualifier: config?.qualifier ?? DEFAULT_QUALIFIER,
  });
  const entered = useSignal<EnteredItems>({});
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const isBusy = useSignal(false);

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failure.value]);

  const [item] = /^[\w.]+(?= must be | doesn't match | exceeds )/.exec(failure.value?.message ?? "") ?? [];
  const wrong = item === undefined ? undefined : fieldsByItem[item];
  const errorOf = (name: FieldName) => (wrong === name ? failure.value?.message : undefined);
  const version = versionById(named.value.service ? "2021-04-06" : "2023-03-30");
  const rule = destinationsRule(summary.value?.settings.destinations ?? "by version", version);
  const calls = callsFor(named.value, before ?? {}, entered.value, rule);

  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    try {
      for (const call of calls) {
        failure.value = await sendApi(call, signingKey.value);
        // An earlier attempt may have deleted the config and then failed to put it.
        if (call.method === "DELETE" && failure.value?.code === "AsyncConfigNotExists")
          failure.value = undefined;
        if (failure.value !== undefined) break;
      }
    } catch {
      failure.value = { status: 0, code: "No answer", message: "The connection was lost.", requestId: "" };
    }
    isBusy.value = false;
    if (failure.value !== undefined) return;
    announcement.value = `Put ${titleOf(named.value)}`;
    onClose();
  };
  const enter = (name: keyof ConfigItems, text: string) => {
    // The value equals the stored value, or both are empty: do not send the item.
    const isLeft = text === (before?.[name] ?? "");
    entered.value = { ...entered.value, [name]: isLeft ? undefined : text };
  };
  const name = (which: keyof ConfigName, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={errorOf(which)}>
      {(control) => (
        <input
          {...control}
          value={named.value[which]}
          readOnly={config !== undefined}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => (named.value = { ...named.value, [which]: event.currentTarget.value.trim() })}
        />
      )}
    </Field>
  );
  const text = (which: keyof ConfigItems, label: string, hint: string, numeric = false) => (
    <Field label={label} hint={hint} error={errorOf(which)}>
      {(control) => (
        <input
          {...control}
          value={entered.value[which] ?? before?.[which] ?? ""}
          inputMode={numeric ? "numeric" : "text"}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => enter(which, event.currentTarget.value.trim())}
        />
      )}
    </Field>
  );
  return (
    <Dialog title={config ? `Edit ${titleOf(config)}` : "Put a config"} onClose={onClose}>
      <form ref={form} onSubmit={submit}>
        <div class="fields three">
          {name("service", "Service", config ? undefined : "Empty for FC 3.0")}
          {name("function", "Function", config ? undefined : "Need not exist")}
          {name("qualifier", "Qualifier", config ? undefined : "LATEST, a version or an alias")}
        </div>
        <div class="fields three">
          {text(
            "maxAsyncEventAgeInSeconds",
            "Maximum event age",
            `Seconds; ${defaults.maxAsyncEventAgeInSeconds} if never set`,
            true,
          )}
          {text(
            "maxAsyncRetryAttempts",
            "Retry attempts",
            `0 to 8; ${defaults.maxAsyncRetryAttempts} if never set`,
            true,
          )}
          <Field label="Stateful invocation" hint="No if never set" error={errorOf("stateful")}>
            {(control) => (
              <select
                {...control}
                value={entered.value.stateful ?? before?.stateful ?? ""}
                onChange={(event) => enter("stateful", event.currentTarget.value)}
              >
                {!before?.stateful && <option value="">not given</option>}
                <option value="true">yes</option>
                <option value="false">no</option>
              </select>
            )}
          </Field>
        </div>
        {text("onSuccess", "On success, send to", before?.onSuccess ? CLEAR_HINT : DESTINATION_HINT)}
        {text("onFailure", "On failure, send to", before?.onFailure ? CLEAR_HINT : DESTINATION_HINT)}
        <div class="preview">
          <p>
            {calls.length > 1
              ? "No PUT clears one destination here: the config is deleted and put again, with a new createdTime."
              : "What is sent: only what you entered. The rest of the config stays as it is."}
            {rule === "replace" && " A destinationConfig replaces both destinations."}
          </p>
          <Code label={calls.length > 1 ? "The requests" : "The request"}>
            {calls.map(({ method, path, body = "" }) => `${method} ${path}\n${body}`).join("\n")}
          </Code>
        </div>
        {failure.value && (
          <p class="error" role="alert">
            <strong>
              {failure.value.status || ""} {failure.value.code}
            </strong>{" "}
            {wrong ? "See the field marked above." : failure.value.message}
            {failure.value.requestId && <small> Request {failure.value.requestId}</small>}
          </p>
        )}
        <footer>
          {!config &&
            configs.value.has(
              keyOf({ ...named.value, qualifier: named.value.qualifier || DEFAULT_QUALIFIER }),
            ) && <p class="hint">This config exists: it will be updated.</p>}
          <button type="submit" disabled={isBusy.value}>
            Put
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const CLEAR_HINT = "Empty it to clear it";
const DESTINATION_HINT =
  "A function, queue, topic or event bus, such as acs:fc:cn-hangzhou:123456:functions/done";

/** The items as text; empty for an item that was never set. */
function texts(items: ConfigItems): { readonly [K in keyof ConfigItems]: string } {
  return {
    maxAsyncEventAgeInSeconds: String(items.maxAsyncEventAgeInSeconds ?? ""),
    maxAsyncRetryAttempts: String(items.maxAsyncRetryAttempts ?? ""),
    stateful: String(items.stateful ?? ""),
    onSuccess: items.onSuccess,
    onFailure: items.onFailure,
  };
}
