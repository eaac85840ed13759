import { useSignal } from "@preact/signals";
import { configDeletion, sendApi } from "./api.ts";
import { type ConfigItems, itemLabels, itemText, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import type { FormRequest } from "./Functions.tsx";
import { announcement, lastChange, signingKey } from "./sandbox.ts";

/** A config, with its items; `onOpen`, which opens a form, is undefined for a visitor, who may not change it. */
export function ConfigCard({
  config,
  onOpen,
}: {
  config: ShownConfig;
  onOpen: ((form: FormRequest) => void) | undefined;
}) {
  const error = useSignal<string | undefined>(undefined);
  const change = lastChange.value;
  const changed = change?.key === keyOf(config) ? change.items : undefined;
  const remove = async () => {
    const failure = await sendApi(configDeletion(config), signingKey.value);
    error.value = failure && `${failure.code}: ${failure.message}`;
    if (failure === undefined) announcement.value = `Deleted ${titleOf(config)}`;
  };
  const item = (name: keyof ConfigItems) => {
    const value = itemText(config.items, name);
    const isSet = config.items[name] !== null && config.items[name] !== "";
    return (
      <div key={name} class={changed?.includes(name) ? "changed" : ""}>
        <dt>{itemLabels[name]}</dt>
        <dd title={value}>{isSet ? value : <span class="unset">{value || "none"}</span>}</dd>
      </div>
    );
  };
  return (
    // The key changes with each change of the config, so that the highlight's animation restarts.
    <article
      key={config.lastModifiedTime}
      class={changed ? "config latest" : "config"}
      aria-label={titleOf(config)}
    >
      <header>
        <span class="qualifier">{config.qualifier}</span>
        {changed && <span class="mark">changed last</span>}
        {onOpen && (
          <span class="actions">
            <button
              type="button"
              class="quiet"
              onClick={() => onOpen({ form: "invoke", name: config })}
              aria-label={`Invoke ${titleOf(config)}`}
            >
              Invoke
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => onOpen({ form: "config", config })}
              aria-label={`Edit ${titleOf(config)}`}
            >
              Edit
            </button>
            <button type="button" class="quiet" onClick={remove} aria-label={`Delete ${titleOf(config)}`}>
              Delete
            </button>
          </span>
        )}
      </header>
      {error.value && <p class="error">{error.value}</p>}
      <dl>{(Object.keys(itemLabels) as (keyof ConfigItems)[]).map(item)}</dl>
      <p class="times">
        {config.createdTime === config.lastModifiedTime ? "Created" : "Modified"}{" "}
        <time dateTime={config.lastModifiedTime} title={`Created ${config.createdTime}`}>
          {config.lastModifiedTime}
        </time>
      </p>
    </article>
  );
}
