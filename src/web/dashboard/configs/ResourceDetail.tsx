import type { ComponentChildren } from "preact";
import { DEFAULT_QUALIFIER } from "../../../fc/names.ts";
import { Copy } from "../elements/Copy.tsx";
import { Link } from "../elements/Link.tsx";
import { Time } from "../elements/Time.tsx";
import { FunctionOutcome } from "../invocations/FunctionOutcome.tsx";
import { sharedHref } from "../route.ts";
import { mayChange } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { keyOf } from "./configs.ts";
import { qualifierTitle, type Target } from "./deletion.ts";
import { type FormRequest, openForm } from "./forms.ts";
import type { ListedFunction, ListedService } from "./listing.ts";
import { aliasText, nameText, ownerText, type ShownOwner } from "./resources.ts";
import { functionId, serviceId } from "./rows.ts";

/** A service: everything about it, and what can be done. */
export function ServiceDetail({ listed: { service, created, functions } }: { listed: ListedService }) {
  const words = text().configs;
  return (
    <Detail
      title={service || words.withoutService}
      id={serviceId(service)}
      actions={
        created
          ? [
              [words.createFunction, { form: "create", service }],
              ...ownerActions(created),
              deletion({ kind: "service", name: created.owner }, ownerText(created.owner)),
            ]
          : []
      }
    >
      {created ? (
        <dl class="facts">
          {created.description && (
            <>
              <dt>{words.description}</dt>
              <dd>{created.description}</dd>
            </>
          )}
          <dt>{words.created}</dt>
          <dd>
            <Time value={created.createdTime} />
          </dd>
        </dl>
      ) : (
        service !== "" && <p class="hint">{words.doesNotExist}</p>
      )}
      {created && <QualifierList resource={created} />}
      <h3>{text().forms.functions}</h3>
      <ul class="links">
        {functions.map((one) => (
          <li key={one.function}>
            <Link view="configs" id={functionId(one)}>
              {one.function}
            </Link>
          </li>
        ))}
      </ul>
    </Detail>
  );
}

/** A function: everything about it, its configs, and what can be done. */
export function FunctionDetail({ listed: { created, configs, ...name } }: { listed: ListedFunction }) {
  const words = text().configs;
  const named = { service: name.service, function: name.function };
  return (
    <Detail
      title={nameText(named)}
      id={functionId(named)}
      actions={[
        [words.newConfig, { form: "config", name: named }],
        [words.invoke, { form: "invoke", name: { ...named, qualifier: DEFAULT_QUALIFIER } }],
        ...(created && !created.service ? ownerActions(created) : []),
        ...(created ? [deletion({ kind: "function", name: named }, nameText(named))] : []),
      ]}
    >
      {created ? (
        <dl class="facts">
          {(
            [
              [words.description, created.description],
              [text().forms.runtime, words.limits(created.runtime, created.memorySize, created.timeout)],
              [words.handler, created.handler],
              [words.code, words.bytes(created.codeSize)],
            ] as const
          )
            .filter(([, value]) => value !== "")
            .map(([label, value]) => [<dt key={label}>{label}</dt>, <dd key={value}>{value}</dd>])}
          <dt>{words.created}</dt>
          <dd>
            <Time value={created.createdTime} />
          </dd>
        </dl>
      ) : (
        <p class="hint">{words.doesNotExist}</p>
      )}
      <FunctionOutcome name={named} />
      {created && <QualifierList resource={created} />}
      <h3>{words.configsOf}</h3>
      {configs.length === 0 && <p class="empty">{text().common.none}</p>}
      <ul class="links">
        {configs.map((config) => (
          <li key={config.qualifier}>
            <Link view="configs" id={keyOf(config)}>
              {config.qualifier}
            </Link>
          </li>
        ))}
      </ul>
    </Detail>
  );
}

function Detail({
  title,
  id,
  actions,
  children,
}: {
  title: string;
  id: string;
  actions: readonly Action[];
  children: ComponentChildren;
}) {
  return (
    <article class="resource" aria-label={title}>
      <header>
        <h2 tabIndex={-1}>{title}</h2>
        <div class="buttons">
          <Copy text={sharedHref("configs", id)} label={text().common.copyLink}>
            {text().common.copyLink}
          </Copy>
          {mayChange.value && <Actions actions={actions} />}
        </div>
      </header>
      {children}
    </article>
  );
}

/** A button: its label, the form that it opens, and what it is for where the label does not say so. */
type Action = readonly [label: string, form: FormRequest, accessibleName?: string];

function ownerActions(owner: ShownOwner): Action[] {
  return [
    [text().configs.publish, { form: "publish", owner: owner.owner }],
    // An alias points to a version.
    ...(owner.versions.length > 0 ? [[text().configs.createAlias, { form: "alias", owner }] as const] : []),
  ];
}

function deletion(target: Target, what: string): Action {
  return [text().common.delete, { form: "delete", target }, text().configs.deleteWhat(what)];
}

function Actions({ actions }: { actions: readonly Action[] }) {
  return (
    <>
      {actions.map(([label, form, accessibleName = label]) => (
        <button
          key={label}
          type="button"
          class={form.form === "delete" ? "quiet danger" : "quiet"}
          aria-label={accessibleName}
          onClick={() => (openForm.value = form)}
        >
          {label}
        </button>
      ))}
    </>
  );
}

/** All aliases and versions, each with what can be done with it. */
function QualifierList({ resource }: { resource: ShownOwner }) {
  const words = text().configs;
  const { owner, versions, aliases } = resource;
  if (versions.length + aliases.length === 0) return null;
  const item = (kind: "version" | "alias", id: string, about: string, others: readonly Action[]) => (
    <li key={`${kind} ${id}`}>
      <p>
        {kind === "version" ? words.version : words.alias} <span class="qualifier">{id}</span> {about}
      </p>
      {mayChange.value && (
        <span class="actions">
          <Actions actions={[...others, deletion({ kind, owner, id }, qualifierTitle(kind, id, owner))]} />
        </span>
      )}
    </li>
  );
  return (
    <ul class="qualifiers">
      {aliases.map((alias) =>
        item("alias", alias.name, `→ ${aliasText(alias)}`, [
          [
            text().common.edit,
            { form: "alias", owner: resource, alias },
            words.editAlias(alias.name, ownerText(owner)),
          ],
        ]),
      )}
      {versions.map(({ name, description }) => item("version", name, description, []))}
    </ul>
  );
}
