import { useComputed, useSignal } from "@preact/signals";
import { type ConfigName, type FunctionName, functionKey } from "../../fc/names.ts";
import type { Owner } from "../../fc/resources.ts";
import { ConfigCard } from "./ConfigCard.tsx";
import { ConfigForm } from "./ConfigForm.tsx";
import { CreateForm } from "./CreateForm.tsx";
import type { ShownConfig } from "./configs.ts";
import { DeleteForm } from "./DeleteForm.tsx";
import type { Target } from "./deletion.ts";
import { InvokeForm } from "./InvokeForm.tsx";
import { filtered, type ListedFunction, listed } from "./listing.ts";
import { AliasForm, PublishForm } from "./QualifierForms.tsx";
import { FunctionRow, ServiceRow } from "./Resource.tsx";
import type { ShownAlias, ShownOwner } from "./resources.ts";
import { configs, mayControl, resources } from "./sandbox.ts";

/** A form to open, with what it is for. */
export type FormRequest =
  | { readonly form: "config"; readonly config?: ShownConfig; readonly name?: FunctionName }
  | { readonly form: "invoke"; readonly name: ConfigName }
  | { readonly form: "create"; readonly service?: string }
  | { readonly form: "publish"; readonly owner: Owner }
  | { readonly form: "alias"; readonly owner: ShownOwner; readonly alias?: ShownAlias }
  | { readonly form: "delete"; readonly target: Target };

/** From how many functions on there is a filter. */
const MANY = 12;

/** The sandbox's services and functions, with their versions, aliases and configs. */
export function Functions() {
  const form = useSignal<FormRequest | undefined>(undefined);
  const filter = useSignal("");
  const all = useComputed(() => listed(resources.value, configs.value.values()));
  const shown = useComputed(() => filtered(all.value, filter.value));
  const count = all.value.reduce((sum, { functions }) => sum + functions.length, 0);
  const open = mayControl.value ? (request: FormRequest) => (form.value = request) : undefined;
  const configCount = configs.value.size;
  return (
    <section class="panel functions" aria-labelledby="functions">
      <header>
        <h2 id="functions" tabIndex={-1}>
          Functions{" "}
          <span class="count">
            {count}, with {configCount} {configCount === 1 ? "config" : "configs"}
          </span>
        </h2>
        {open && (
          <div class="buttons">
            <button type="button" class="quiet" onClick={() => open({ form: "create" })}>
              Create a function
            </button>
            <button type="button" onClick={() => open({ form: "config" })}>
              Put a config
            </button>
          </div>
        )}
      </header>
      {(count > MANY || filter.value !== "") && (
        <input
          type="search"
          aria-label="Filter the functions"
          placeholder="Filter by name, runtime or qualifier"
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
      )}
      {all.value.length === 0 && (
        <div class="empty">
          <p>There is no function and no config yet.</p>
          <p>Run one of the examples{open && ", or create something here"}: it shows up by itself.</p>
        </div>
      )}
      {all.value.length > 0 && shown.value.length === 0 && (
        <p class="empty">None of these functions matches the filter.</p>
      )}
      {shown.value.map(({ service, created, functions }) => (
        <section key={service} aria-label={service ? `Service ${service}` : "Functions of FC 3.0"}>
          {created ? (
            <ServiceRow service={created} onOpen={open} />
          ) : (
            <h3>{service || "FC 3.0, without a service"}</h3>
          )}
          {created && functions.length === 0 && <p class="empty">It has no function yet.</p>}
          {functions.map((one) => (
            <FunctionEntry key={functionKey(one)} listed={one} onOpen={open} />
          ))}
        </section>
      ))}
      {form.value && <Form request={form.value} onClose={() => (form.value = undefined)} />}
    </section>
  );
}

function FunctionEntry({
  listed: { function: name, created, configs },
  onOpen,
}: {
  listed: ListedFunction;
  onOpen: ((form: FormRequest) => void) | undefined;
}) {
  return (
    <div class="function">
      {created ? <FunctionRow created={created} onOpen={onOpen} /> : <h4>{name}</h4>}
      {configs.map((config) => (
        <ConfigCard key={config.qualifier} config={config} onOpen={onOpen} />
      ))}
    </div>
  );
}

function Form({ request, onClose }: { request: FormRequest; onClose: () => void }) {
  if (request.form === "config") return <ConfigForm {...request} onClose={onClose} />;
  if (request.form === "invoke") return <InvokeForm {...request} onClose={onClose} />;
  if (request.form === "create") return <CreateForm {...request} onClose={onClose} />;
  if (request.form === "publish") return <PublishForm {...request} onClose={onClose} />;
  if (request.form === "alias") return <AliasForm {...request} onClose={onClose} />;
  return <DeleteForm {...request} onClose={onClose} />;
}
