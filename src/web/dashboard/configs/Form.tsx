import { configDeletion, sendApi } from "../api.ts";
import { Confirm } from "../elements/Confirm.tsx";
import { headOfList } from "../elements/Panes.tsx";
import { ApiRefusal } from "../elements/refusal.ts";
import { InvokeForm } from "../invocations/InvokeForm.tsx";
import { signingKey } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { ConfigForm } from "./ConfigForm.tsx";
import { CreateForm } from "./CreateForm.tsx";
import { type ShownConfig, titleOf } from "./configs.ts";
import { DeleteForm } from "./DeleteForm.tsx";
import { openForm } from "./forms.ts";
import { AliasForm, PublishForm } from "./QualifierForms.tsx";

/** The form that is open, if one is. */
export function Form() {
  const request = openForm.value;
  const close = () => {
    // The answer to a form that was closed may come when another is open.
    if (openForm.peek() === request) openForm.value = undefined;
  };
  if (request === undefined) return null;
  if (request.form === "config") return <ConfigForm {...request} onClose={close} />;
  if (request.form === "invoke") return <InvokeForm {...request} onClose={close} />;
  if (request.form === "create") return <CreateForm {...request} onClose={close} />;
  if (request.form === "publish") return <PublishForm {...request} onClose={close} />;
  if (request.form === "alias") return <AliasForm {...request} onClose={close} />;
  if (request.form === "delete") return <DeleteForm {...request} onClose={close} />;
  return <DeleteConfig config={request.config} onClose={close} />;
}

function DeleteConfig({ config, onClose }: { config: ShownConfig; onClose: () => void }) {
  const words = text().configs;
  const title = titleOf(config);
  return (
    <Confirm
      title={words.deleteConfig(title)}
      action={text().common.delete}
      done={words.deletedWhat(title)}
      // The button that opened the dialog is deleted with the config.
      focusAfter={headOfList}
      onConfirm={async () => {
        const failure = await sendApi(configDeletion(config), signingKey.value);
        if (failure) throw new ApiRefusal(`${failure.code}: ${failure.message}`);
      }}
      onClose={onClose}
    >
      <p>{words.deleteConfigText}</p>
    </Confirm>
  );
}
