import { useSignal } from "@preact/signals";
import { ApiForm } from "./ApiForm.tsx";
import { type ApiCall, addressOf } from "./api.ts";
import { ownerText, type ShownAlias, type ShownOwner } from "./resources.ts";
import { ChoiceField, TextField } from "./TextField.tsx";

/** A form that publishes a version of a service (FC 2.0) or of a function (FC 3.0). */
export function PublishForm({ owner, onClose }: { owner: ShownOwner["owner"]; onClose: () => void }) {
  const description = useSignal("");
  const call: ApiCall = {
    ...addressOf("PublishFunctionVersion", owner),
    body: JSON.stringify({ description: description.value || undefined }),
  };
  return (
    <ApiForm
      title={`Publish a version of ${ownerText(owner)}`}
      calls={[call]}
      note={`The version is ${owner.service ? "the service and its functions" : "the function"} as of now.`}
      submit="Publish"
      fields={{ description: "description" }}
      done={`Published a version of ${ownerText(owner)}`}
      onClose={onClose}
    >
      {(errorOf) => (
        <TextField
          label="Description"
          error={errorOf("description")}
          value={description.value}
          onEnter={(text) => {
            description.value = text;
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
        alias ? `Edit alias ${alias.name} of ${ownerText(owner)}` : `Create an alias of ${ownerText(owner)}`
      }
      calls={[call]}
      note={alias ? "The rest of the alias stays as it is." : "What is sent:"}
      submit={alias ? "Save" : "Create"}
      fields={{
        AliasName: "name",
        aliasName: "name",
        AliasAlreadyExists: "name",
        VersionNotFound: "version",
      }}
      done={`${alias ? "Changed" : "Created"} alias ${name.value}`}
      onClose={onClose}
    >
      {(errorOf) => (
        <div class="fields two">
          <TextField
            label="Alias"
            error={errorOf("name")}
            value={name.value}
            isReadOnly={alias !== undefined}
            onEnter={(text) => {
              name.value = text;
            }}
          />
          <ChoiceField
            label="Version"
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
