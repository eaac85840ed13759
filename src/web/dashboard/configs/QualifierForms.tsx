import { useSignal } from "@preact/signals";
import { type ApiCall, addressOf } from "../api.ts";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { text } from "../text/text.ts";
import { ApiForm } from "./ApiForm.tsx";
import { ownerText, type ShownAlias, type ShownOwner } from "./resources.ts";

/** A form that publishes a version of a service (FC 2.0) or of a function (FC 3.0). */
export function PublishForm({ owner, onClose }: { owner: ShownOwner["owner"]; onClose: () => void }) {
  const words = text().forms;
  const description = useSignal("");
  const call: ApiCall = {
    ...addressOf("PublishFunctionVersion", owner),
    body: JSON.stringify({ description: description.value || undefined }),
  };
  return (
    <ApiForm
      title={words.publishOf(ownerText(owner))}
      calls={[call]}
      note={words.publishNote(owner.service !== "")}
      submit={words.publish}
      fields={{ description: "description" }}
      done={words.published(ownerText(owner))}
      onClose={onClose}
    >
      {(errorOf) => (
        <TextField
          label={words.description}
          error={errorOf("description")}
          value={description.value}
          onEnter={(given) => {
            description.value = given;
          }}
        />
      )}
    </ApiForm>
  );
}

/** A form that creates an alias, or has an alias that is there point to another version. */
export function AliasForm({
  owner: { owner, versions },
  alias,
  onClose,
}: {
  owner: ShownOwner;
  alias?: ShownAlias;
  onClose: () => void;
}) {
  const words = text().forms;
  const name = useSignal(alias?.name ?? "");
  const versionId = useSignal(alias?.versionId ?? versions[0]?.name ?? "");
  const call: ApiCall = alias
    ? {
        ...addressOf("UpdateAlias", { ...owner, alias: alias.name }),
        body: JSON.stringify({ versionId: versionId.value }),
      }
    : {
        ...addressOf("CreateAlias", owner),
        body: JSON.stringify({ aliasName: name.value, versionId: versionId.value }),
      };
  const known = versions.map((version) => version.name);
  return (
    <ApiForm
      title={
        alias ? text().configs.editAlias(alias.name, ownerText(owner)) : words.createAliasOf(ownerText(owner))
      }
      calls={[call]}
      note={alias ? words.aliasNote : words.sent}
      submit={alias ? text().common.save : text().common.create}
      missing={name.value === "" ? { field: "name", message: words.nameNeeded } : undefined}
      fields={{
        AliasName: "name",
        aliasName: "name",
        AliasAlreadyExists: "name",
        VersionNotFound: "version",
      }}
      done={alias ? words.aliasChanged(name.value) : words.aliasCreated(name.value)}
      onClose={onClose}
    >
      {(errorOf) => (
        <div class="fields two">
          <TextField
            label={text().configs.alias}
            error={errorOf("name")}
            value={name.value}
            isReadOnly={alias !== undefined}
            onEnter={(given) => {
              name.value = given;
            }}
          />
          <ChoiceField
            label={text().configs.version}
            error={errorOf("version")}
            value={versionId.value}
            options={known.includes(versionId.value) ? known : [versionId.value, ...known]}
            onChoose={(chosen) => {
              versionId.value = chosen;
            }}
          />
        </div>
      )}
    </ApiForm>
  );
}
