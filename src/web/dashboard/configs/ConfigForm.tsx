import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { defaults } from "../../../fc/asyncConfig/defaults.ts";
import { destinationsRule } from "../../../fc/asyncConfig/merge.ts";
import { type ConfigName, DEFAULT_QUALIFIER, type FunctionName, functionKey } from "../../../fc/names.ts";
import { callsFor, type EnteredItems, versionFor } from "../api.ts";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { configs, resources, summary } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { ApiForm } from "./ApiForm.tsx";
import { type ConfigItems, changes, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { useDraft } from "./drafts.ts";
import { qualifiersOf } from "./resources.ts";

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
  const words = text().forms;
  const draft = `config ${config ? keyOf(config) : functionKey(name ?? { service: "", function: "" })}`;
  const before = config ? texts(config.items) : undefined;
  const named = useDraft<ConfigName>(draft, "name", {
    service: (config ?? name)?.service ?? firstService(),
    function: (config ?? name)?.function ?? "",
    qualifier: config?.qualifier ?? DEFAULT_QUALIFIER,
  });
  const entered = useDraft<EnteredItems>(draft, "items", {});
  /** The config as it was when what was typed was begun. */
  const opened = useDraft(draft, "opened", config);
  useMemo(() => {
    if (Object.values(entered.peek()).every((given) => given === undefined)) opened.value = config;
  }, []);

  const { settings } = summary.value ?? {};
  const rule = destinationsRule(settings?.destinations ?? "by version", versionFor(named.value.service));
  // What a request has to repeat is repeated as it is now, not as it was when the form was opened.
  const now = config && (configs.value.get(keyOf(config)) ?? config);
  const calls = callsFor(named.value, now ? texts(now.items) : {}, entered.value, rule);
  const enter = (item: keyof ConfigItems, given: string) => {
    // The value equals the stored value, or both are empty: do not send the item.
    const isLeft = given === (before?.[item] ?? "");
    entered.value = { ...entered.value, [item]: isLeft ? undefined : given };
  };
  const exists = configs.value.has(
    keyOf({ ...named.value, qualifier: named.value.qualifier || DEFAULT_QUALIFIER }),
  );
  return (
    <ApiForm
      title={config ? text().configs.editWhat(titleOf(config)) : words.newConfig}
      draft={draft}
      calls={calls}
      note={
        <>
          {calls.length > 1 ? words.deletedFirst : words.whatIsSent}
          {rule === "replace" && ` ${words.replaces}`}
        </>
      }
      submit={text().common.save}
      fields={fieldsByItem}
      missing={named.value.function === "" ? { field: "function", message: words.functionNeeded } : undefined}
      done={words.saved(titleOf(named.value))}
      hint={!config && exists && words.existsHint}
      onClose={onClose}
    >
      {(errorOf) => {
        const field = (item: keyof ConfigItems, label: string, hint: string, isNumeric = false) => (
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
            {config && <Stale opened={opened.value ?? config} entered={entered.value} />}
            <NameFields
              named={named}
              isFixed={config !== undefined}
              mayBeAny={settings?.functions !== "declared"}
              errorOf={errorOf}
            />
            <div class="fields three">
              {field(
                "maxAsyncEventAgeInSeconds",
                text().items.maxAsyncEventAgeInSeconds,
                words.ageHint(defaults.maxAsyncEventAgeInSeconds),
                true,
              )}
              {field(
                "maxAsyncRetryAttempts",
                text().items.maxAsyncRetryAttempts,
                words.retriesHint(defaults.maxAsyncRetryAttempts),
                true,
              )}
              <ChoiceField
                label={text().items.stateful}
                hint={words.statefulHint}
                error={errorOf("stateful")}
                value={entered.value.stateful ?? before?.stateful ?? ""}
                options={[
                  ...(before?.stateful ? [] : [["", words.notGiven] as const]),
                  ["true", text().common.yes],
                  ["false", text().common.no],
                ]}
                onChoose={(value) => enter("stateful", value)}
              />
            </div>
            {field("onSuccess", words.onSuccess, before?.onSuccess ? words.clearHint : words.destinationHint)}
            {field("onFailure", words.onFailure, before?.onFailure ? words.clearHint : words.destinationHint)}
          </>
        );
      }}
    </ApiForm>
  );
}

/** Says that the config has changed since the form was opened, and shows both. */
function Stale({ opened, entered }: { opened: ShownConfig; entered: EnteredItems }) {
  const words = text().forms;
  const current = configs.value.get(keyOf(opened));
  const found = changes(opened.items, current?.items);
  if (current && found.length === 0) return null;
  if (current === undefined) {
    return (
      <div class="stale" role="alert">
        <p>{words.staleDeleted}</p>
      </div>
    );
  }
  const none = text().common.none;
  return (
    <div class="stale" role="alert">
      <p>{words.stale}</p>
      <ul>
        {found.map(({ item, before, after }) => {
          const yours = entered[item];
          const label = text().items[item];
          return (
            <li key={item}>
              {yours === undefined
                ? words.staleOther(label, before || none, after || none)
                : words.staleItem(label, before || none, after || none, yours || none)}
            </li>
          );
        })}
      </ul>
      <p>{words.staleRule}</p>
    </div>
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
  const words = text().forms;
  const { value } = named;
  const all = resources.value;
  const qualifiers = qualifiersOf(value, all);
  const isAnother = useSignal(false);
  const enter = (which: keyof ConfigName, given: string) => {
    const next = { ...value, [which]: given };
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
        label={words.service}
        hint={isFixed ? undefined : words.serviceHint}
        error={errorOf("service")}
        value={value.service}
        isReadOnly={isFixed}
        suggestions={[...all.services.keys()]}
        onEnter={(given) => enter("service", given)}
      />
      <TextField
        label={words.function}
        hint={isFixed ? undefined : mayBeAny ? words.functionAny : words.functionExisting}
        error={errorOf("function")}
        value={value.function}
        isReadOnly={isFixed}
        suggestions={[...all.functions.values()]
          .filter(({ service }) => service === value.service)
          .map((one) => one.function)}
        onEnter={(given) => enter("function", given)}
      />
      {isList && (
        <ChoiceField
          label={words.qualifier}
          hint={words.qualifierChoice}
          error={isListed || !mayBeAny ? errorOf("qualifier") : undefined}
          value={isListed || !mayBeAny ? value.qualifier : ANOTHER}
          options={[...qualifiers, ...(mayBeAny ? [[ANOTHER, words.another] as const] : [])]}
          onChoose={(chosen) => {
            isAnother.value = chosen === ANOTHER;
            enter("qualifier", chosen);
          }}
        />
      )}
      {(!isList || (mayBeAny && !isListed)) && (
        <TextField
          label={isList ? words.anotherQualifier : words.qualifier}
          hint={isFixed ? undefined : words.qualifierHint}
          error={errorOf("qualifier")}
          value={value.qualifier}
          isReadOnly={isFixed}
          onEnter={(given) => enter("qualifier", given)}
        />
      )}
    </div>
  );
}

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
