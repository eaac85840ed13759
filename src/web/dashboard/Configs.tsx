import { useSignal } from "@preact/signals";
import { configPath, sendApi } from "./api.ts";
import { ConfigForm } from "./ConfigForm.tsx";
import { type ConfigItems, itemLabels, itemText, keyOf, type ShownConfig, titleOf } from "./configs.ts";
import { announcement, configs, lastChange, mayControl, signingKey } from "./sandbox.ts";

/** The sandbox's configs, by service and function. */
export function Configs() {
  const form = useSignal<{ readonly config?: ShownConfig } | undefined>(undefined);
  const all = [...configs.value.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const services = Map.groupBy(all, ({ service }) => service);
  return (
    <section class="panel configs" aria-labelledby="configs">
      <header>
        <h2 id="configs">
          Configs <span class="count">{all.length}</span>
        </h2>
        {mayControl.value && (
          <button type="button" onClick={() => (form.value = {})}>
            Put a config
          </button>
        )}
      </header>
      {all.length === 0 && (
        <div class="empty">
          <p>No function has a config yet.</p>
          <p>Run one of the examples{mayControl.value && ", or put one here"}: it shows up by itself.</p>
        </div>
      )}
      {[...services].map(([service, its]) => (
        <section key={service} aria-label={service ? `Service ${service}` : "Functions of FC 3.0"}>
          <h3>{service || "FC 3.0, without a service"}</h3>
          {[...Map.groupBy(its, (config) => config.function)].map(([name, qualifiers]) => (
            <div key={name} class="function">
              <h4>{name}</h4>
              {qualifiers.map((config) => (
                <ConfigCard
                  key={config.qualifier}
                  config={config}
                  {...(mayControl.value ? { onEdit: () => (form.value = { config }) } : {})}
                />
              ))}
            </div>
          ))}
        </section>
      ))}
      {form.value && <ConfigForm {...form.value} onClose={() => (form.value = undefined)} />}
    </section>
  );
}

function ConfigCard({ config, onEdit }: { config: ShownConfig; onEdit?: () => void }) {
  const error = useSignal<string | undefined>(undefined);
  const change = lastChange.value;
  const changed = change?.key === keyOf(config) ? change.items : undefined;
  const remove = async () => {
    const failure = await sendApi({ method: "DELETE", path: configPath(config) }, signingKey.value);
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
        {onEdit && (
          <span class="actions">
            <button type="button" class="quiet" onClick={onEdit} aria-label={`Edit ${titleOf(config)}`}>
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
