import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Target } from "./deletion.ts";
import type { FormRequest } from "./Functions.tsx";
import {
  aliasText,
  nameText,
  ownerText,
  type ShownFunction,
  type ShownOwner,
  type ShownService,
} from "./resources.ts";

/** How many aliases, and how many versions, a closed row shows. */
const SHOWN_QUALIFIERS = 4;

/** Opens a form; undefined for a visitor, who may not change anything. */
type Open = ((form: FormRequest) => void) | undefined;

/** A service that exists: a row, which opens to show everything about it and what can be done. */
export function ServiceRow({ service, onOpen }: { service: ShownService; onOpen: Open }) {
  const { service: name } = service.owner;
  return (
    <Row
      heading={<h3>{name}</h3>}
      about={service.description}
      resource={service}
      onOpen={onOpen}
      facts={[
        ["Description", service.description],
        ["Created", service.createdTime],
      ]}
      actions={[
        ["Create a function", { form: "create", service: name }],
        ...ownerActions(service),
        deletion({ kind: "service", name: service.owner }, ownerText(service.owner)),
      ]}
    />
  );
}

/** A function that exists: a row, which opens to show everything about it and what can be done. */
export function FunctionRow({ created, onOpen }: { created: ShownFunction; onOpen: Open }) {
  const name = { service: created.service, function: created.function };
  return (
    <Row
      heading={<h4>{created.function}</h4>}
      about={`${created.runtime}, ${created.memorySize} MB, ${created.timeout} s`}
      resource={created}
      onOpen={onOpen}
      facts={[
        ["Description", created.description],
        ["Handler", created.handler],
        ["Code", `${created.codeSize} bytes`],
        ["Created", created.createdTime],
      ]}
      actions={[
        ["Put a config", { form: "config", name }],
        ...(created.service ? [] : ownerActions(created)),
        deletion({ kind: "function", name }, nameText(name)),
      ]}
    />
  );
}

/** A button: its label, the form that it opens, and what it is for where the label does not say so. */
type Action = readonly [label: string, form: FormRequest, accessibleName?: string];

function ownerActions(owner: ShownOwner): Action[] {
  return [
    ["Publish a version", { form: "publish", owner: owner.owner }],
    // An alias points to a version.
    ...(owner.versions.length > 0 ? [["Create an alias", { form: "alias", owner }] as const] : []),
  ];
}

function deletion(target: Target, what: string): Action {
  return ["Delete", { form: "delete", target }, `Delete ${what}`];
}

function Row({
  heading,
  about,
  resource,
  facts,
  actions,
  onOpen,
}: {
  heading: ComponentChildren;
  about: string;
  resource: ShownOwner;
  facts: readonly (readonly [name: string, text: string])[];
  actions: readonly Action[];
  onOpen: Open;
}) {
  const isOpen = useSignal(false);
  return (
    <details class="resource" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        {heading}
        {about && <span class="about">{about}</span>}
        <Qualifiers resource={resource} />
      </summary>
      {isOpen.value && (
        <div>
          <dl class="facts">
            {facts
              .filter(([, text]) => text !== "")
              .map(([name, text]) => [<dt key={name}>{name}</dt>, <dd key={text}>{text}</dd>])}
          </dl>
          <QualifierList resource={resource} onOpen={onOpen} />
          {onOpen && <Actions actions={actions} onOpen={onOpen} />}
        </div>
      )}
    </details>
  );
}

function Actions({ actions, onOpen }: { actions: readonly Action[]; onOpen: NonNullable<Open> }) {
  return (
    <div class="buttons">
      {actions.map(([label, form, accessibleName = label]) => (
        <button
          key={label}
          type="button"
          class={form.form === "delete" ? "quiet danger" : "quiet"}
          aria-label={accessibleName}
          onClick={() => onOpen(form)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** The aliases and the newest versions, in short. */
function Qualifiers({ resource: { versions, aliases } }: { resource: ShownOwner }) {
  const shownAliases = aliases.slice(0, SHOWN_QUALIFIERS);
  const shownVersions = versions.slice(0, SHOWN_QUALIFIERS);
  const more = aliases.length + versions.length - shownAliases.length - shownVersions.length;
  return (
    <>
      {shownAliases.map((alias) => (
        <span key={alias.name} class="qualifier">
          {alias.name} → {aliasText(alias)}
        </span>
      ))}
      {shownVersions.map(({ name }) => (
        <span key={name} class="qualifier">
          {name}
        </span>
      ))}
      {more > 0 && <span class="about">and {more} more</span>}
    </>
  );
}

/** All aliases and versions, each with what can be done with it. */
function QualifierList({ resource, onOpen }: { resource: ShownOwner; onOpen: Open }) {
  const { owner, versions, aliases } = resource;
  if (versions.length + aliases.length === 0) return null;
  const item = (kind: "version" | "alias", id: string, text: string, others: readonly Action[]) => (
    <li key={`${kind} ${id}`}>
      <p>
        {kind === "version" ? "Version" : "Alias"} <span class="qualifier">{id}</span> {text}
      </p>
      {onOpen && (
        <span class="actions">
          <Actions
            actions={[...others, deletion({ kind, owner, id }, `${kind} ${id} of ${ownerText(owner)}`)]}
            onOpen={onOpen}
          />
        </span>
      )}
    </li>
  );
  return (
    <ul>
      {aliases.map((alias) =>
        item("alias", alias.name, `→ ${aliasText(alias)}`, [
          [
            "Edit",
            { form: "alias", owner: resource, alias },
            `Edit alias ${alias.name} of ${ownerText(owner)}`,
          ],
        ]),
      )}
      {versions.map(({ name, description }) => item("version", name, description, []))}
    </ul>
  );
}
