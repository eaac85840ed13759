import { type Signal, useSignal } from "@preact/signals";
import { defaults } from "../../fc/asyncConfig/defaults.ts";
import { destinationsRule } from "../../fc/asyncConfig/merge.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName } from "../../fc/names.ts";
import { ApiForm } from "./ApiForm.tsx";
import { callsFor, type EnteredItems, versionFor } from "./api.ts";
import { type ConfigItems, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { qualifiersOf } from "./resources.ts";
import { configs, resources, summary } from "./sandbox.ts";
import { ChoiceField, TextField } from "./TextField.tsx";

type FieldName = keyof ConfigName | keyof ConfigItems;

/** The form field for each item that the API's error messages name, and for its error codes. */
const fieldsByItem: Readonly<Record<string, FieldName>> = {
  ServiceName: "service",
  FunctionName: "function",
  Qualifier: "qualifier",
  ServiceNotFound: "service",
  FunctionNotFound: "function",
  VersionNotFound: "qualifier",
  AliasNotFound: "qualifier",
  maxAsyncEventAgeInSeconds: "maxAsyncEventAgeInSeconds",
  maxAsyncRetryAttempts: "maxAsyncRetryAttempts",
  statefulInvocation: "stateful",
  asyncTask: "stateful",
  "destinationConfig.onSuccess.destination": "onSuccess",
  "destinationConfig.onFailure.destination": "onFailure",
};

/**
 * A form that PUTs a config: a new one, for `name` as far as that is given, or a `config` that is there.
 * Unchanged items are not sent, so the API keeps their values.
 */
export function ConfigForm({
  config,
  name,
  onClose,
}: {
  config?: ShownConfig;
  name?: FunctionName;
  onClose: () => void;
}) {
  const before = config ? texts(config.items) : undefined;
  const named = useSignal<ConfigName>({
    service: (config ?? name)?.service ?? firstService(),
    function: (config ?? name)?.function ?? "",
    qualifier: config?.qualifier ?? DEFAULT_QUALIFIER,
  });
  const entered = useSignal<EnteredItems>({});

  const { settings } = summary.value ?? {};
  const rule = destinationsRule(settings?.destinations ?? "by version", versionFor(named.value.service));
  const calls = callsFor(named.value, before ?? {}, entered.value, rule);
  const enter = (item: keyof ConfigItems, text: string) => {
    // The value equals the stored value, or both are empty: do not send the item.
    const isLeft = text === (before?.[item] ?? "");
    entered.value = { ...entered.value, [item]: isLeft ? undefined : text };
  };
  const exists = configs.value.has(
    keyOf({ ...named.value, qualifier: named.value.qualifier || DEFAULT_QUALIFIER }),
  );
  return (
    <ApiForm
      title={config ? `Edit ${titleOf(config)}` : "Put a config"}
      calls={calls}
      note={
        <>
          {calls.length > 1
            ? "No PUT clears one destination here: the config is deleted and put again, with a new createdTime."
            : "What is sent: only what you entered. The rest of the config stays as it is."}
          {rule === "replace" && " A destinationConfig replaces both destinations."}
        </>
      }
      submit="Put"
      fields={fieldsByItem}
      done={`Put ${titleOf(named.value)}`}
      hint={!config && exists && "This config exists: it will be updated."}
      onClose={onClose}
    >
      {(errorOf) => {
        const text = (item: keyof ConfigItems, label: string, hint: string, isNumeric = false) => (
          <TextField
            label={label}
            hint={hint}
            error={errorOf(item)}
            value={entered.value[item] ?? before?.[item] ?? ""}
            isNumeric={isNumeric}
            onEnter={(given) => enter(item, given)}
          />
        );
        return (
          <>
            <NameFields
              named={named}
              isFixed={config !== undefined}
              mayBeAny={settings?.functions !== "declared"}
              errorOf={errorOf}
            />
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
              <ChoiceField
                label="Stateful invocation"
                hint="No if never set"
                error={errorOf("stateful")}
                value={entered.value.stateful ?? before?.stateful ?? ""}
                options={[
                  ...(before?.stateful ? [] : [["", "not given"] as const]),
                  ["true", "yes"],
                  ["false", "no"],
                ]}
                onChoose={(value) => enter("stateful", value)}
              />
            </div>
            {text("onSuccess", "On success, send to", before?.onSuccess ? CLEAR_HINT : DESTINATION_HINT)}
            {text("onFailure", "On failure, send to", before?.onFailure ? CLEAR_HINT : DESTINATION_HINT)}
          </>
        );
      }}
    </ApiForm>
  );
}

/** The service that a new config is most likely for. */
function firstService(): string {
  const { services, functions } = resources.value;
  return [...services.keys()][0] ?? (functions.size > 0 ? "" : "demo");
}

/** The value of the choice that has a field for another qualifier. */
const ANOTHER = "";

/** The fields that name a config. Where a function's qualifiers are known, they are a list to choose from. */
function NameFields({
  named,
  isFixed,
  mayBeAny,
  errorOf,
}: {
  named: Signal<ConfigName>;
  /** Whether the config is there already, so that its name stays. */
  isFixed: boolean;
  /** Whether a function and a qualifier that do not exist may have a config. */
  mayBeAny: boolean;
  errorOf: (name: FieldName) => string | undefined;
}) {
  const { value } = named;
  const all = resources.value;
  const qualifiers = qualifiersOf(value, all);
  const isAnother = useSignal(false);
  const enter = (which: keyof ConfigName, text: string) => {
    const next = { ...value, [which]: text };
    // A qualifier that was chosen goes with the function that has it; one that was typed stays.
    const isGone =
      which !== "qualifier" &&
      qualifiers.includes(next.qualifier) &&
      !qualifiersOf(next, all).includes(next.qualifier);
    named.value = isGone ? { ...next, qualifier: DEFAULT_QUALIFIER } : next;
  };
  const isList = !isFixed && (qualifiers.length > 1 || !mayBeAny);
  const isListed = qualifiers.includes(value.qualifier) && !isAnother.value;
  return (
    <div class="fields three">
      <TextField
        label="Service"
        hint={isFixed ? undefined : "Empty for FC 3.0"}
        error={errorOf("service")}
        value={value.service}
        isReadOnly={isFixed}
        suggestions={[...all.services.keys()]}
        onEnter={(text) => enter("service", text)}
      />
      <TextField
        label="Function"
        hint={isFixed ? undefined : mayBeAny ? "Need not exist" : "One that exists"}
        error={errorOf("function")}
        value={value.function}
        isReadOnly={isFixed}
        suggestions={[...all.functions.values()]
          .filter(({ service }) => service === value.service)
          .map((one) => one.function)}
        onEnter={(text) => enter("function", text)}
      />
      {isList && (
        <ChoiceField
          label="Qualifier"
          hint="LATEST, an alias or a version"
          error={isListed || !mayBeAny ? errorOf("qualifier") : undefined}
          value={isListed || !mayBeAny ? value.qualifier : ANOTHER}
          options={[...qualifiers, ...(mayBeAny ? [[ANOTHER, "another"] as const] : [])]}
          onChoose={(chosen) => {
            isAnother.value = chosen === ANOTHER;
            enter("qualifier", chosen);
          }}
        />
      )}
      {(!isList || (mayBeAny && !isListed)) && (
        <TextField
          label={isList ? "Another qualifier" : "Qualifier"}
          hint={isFixed ? undefined : "LATEST, a version or an alias"}
          error={errorOf("qualifier")}
          value={value.qualifier}
          isReadOnly={isFixed}
          onEnter={(text) => enter("qualifier", text)}
        />
      )}
    </div>
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
